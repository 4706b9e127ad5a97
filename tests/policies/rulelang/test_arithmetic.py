"""Numbers and times are computed within their bounds; what has no result is unknown."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.rulelang.arithmetic import (
    add_double,
    add_duration,
    add_int,
    day_of_week,
    day_of_year,
    days_between,
    divide_double,
    divide_int,
    join,
    modulo_int,
    move,
    move_back,
    multiply_double,
    multiply_int,
    negate_int,
    subtract_double,
    subtract_duration,
    subtract_int,
    truncate,
    whole,
)
from policies.rulelang.record import UNKNOWN

MAX, MIN = 2**63 - 1, -(2**63)
T = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)


def test_whole_numbers_are_of_64_bits():
    assert add_int(MAX, 0) == MAX
    assert add_int(MAX, 1) is UNKNOWN
    assert subtract_int(MIN, 1) is UNKNOWN
    assert multiply_int(2**32, 2**31) is UNKNOWN
    assert multiply_int(2**32, -(2**31)) == MIN
    assert negate_int(MIN) is UNKNOWN
    assert negate_int(MAX) == -MAX


@pytest.mark.parametrize(
    ("a", "b", "quotient", "rest"),
    [(7, 2, 3, 1), (-7, 2, -3, -1), (7, -2, -3, 1), (-7, -2, 3, -1), (-7, 3, -2, -1), (0, 5, 0, 0)],
)
def test_division_cuts_towards_zero(a, b, quotient, rest):
    assert divide_int(a, b) == quotient
    assert modulo_int(a, b) == rest


def test_divisions_without_result():
    assert divide_int(1, 0) is UNKNOWN
    assert modulo_int(1, 0) is UNKNOWN
    assert divide_int(MIN, -1) is UNKNOWN
    assert modulo_int(MIN, -1) is UNKNOWN
    assert divide_double(1.0, 0.0) is UNKNOWN
    assert divide_double(1e308, 0.1) is UNKNOWN
    assert divide_double(7.0, 2.0) == 3.5


def test_numbers_stay_finite():
    assert add_double(1e308, 1e308) is UNKNOWN
    assert subtract_double(-1e308, 1e308) is UNKNOWN
    assert multiply_double(1e308, 10.0) is UNKNOWN
    assert add_double(0.5, 0.25) == 0.75
    assert truncate(-1.9) == -1
    assert truncate(1e19) is UNKNOWN


def test_texts_stay_bounded():
    assert join("a", "b") == "ab"
    assert join("x" * 60_000, "x" * 60_000) is UNKNOWN


def test_times_stay_within_their_range():
    day = timedelta(1)
    assert move(T, day) - T == day
    assert move_back(T, day) == T - day
    assert move(datetime.max.replace(tzinfo=UTC), day) is UNKNOWN
    assert move_back(datetime.min.replace(tzinfo=UTC), day) is UNKNOWN
    longest = timedelta(seconds=315_576_000_000)
    assert add_duration(longest, -day) == longest - day
    assert add_duration(longest, day) is UNKNOWN
    assert subtract_duration(-longest, day) is UNKNOWN
    assert whole(timedelta(minutes=-150), timedelta(hours=1)) == -2
    assert whole(timedelta(minutes=150), timedelta(hours=1)) == 2
    assert days_between(T, T + timedelta(hours=36)) == 1.5
    assert days_between(T, T - timedelta(hours=12)) == -0.5


def test_the_calendar_counts_as_cel_does():
    sunday = datetime(2026, 1, 4, tzinfo=UTC)
    assert day_of_week(sunday) == 0
    assert day_of_week(sunday + timedelta(days=6)) == 6
    assert day_of_year(sunday) == 3
