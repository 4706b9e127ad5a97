"""Read stretches of Parquet files in batches that are worth evaluating: small ones are put together.

Asking some hundred rules of a batch costs some milliseconds, however few rows there are in it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from policies.engines.arrow import load_arrow
from policies.engines.backtest.reading import Layout, layout_of
from policies.engines.backtest.request import Request, Stretch
from policies.engines.columnar.engine import ROWS_AT_HAND
from policies.engines.errors import DataError
from policies.engines.parquet import SMALL_BYTES, ParquetSource, in_pieces

Load: TypeAlias = tuple[Stretch, ...]
"""Stretches that are scanned together."""

_MOST_TOGETHER = 64
"""Stretches in a load: their files are open at the same time."""


def loads_of(stretches: Sequence[Stretch], processes: int = 1) -> list[Load]:
    """Put small stretches that follow one another together, so that each process still has its share."""
    most = min(ROWS_AT_HAND, -(-sum(stretch.rows for stretch in stretches) // processes))
    loads: list[Load] = []
    at_hand: list[Stretch] = []
    for stretch in stretches:
        together = [*at_hand, stretch]
        if at_hand and (
            sum(one.rows for one in together) > most
            or sum(one.size for one in together) > SMALL_BYTES
            or len(together) > _MOST_TOGETHER
        ):
            loads.append(tuple(at_hand))
            together = [stretch]
        at_hand = together
    return [*loads, tuple(at_hand)] if at_hand else loads


@dataclass(frozen=True)
class Places:
    """Where the rows of a batch stand: parts of a stretch each, with the place in the file and the number of rows."""

    parts: tuple[tuple[Stretch, int, int], ...]

    @cached_property
    def draws(self) -> Any:
        """A number per row that looks random and depends on file and place only (the finisher of SplitMix64)."""
        places = [
            np.arange(rows, dtype=np.uint64) + np.uint64((stretch.number << 40) + row)
            for stretch, row, rows in self.parts
        ]
        mixed = np.concatenate(places) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((rows for _, _, rows in self.parts), initial=0))

    def find(self, row: int) -> tuple[Path, int]:
        """Return the file of a row and its place in it."""
        part = bisect_right(self._starts, row) - 1
        stretch, first, _ = self.parts[part]
        return stretch.file, first + row - self._starts[part]


@dataclass(frozen=True)
class Gathered:
    """A record batch, what its columns are, and where its rows come from."""

    batch: Any
    layout: Layout
    places: Places


class OpenFile:
    """A file at hand, with its columns found."""

    def __init__(self, path: Path, request: Request, like: "OpenFile | None" = None) -> None:
        """Open a file; one with the same columns as another is read as that one, so that they fit together.

        Raises:
            DataError: it cannot be read, or a column does not fit.
        """
        self.source = ParquetSource(path)
        self.columns = self.source.schema
        self.layout: Layout
        self.coded: tuple[str, ...]
        if like is not None and like.columns.equals(self.columns):
            self.layout, self.coded = like.layout, like.coded
            self.source.decode_as_dictionary(self.coded)
            return
        try:
            layout = layout_of(self.columns, request)
            self.coded = self.source.repeating(layout.columns(frozenset(layout.fields)))
            self.source.decode_as_dictionary(self.coded)
            self.layout = layout_of(self.source.schema, request)
        except DataError as error:
            raise error.at(file=str(path)) from error


class Gatherer:
    """Reads loads; the files of the last one stay open."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._open: dict[Path, OpenFile] = {}

    def open(self, load: Load) -> list[OpenFile]:
        """Return the file of each stretch.

        Raises:
            DataError: one cannot be read, or a column does not fit.
        """
        known, self._open = self._open, {}
        first: OpenFile | None = None
        for stretch in load:
            file = known.get(stretch.file) or self._open.get(stretch.file)
            file = file or OpenFile(stretch.file, self._request, first)
            self._open[stretch.file] = file
            first = first or file
        return [self._open[stretch.file] for stretch in load]

    def gather(self, load: Load, names: frozenset[str]) -> Iterator[Gathered]:
        """Yield the rows of a load, with the columns for these fields; its files were opened.

        Raises:
            DataError: a row group cannot be read.
        """
        at_hand: list[Gathered] = []
        for piece in self._pieces(load, names):
            if at_hand and not _fit_together(at_hand, piece):
                yield _joined(at_hand)
                at_hand = []
            at_hand.append(piece)
        if at_hand:
            yield _joined(at_hand)

    def _pieces(self, load: Load, names: frozenset[str]) -> Iterator[Gathered]:
        for stretch in load:
            file, row = self._open[stretch.file], stretch.first_row
            columns = file.layout.columns(names)
            size = file.source.rows_at_once(stretch.groups, columns, ROWS_AT_HAND)
            for batch in file.source.batches(stretch.groups, columns, size):
                yield Gathered(batch, file.layout, Places(((stretch, row, batch.num_rows),)))
                row += batch.num_rows


def _fit_together(pieces: Sequence[Gathered], piece: Gathered) -> bool:
    first, last = pieces[0], pieces[-1]
    if last.places.parts[-1][0] is piece.places.parts[0][0]:
        # A stretch is read in several batches where one would be too large.
        return False
    rows = sum(one.batch.num_rows for one in pieces) + piece.batch.num_rows
    return rows <= ROWS_AT_HAND and first.batch.schema.equals(piece.batch.schema) and first.layout == piece.layout


def _joined(pieces: Sequence[Gathered]) -> Gathered:
    if len(pieces) == 1:
        return pieces[0]
    table = load_arrow().Table.from_batches([piece.batch for piece in pieces])
    (batch,) = in_pieces(table, table.num_rows)
    return Gathered(batch, pieces[0].layout, Places(tuple(part for piece in pieces for part in piece.places.parts)))
