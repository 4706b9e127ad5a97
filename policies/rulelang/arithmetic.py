"""Compute with 64-bit whole numbers, finite numbers and times; what has no result is UNKNOWN."""

import math
from datetime import datetime, timedelta
from typing import Any

from policies.rulelang.limits import INT_MAX, INT_MIN, MAX_RECORD_TEXT
from policies.rulelang.moments import is_duration_in_range
from policies.rulelang.record import UNKNOWN

SECOND = timedelta(seconds=1)
_DAY_IN_MICROSECONDS = 86_400_000_000.0


def _bounded(value: int) -> Any:
    return value if INT_MIN <= value <= INT_MAX else UNKNOWN


def _finite(value: float) -> Any:
    return value if math.isfinite(value) else UNKNOWN


def add_int(a: int, b: int) -> Any:
    """Add within 64 bits."""
    return _bounded(a + b)


def subtract_int(a: int, b: int) -> Any:
    """Subtract within 64 bits."""
    return _bounded(a - b)


def multiply_int(a: int, b: int) -> Any:
    """Multiply within 64 bits."""
    return _bounded(a * b)


def divide_int(a: int, b: int) -> Any:
    """Divide and cut the fraction off towards zero, as CEL does (Python rounds down)."""
    if b == 0:
        return UNKNOWN
    quotient = abs(a) // abs(b)
    return _bounded(quotient if (a < 0) == (b < 0) else -quotient)


def modulo_int(a: int, b: int) -> Any:
    """Return the rest of `divide_int`, with the sign of `a`; unknown where that division overflows."""
    quotient = divide_int(a, b)
    return UNKNOWN if quotient is UNKNOWN else a - b * quotient


def negate_int(a: int) -> Any:
    """Return the negative within 64 bits."""
    return _bounded(-a)


def add_double(a: float, b: float) -> Any:
    """Add; unknown when the result is not finite."""
    return _finite(a + b)


def subtract_double(a: float, b: float) -> Any:
    """Subtract; unknown when the result is not finite."""
    return _finite(a - b)


def multiply_double(a: float, b: float) -> Any:
    """Multiply; unknown when the result is not finite."""
    return _finite(a * b)


def divide_double(a: float, b: float) -> Any:
    """Divide; unknown by zero and when the result is not finite."""
    return UNKNOWN if b == 0 else _finite(a / b)


def truncate(a: float) -> Any:
    """Cut the fraction off; unknown beyond 64 bits."""
    return _bounded(int(a))


def join(a: str, b: str) -> Any:
    """Join two texts; unknown when the result is too long."""
    return a + b if len(a) + len(b) <= MAX_RECORD_TEXT else UNKNOWN


def move(moment: datetime, span: timedelta) -> Any:
    """Move a point in time; unknown outside the years 1 to 9999."""
    try:
        return moment + span
    except OverflowError:
        return UNKNOWN


def move_back(moment: datetime, span: timedelta) -> Any:
    """Move a point in time back; unknown outside the years 1 to 9999."""
    try:
        return moment - span
    except OverflowError:
        return UNKNOWN


def add_duration(a: timedelta, b: timedelta) -> Any:
    """Add two lengths of time within the range of the language."""
    total = a + b
    return total if is_duration_in_range(total) else UNKNOWN


def subtract_duration(a: timedelta, b: timedelta) -> Any:
    """Subtract two lengths of time within the range of the language."""
    return add_duration(a, -b)


def whole(span: timedelta, unit: timedelta) -> int:
    """Return how often a unit goes into a length of time, cut off towards zero."""
    count = abs(span) // unit
    return count if span >= timedelta() else -count


def days_between(earlier: datetime, later: datetime) -> float:
    """Return the days between two points in time, with fraction: double(microseconds) ÷ double(a day)."""
    return float((later - earlier) // timedelta(microseconds=1)) / _DAY_IN_MICROSECONDS


def day_of_week(moment: datetime) -> int:
    """Return the day of the week, Sunday being 0 as in CEL."""
    return moment.isoweekday() % 7


def day_of_year(moment: datetime) -> int:
    """Return the day of the year, from 0 as in CEL."""
    return moment.timetuple().tm_yday - 1
