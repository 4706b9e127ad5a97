"""Find the instant at which each row is evaluated: one for all, or when its event occurred."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from policies.engines.binding import Bound, bind
from policies.engines.columnar.fitting import as_number, fit, values_of
from policies.engines.columnar.vectors import Vector
from policies.engines.errors import DataError
from policies.rulelang import TIMESTAMP, Field

OWN_INSTANT = ("occurred_at", "event.occurred_at")
"""The columns that tell when an event occurred, the first known one counts."""


def own_instants(columns: Any) -> Mapping[str, Bound]:
    """Return the columns of an Arrow schema that tell when events occurred."""
    found = {}
    for name in OWN_INSTANT:
        try:
            bound = bind({name: Field(TIMESTAMP, nullable=True)}, [name], columns)[name]
        except DataError:
            continue
        if bound.path:
            found[name] = bound
    return found


def read_instants(batch: Any, bound: Mapping[str, Bound]) -> Vector | None:
    """Return when the events of a record batch occurred, None when no column tells."""
    made: Vector | None = None
    for place in bound.values():
        found = fit(values_of(batch, place), place.field)
        if made is None:
            made = found
        elif made.known is not None:
            known = None if found.known is None else made.known | found.known
            made = Vector(np.where(made.known, made.data, found.data), known)
    return made


def instants(now: datetime | Sequence[datetime | None], count: int) -> Vector:
    """Return given instants, one for all or one per row, as a vector."""
    if isinstance(now, datetime):
        return Vector(np.full(count, as_number(now), np.int64))
    known = np.fromiter((moment is not None for moment in now), np.bool_, count)
    numbers = (0 if moment is None else as_number(moment) for moment in now)
    return Vector(np.fromiter(numbers, np.int64, count), known)
