"""Describe table columns apart from how they are stored: the generator knows no file format."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class FixedText:
    """ASCII texts of one length: one row of bytes per text, shape (number of texts, length)."""

    cells: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Words:
    """A vocabulary that codes point into; compared by identity, so that a writer can convert it once."""

    values: Sequence[str] | FixedText


@dataclass(frozen=True, eq=False)
class Coded:
    """Text by code: -1 is null, any other code a position in `words`."""

    codes: NDArray[Any]
    words: Words


@dataclass(frozen=True, eq=False)
class Fixed:
    """Text of one length; `text` holds as many rows as there are set flags in `present`, or all rows."""

    text: FixedText
    present: Flags | None = None


@dataclass(frozen=True, eq=False)
class Numbers:
    """Integers or floats; rows whose flag is not set are null."""

    values: NDArray[Any]
    present: Flags | None = None


@dataclass(frozen=True, eq=False)
class Moments:
    """Points in time as whole seconds since 1970 in UTC; rows whose flag is not set are null."""

    seconds: NDArray[np.int64]
    present: Flags | None = None


@dataclass(frozen=True, eq=False)
class Joined:
    """Texts glued together row by row; a plain string is the same in every row, a null part makes it null."""

    parts: tuple["Coded | Fixed | Numbers | str", ...]


Column = Coded | Fixed | Numbers | Moments | Joined


@dataclass(frozen=True, eq=False)
class Frame:
    """Columns of one length, in their order in the file."""

    rows: int
    columns: dict[str, Column]
