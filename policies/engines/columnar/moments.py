"""Compute with columns of points and lengths of time, in microseconds; calendars are those of UTC."""

from collections.abc import Callable
from typing import Any

import numpy as np

from policies.engines.columnar.fitting import FIRST_MOMENT, LAST_MOMENT, LONGEST_DURATION
from policies.engines.columnar.vectors import Mask, Vector, both

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000


def _bounded(numbers: Any, lowest: int, highest: int, known: Mask | None) -> Vector:
    fits = (numbers >= lowest) & (numbers <= highest)
    return Vector(numbers, known if fits.all() else both(fits, known))


def _move(moment: Vector, span: Vector) -> Vector:
    # Both ranges together stay far below 64 bits.
    return _bounded(moment.data + span.data, FIRST_MOMENT, LAST_MOMENT, both(moment.known, span.known))


def _move_back(moment: Vector, span: Vector) -> Vector:
    return _bounded(moment.data - span.data, FIRST_MOMENT, LAST_MOMENT, both(moment.known, span.known))


def _add_duration(a: Vector, b: Vector) -> Vector:
    return _bounded(a.data + b.data, -LONGEST_DURATION, LONGEST_DURATION, both(a.known, b.known))


def _subtract_duration(a: Vector, b: Vector) -> Vector:
    return _bounded(a.data - b.data, -LONGEST_DURATION, LONGEST_DURATION, both(a.known, b.known))


def days_between(earlier: Vector, later: Vector) -> Vector:
    """Return days with fraction: double(microseconds) ÷ double(a day)."""
    return Vector((later.data - earlier.data).astype(np.float64) / float(DAY), both(earlier.known, later.known))


def _part(period: int, unit: int) -> Callable[[Vector], Vector]:
    """Return the function that counts whole units since the period began."""
    return lambda moment: Vector(moment.data % period // unit, moment.known)


def _whole(unit: int) -> Callable[[Vector], Vector]:
    """Return the function that counts whole units in a length of time, cut off towards zero."""
    return lambda span: Vector((span.data - np.fmod(span.data, unit)) // unit, span.known)


def _calendar(read: Callable[[Any], Any]) -> Callable[[Vector], Vector]:
    """Return the function that reads something off the days since the epoch."""

    def run(moment: Vector) -> Vector:
        return Vector(read(np.asarray(moment.data // DAY).astype("datetime64[D]")).astype(np.int64), moment.known)

    return run


def _month(days: Any) -> Any:
    return days.astype("datetime64[M]").astype(np.int64) % 12


def _day_of_month(days: Any) -> Any:
    return days - days.astype("datetime64[M]").astype("datetime64[D]")


MOMENTS: dict[str, Callable[..., Vector]] = {
    "add_timestamp_duration": _move,
    "add_duration_timestamp": lambda span, moment: _move(moment, span),
    "subtract_timestamp_duration": _move_back,
    "subtract_timestamp": lambda a, b: Vector(a.data - b.data, both(a.known, b.known)),
    "add_duration": _add_duration,
    "subtract_duration": _subtract_duration,
    "full_year": _calendar(lambda days: days.astype("datetime64[Y]").astype(np.int64) + 1970),
    "month": _calendar(_month),
    "date": _calendar(lambda days: _day_of_month(days).astype(np.int64) + 1),
    "day_of_month": _calendar(_day_of_month),
    # The epoch was a Thursday; Sunday is 0.
    "day_of_week": _calendar(lambda days: (days.astype(np.int64) + 4) % 7),
    "day_of_year": _calendar(lambda days: days - days.astype("datetime64[Y]").astype("datetime64[D]")),
    "hours": _part(DAY, HOUR),
    "minutes": _part(HOUR, MINUTE),
    "seconds": _part(MINUTE, SECOND),
    "milliseconds": _part(SECOND, 1_000),
    "total_hours": _whole(HOUR),
    "total_minutes": _whole(MINUTE),
    "total_seconds": _whole(SECOND),
}
"""By overload; where one of the arguments is null, the result is unknown."""
