"""Hold the values of one field or expression over many rows, with what is null and what cannot be computed."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]
"""One yes/no per row."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One value per row.

    `data` is a NumPy array: bool, integers of any width, float64; points and lengths of time are int64
    microseconds (of the epoch, in UTC). Texts are an Arrow string array, lists a NumPy array of tuples.
    `known` says where there is a value (None: everywhere); what stands in `data` elsewhere means nothing.
    `null` says where there is no data (None: nowhere). What is neither is unknown.
    """

    data: Any
    known: Mask | None = None
    null: Mask | None = None

    def unknown(self) -> Mask | None:
        """Return where the value cannot be computed, None for nowhere."""
        if self.known is None:
            return None
        return ~self.known if self.null is None else ~(self.known | self.null)

    def take(self, rows: NDArray[np.intp]) -> "Vector":
        """Return the vector of some rows, by position."""
        return Vector(self.data.take(rows), pick(self.known, rows), pick(self.null, rows))


def pick(mask: Mask | None, rows: NDArray[np.intp]) -> Mask | None:
    """Return a mask at some rows."""
    return None if mask is None else mask[rows]


def both(a: Mask | None, b: Mask | None) -> Mask | None:
    """Return where both masks hold; None is everywhere."""
    if a is None or b is None:
        return b if a is None else a
    return a & b


def within(mask: Mask, known: Mask | None) -> Mask:
    """Restrict a fresh mask to where something is known, in place."""
    if known is not None:
        np.logical_and(mask, known, out=mask)
    return mask
