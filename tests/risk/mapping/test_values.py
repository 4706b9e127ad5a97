"""Cells of files become typed values, or are told with the reason and what to do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rulelang.limits import INT_MAX, INT_MIN
from risk.domain.mapping.spec import CellType
from risk.domain.mapping.values import BadCell, Values, read_bool, read_text

UTC = Values("UTC", ("iso",), ".")
SAO_PAULO = Values("America/Sao_Paulo", ("iso", "%d/%m/%Y %H:%M", "epoch_s", "epoch_ms"), ",")


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("1.5", 1.5), (" 2 ", 2.0), ("-.5", -0.5), ("1e3", 1000.0), (7, 7.0), (2.5, 2.5), ("+4.", 4.0)],
)
def test_numbers(cell: Any, wanted: float) -> None:
    assert UTC.read_double(cell) == wanted


@pytest.mark.parametrize(("cell", "wanted"), [("1.234,56", 1234.56), ("0,5", 0.5), ("12", 12.0), (1.5, 1.5)])
def test_numbers_with_a_decimal_comma(cell: Any, wanted: float) -> None:
    assert SAO_PAULO.read_double(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("dear", "'dear' is not a number"),
        ("1,5", "'1,5' is not a number"),
        ("", "'' is not a number"),
        ("٣", "'٣' is not a number"),
        ("nan", "'nan' is not a number"),
        ("1e999", "'1e999' is not a finite number"),
        (float("inf"), "'inf' is not a finite number"),
        (True, "is true or false, not a number"),
        ("x" * 60, f"'{'x' * 40}…' is not a number"),
    ],
)
def test_what_is_no_number(cell: Any, reason: str) -> None:
    with pytest.raises(BadCell) as caught:
        UTC.read_double(cell)
    assert caught.value.reason == reason
    assert caught.value.hint


@pytest.mark.parametrize(
    ("cell", "wanted"), [("5", 5), ("5.0", 5), (5.0, 5), (5, 5), (" -3 ", -3), (str(INT_MAX), INT_MAX)]
)
def test_whole_numbers(cell: Any, wanted: int) -> None:
    assert UTC.read_int(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "reason", "hint"),
    [
        ("5.5", "'5.5' is not a whole number", "Check the column, or use type: double."),
        (5.5, "'5.5' is not a whole number", "Check the column, or use type: double."),
        (True, "is true or false, not a number", "Check the column."),
        (INT_MAX + 1, f"'{INT_MAX + 1}' is beyond 64 bits", "Load it as text: type: string."),
        (str(INT_MIN - 1), f"'{INT_MIN - 1}' is beyond 64 bits", "Load it as text: type: string."),
        ("5 pieces", "'5 pieces' is not a number", 'Write 1234.5 without signs of thousands, or set decimal: ","'),
    ],
)
def test_what_is_no_whole_number(cell: Any, reason: str, hint: str) -> None:
    with pytest.raises(BadCell) as caught:
        UTC.read_int(cell)
    assert caught.value.reason == reason
    assert caught.value.hint.startswith(hint)


@given(st.integers(INT_MIN, INT_MAX))
def test_every_whole_number_of_64_bits_is_kept_exactly(number: int) -> None:
    assert UTC.read_int(str(number)) == UTC.read_int(number) == number


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("2026-03-01T08:00:00.250000+00:00", "2026-03-01T08:00:00.250000+00:00"),
        ("2026-03-01 08:00", "2026-03-01T11:00:00.000000+00:00"),  # São Paulo is three hours behind
        ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00.000000+00:00"),
        ("01/03/2026 08:00", "2026-03-01T11:00:00.000000+00:00"),
        ("1772352000", "2026-03-01T08:00:00.000000+00:00"),
        (1772352000, "2026-03-01T08:00:00.000000+00:00"),
        (1772352000.5, "2026-03-01T08:00:00.500000+00:00"),
        ("2018-02-17 23:30", "2018-02-18T01:30:00.000000+00:00"),  # the clocks showed it twice: the first is meant
        ("2018-11-04 00:30", "2018-11-04T03:30:00.000000+00:00"),  # they jumped over it
    ],
)
def test_moments(cell: Any, wanted: str) -> None:
    assert SAO_PAULO.read_moment(cell) == wanted


def test_forms_are_tried_in_their_order() -> None:
    assert Values("UTC", ("epoch_ms",), ".").read_moment("1772352000000") == "2026-03-01T08:00:00.000000+00:00"
    days_first = Values("UTC", ("%d/%m/%Y", "%m/%d/%Y"), ".")
    assert days_first.read_moment("03/04/2026")[:10] == "2026-04-03"
    assert days_first.read_moment("03/14/2026")[:10] == "2026-03-14"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("yesterday", "'yesterday' is not a time of the form iso"),
        ("2026-02-30", "'2026-02-30' is not a time of the form iso"),
        ("2026-02-30T08:00:00.250000+00:00", "'2026-02-30T08:00:00.250000+00:00' is not a time"),
        ("0001-01-01T00:00:00+14:00", "'0001-01-01T00:00:00+14:00' is not a time of the form iso"),
        (True, "'True' is not a time of the form iso"),
    ],
)
def test_what_is_no_moment(cell: Any, reason: str) -> None:
    with pytest.raises(BadCell) as caught:
        UTC.read_moment(cell)
    assert caught.value.reason == reason
    assert caught.value.hint


@pytest.mark.parametrize("cell", ["1e300", "nan", "inf"])
def test_seconds_beyond_any_calendar_are_no_moment(cell: str) -> None:
    with pytest.raises(BadCell, match="is not a time of the form epoch_s"):
        Values("UTC", ("epoch_s",), ".").read_moment(cell)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("2026-03-01T08:00:00", "2026-03-01T08:00:00Z"), ("2026-03-01T08:00:00.25", "2026-03-01T08:00:00.250000Z")],
)
def test_moments_of_the_payload_are_short(cell: str, wanted: str) -> None:
    assert UTC.parser(CellType.TIMESTAMP)(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("a", "a"), (True, "true"), (False, "false"), (5.0, "5"), (5.5, "5.5"), (5, "5"), (2.0**60, str(2.0**60))],
)
def test_text(cell: Any, wanted: str) -> None:
    assert read_text(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [(True, True), ("Yes", True), (" 1 ", True), (1.0, True), ("F", False), ("no", False), (0, False)],
)
def test_true_and_false(cell: Any, wanted: bool) -> None:
    assert read_bool(cell) is wanted


def test_what_is_neither_true_nor_false() -> None:
    with pytest.raises(BadCell, match="'maybe' is neither true nor false") as caught:
        read_bool("maybe")
    assert caught.value.hint == "Write true, false, 1 or 0."
