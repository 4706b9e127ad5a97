"""Rows on their way through the importer, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

LINE_BITS: Final = 40
MOST_IN_CHUNK: Final = 3_000_000  # characters or bytes of a file: with longer rows a chunk has fewer of them


def place_of(file: int, line: int) -> int:
    """Return file number and line in one number."""
    return file << LINE_BITS | line


def file_of(place: int) -> int:
    """Return the file number of a place."""
    return place >> LINE_BITS


def line_of(place: int) -> int:
    """Return the line of a place."""
    return place & ((1 << LINE_BITS) - 1)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read: where (line from 1), why, what to do, and the row as far as it is text."""

    line: int
    column: str
    reason: str
    hint: str
    raw: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file or table. Cells are None (no data), text, numbers or true and false.

    owners: the places of the file rows that each row is made of, one place or several. position: how many bytes
    of the file have been read.
    """

    columns: dict[str, list[Any]]
    owners: Sequence[int | Sequence[int]]
    bad: list[BadRow] = field(default_factory=list)
    position: int = 0

    def __len__(self) -> int:
        return len(self.owners)

    def row(self, index: int) -> dict[str, Any]:
        """Return one row by column."""
        return {name: values[index] for name, values in self.columns.items()}
