"""What keeps the text of a rule from being stored is told at its field."""

from dataclasses import replace

import pytest

from policies.domain.rules import (
    HIGHEST_PRIORITY,
    LONGEST_REASON,
    Outcome,
    RuleText,
    find_code_problems,
    find_text_problems,
)

TEXT = RuleText("price > 3", ("order_placed",), "", ("BR",), Outcome.REVIEW, 100, "Dear.")
MARKETS = frozenset({"BR", "DE"})


def test_a_sound_text_and_a_sound_code() -> None:
    assert find_text_problems(TEXT, MARKETS) == []
    assert find_text_problems(replace(TEXT, event_types=(), entity_type="seller", markets=()), MARKETS) == []
    assert find_code_problems("LATE-DISPATCH-30D") == []


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"entity_type": "seller"}, "target", "A rule looks at events or at entities."),
        ({"event_types": ()}, "target", "A rule looks at events or at entities."),
        ({"event_types": ("Order Placed",)}, "target", "'Order Placed' is no event type."),
        ({"markets": ("BR", "XX")}, "markets", "There is no market XX."),
        ({"priority": -1}, "priority", f"The priority is from 0 to {HIGHEST_PRIORITY}."),
        ({"priority": HIGHEST_PRIORITY + 1}, "priority", f"The priority is from 0 to {HIGHEST_PRIORITY}."),
        ({"reason": "x" * (LONGEST_REASON + 1)}, "reason", f"The reason has at most {LONGEST_REASON} characters."),
        ({"condition": "a\0"}, "condition", "There is a NUL character in the text."),
        ({"reason": "a\0"}, "reason", "There is a NUL character in the text."),
    ],
)
def test_what_is_wrong_with_a_text(change: dict[str, object], field: str, message: str) -> None:
    (problem,) = find_text_problems(replace(TEXT, **change), MARKETS)
    assert (problem.field, problem.message) == (field, message)
    assert problem.hint


@pytest.mark.parametrize("code", ["", "ab", "late", "LATE DISPATCH", "X" * 49, "ÄRGER-1"])
def test_what_is_no_code(code: str) -> None:
    (problem,) = find_code_problems(code)
    assert (problem.field, problem.hint) == ("code", "For example LATE-DISPATCH-30D.")
