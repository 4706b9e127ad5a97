from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest

from governance.domain.spreadsheets import safe_text, to_cell


class Colour(StrEnum):
    EVIL = "=1+1"


@pytest.mark.parametrize(
    "words",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"],
)
def test_formula_starts_are_disarmed(words):
    assert safe_text(words) == f"'{words}"


@pytest.mark.parametrize("words", ["", "a=b", "1-2", "Toko", "'quoted", "a@b.example", "№ 4"])
def test_plain_words_stay_as_they_are(words):
    assert safe_text(words) == words


def test_a_control_character_cannot_hide_a_formula():
    assert safe_text("\x00=1") == "'=1"
    assert safe_text("a\x0bb\uffff") == "ab"


@pytest.mark.parametrize("value", [None, True, 0, -4, -0.5, Decimal("-1.20")])
def test_numbers_stay_numbers(value):
    assert to_cell(value) is value


def test_other_values_become_words():
    east = timezone(timedelta(hours=7))
    assert to_cell(datetime(2026, 3, 1, 7, 30, tzinfo=east)) == "2026-03-01 00:30:00"
    assert to_cell(datetime(2026, 3, 1, 7, 30, 1, 999, tzinfo=UTC)) == "2026-03-01 07:30:01"
    assert to_cell(date(2026, 3, 1)) == "2026-03-01"
    assert to_cell(timedelta(minutes=2)) == 120
    assert to_cell(Colour.EVIL) == "'=1+1"
    assert to_cell(["=a", "b"]) == "'=a, b"
    assert to_cell({"b", "a"}) == "a, b"
    assert to_cell(object).startswith("<class")
