"""Compute with points and lengths of time, which are microseconds here."""

from collections.abc import Callable
from typing import Any

from policies.engines.ibis.dialects.base import DAY, YEAR_ONE, Dialect
from policies.engines.ibis.literals import literal, when
from policies.rulelang.limits import MAX_DURATION_SECONDS

FIRST_MOMENT = -YEAR_ONE
LAST_MOMENT = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""

_LONGEST = MAX_DURATION_SECONDS * 1_000_000
_HOUR, _MINUTE, _SECOND, _MILLISECOND = 3_600_000_000, 60_000_000, 1_000_000, 1_000


def is_moment(micros: Any) -> Any:
    """Return the condition that a number of microseconds lies within the years 1 to 9999."""
    return micros.between(literal(FIRST_MOMENT), literal(LAST_MOMENT))


def is_span(micros: Any) -> Any:
    """Return the condition that a length of time lies within the range of the language."""
    return micros.between(literal(-_LONGEST), literal(_LONGEST))


def days_between(earlier: Any, later: Any) -> Any:
    """Return the days between two points in time, with fraction."""
    return (later - earlier).cast("float64") / literal(float(DAY))


def _move(_: Dialect, a: Any, b: Any) -> Any:
    return when(is_moment(a + b), a + b)


def _move_back(_: Dialect, a: Any, b: Any) -> Any:
    return when(is_moment(a - b), a - b)


def _add(_: Dialect, a: Any, b: Any) -> Any:
    return when(is_span(a + b), a + b)


def _subtract(_: Dialect, a: Any, b: Any) -> Any:
    return when(is_span(a - b), a - b)


def _part(unit: int, count: int) -> Callable[[Dialect, Any], Any]:
    """Return how often a unit goes into a point in time, counted round from 0."""

    def compute(dialect: Dialect, moment: Any) -> Any:
        return dialect.rest(dialect.quotient(moment + literal(YEAR_ONE), unit), count)

    return compute


def _whole(unit: int) -> Callable[[Dialect, Any], Any]:
    return lambda dialect, span: dialect.quotient(span, unit)


def _of_calendar(read: Callable[[Any], Any]) -> Callable[[Dialect, Any], Any]:
    return lambda dialect, moment: read(dialect.calendar(moment)).cast("int64")


def _day_of_week(dialect: Dialect, moment: Any) -> Any:
    """Return the day of the week from Sunday; the first day of the year 1 was a Monday."""
    return dialect.rest(dialect.quotient(moment + literal(YEAR_ONE + DAY), DAY), 7)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add_timestamp_duration": _move,
    "add_duration_timestamp": _move,
    "subtract_timestamp_duration": _move_back,
    "subtract_timestamp": lambda _, a, b: a - b,
    "add_duration": _add,
    "subtract_duration": _subtract,
    "full_year": _of_calendar(lambda day: day.year()),
    "month": _of_calendar(lambda day: day.month() - 1),
    "date": _of_calendar(lambda day: day.day()),
    "day_of_month": _of_calendar(lambda day: day.day() - 1),
    "day_of_year": _of_calendar(lambda day: day.day_of_year() - 1),
    "day_of_week": _day_of_week,
    "hours": _part(_HOUR, 24),
    "minutes": _part(_MINUTE, 60),
    "seconds": _part(_SECOND, 60),
    "milliseconds": _part(_MILLISECOND, 1_000),
    "total_hours": _whole(_HOUR),
    "total_minutes": _whole(_MINUTE),
    "total_seconds": _whole(_SECOND),
}
