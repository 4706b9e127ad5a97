"""Run the rules of a request over stretches of Parquet files and count."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from policies.engines.arrow import load_arrow
from policies.engines.backtest.labels import match
from policies.engines.backtest.reading import Layout, groups_of, layout_of, moments_of, texts_of
from policies.engines.backtest.request import Request, Stretch
from policies.engines.backtest.tally import MOST_OVERLAPPING_RULES, LabelTally, SampleHit, Tally
from policies.engines.columnar.chunk import ChunkMaker
from policies.engines.columnar.engine import ROWS_AT_HAND, ColumnarEngine
from policies.engines.columnar.instants import instants
from policies.engines.columnar.vectors import Mask, Vector
from policies.engines.errors import DataError
from policies.engines.parquet import ParquetSource
from policies.engines.skipping import can_hold, spans_of
from policies.rulelang import ALLOW

_MOST_ENGINES = 16


class _OpenFile:
    """A file at hand, with its columns found."""

    def __init__(self, path: Path, request: Request) -> None:
        self.source = ParquetSource(path)
        try:
            layout = layout_of(self.source.schema, request)
            self.source.decode_as_dictionary(layout.columns(frozenset(layout.fields)))
            self.layout: Layout = layout_of(self.source.schema, request)
        except DataError as error:
            raise error.at(file=str(path)) from error
        self.makers: dict[tuple[int, ...], ChunkMaker] = {}
        """By the places of the rules: what a maker knows of dictionaries is of one engine only."""


class Scanner:
    """Counts stretches of rows into one tally. `heard` is told the rows done, and may raise to stop."""

    def __init__(self, request: Request, heard: Callable[[int], None]) -> None:
        self._request, self._heard = request, heard
        rules = len(request.program.rules)
        self.tally = Tally.empty(rules, request.sample)
        if request.labels is not None:
            self.tally.labels = LabelTally.empty(rules, len(request.labels.kinds))
            if rules <= MOST_OVERLAPPING_RULES:
                self.tally.overlap = np.zeros((rules, rules), np.int64)
        self._engines = {tuple(range(rules)): ColumnarEngine(request.program)}
        self._open: _OpenFile | None = None

    def scan(self, stretch: Stretch) -> None:
        """Count one stretch.

        Raises:
            DataError: it cannot be read, or a column does not fit.
        """
        if self._open is None or self._open.source.path != stretch.file:
            self._open = _OpenFile(stretch.file, self._request)
        at_hand, engine, places = self._open, *self._engine(self._hitting(stretch))
        if not places:
            self._skip(stretch.rows)
            return
        names = frozenset(engine.program.fields)
        maker = at_hand.makers.get(places)
        if maker is None:
            bound = {name: at_hand.layout.fields[name] for name in engine.program.fields}
            maker = at_hand.makers[places] = ChunkMaker(bound)
        row, columns = stretch.first_row, at_hand.layout.columns(names)
        size = at_hand.source.rows_at_once(stretch.groups, columns, ROWS_AT_HAND)
        for batch in at_hand.source.batches(stretch.groups, columns, size):
            moments = moments_of(batch, at_hand.layout)
            now = moments if self._request.now is None else instants(self._request.now, batch.num_rows)
            answers = ((places[place], mask) for place, mask in engine.answers(maker.chunk(batch, now)))
            self._count(batch, answers, moments, _Place(stretch, row))
            row += batch.num_rows
            self._heard(batch.num_rows)

    def _hitting(self, stretch: Stretch) -> tuple[int, ...]:
        """Return the rules that can hit in a stretch, by its statistics; with labels all rows are looked at."""
        everything = tuple(range(len(self.tally.hits)))
        if self._open is None or self._request.labels is not None:
            return everything
        program, metadata = self._request.program, self._open.source.metadata
        spans = [spans_of(metadata.row_group(group), self._open.layout.fields) for group in stretch.groups]
        return tuple(
            place
            for place, formula in enumerate(program.formulas)
            if any(can_hold(formula, span, program.lists) for span in spans)
        )

    def _skip(self, rows: int) -> None:
        self.tally.rows += rows
        self.tally.skipped_rows += rows
        self.tally.outcomes[ALLOW] += rows
        self._heard(rows)

    def _engine(self, places: tuple[int, ...]) -> tuple[ColumnarEngine, tuple[int, ...]]:
        everything = tuple(range(len(self.tally.hits)))
        if not places:
            return self._engines[everything], places
        if 2 * len(places) > len(everything):
            # An engine of nearly all rules costs more to make than it saves.
            return self._engines[everything], everything
        engine = self._engines.get(places)
        if engine is None:
            if len(self._engines) >= _MOST_ENGINES:
                return self._engines[everything], everything
            engine = self._engines[places] = ColumnarEngine(self._request.program.only(places))
        return engine, places

    def _count(self, batch: Any, answers: Iterator[tuple[int, Mask]], moments: Vector | None, place: "_Place") -> None:
        tally, layout, rows = self.tally, self._layout(), batch.num_rows
        tally.rows += rows
        groups = groups_of(batch, layout, self._request.groupings, moments)
        identifiers = texts_of(batch, layout.event_id) if self._request.sample else None
        counts = tally.counts_by_key(groups)
        by_outcome: dict[str, Mask] = {}
        masks = [np.zeros(rows, np.bool_)] * len(tally.hits)
        for rule, mask in answers:
            tally.count_hits(rule, mask, groups, counts)
            outcome = self._request.program.rules[rule].outcome
            by_outcome[outcome] = mask if outcome not in by_outcome else by_outcome[outcome] | mask
            if self._request.sample:
                self._keep_sample(rule, mask, identifiers, place)
            if tally.labels is not None:
                masks[rule] = mask
        if counts is not None:
            tally.add_counts(groups, counts)
        self._count_outcomes(by_outcome, rows)
        if tally.labels is not None:
            how_many = _sum(masks, rows)
            tally.count_labels(masks, *self._labelled(batch, moments), how_many)
            tally.count_overlap(masks, how_many)

    def _layout(self) -> Layout:
        if self._open is None:
            raise RuntimeError("no file is open")
        return self._open.layout

    def _count_outcomes(self, by_outcome: Mapping[str, Mask], rows: int) -> None:
        taken: Mask | None = None
        for outcome in self._request.program.outcomes:
            hit = by_outcome.get(outcome)
            if hit is None:
                continue
            count = int(np.count_nonzero(hit if taken is None else hit & ~taken))
            taken = hit if taken is None else taken | hit
            self.tally.outcomes[outcome] += count
            rows -= count
        self.tally.outcomes[ALLOW] += rows

    def _keep_sample(self, rule: int, mask: Mask, identifiers: Any, place: "_Place") -> None:
        rows = np.flatnonzero(mask)
        if not len(rows):
            return
        draws = place.draws(len(mask))
        kept, size = self.tally.samples[rule], self._request.sample
        if len(kept) == size:
            rows = rows[draws[rows] < kept[-1].draw]
        fresh = [
            SampleHit(
                int(draws[row]),
                str(place.stretch.file),
                place.row + row,
                None if identifiers is None else identifiers[row].as_py(),
            )
            for row in rows[np.argsort(draws[rows])[:size]].tolist()
        ]
        kept[:] = heapq.nsmallest(size, [*kept, *fresh])

    def _labelled(self, batch: Any, moments: Vector | None) -> tuple[Any, Any]:
        labels, layout = self._request.labels, self._layout()
        rows, numbers = [np.zeros(0, np.intp)], [np.zeros(0, np.int64)]
        if labels is not None:
            markets = texts_of(batch, layout.market)
            about = [(labels.events, layout.event_id)]
            about += [(labels.entities[name], bound) for name, bound in layout.entities.items()]
            for group, bound in about:
                if group is not None and bound is not None:
                    found = match(group, texts_of(batch, bound), moments, markets)
                    rows.append(found[0])
                    numbers.append(found[1])
        return np.concatenate(rows), np.concatenate(numbers)


class _Place:
    """Where a batch stands: its stretch and first row; draws a number for each row from that alone."""

    def __init__(self, stretch: Stretch, row: int) -> None:
        self.stretch, self.row = stretch, row
        self._draws: Any = None

    def draws(self, count: int) -> Any:
        """Return a number per row that looks random (the finisher of SplitMix64)."""
        if self._draws is None:
            start = np.uint64((self.stretch.number << 40) + self.row)
            mixed = (np.arange(count, dtype=np.uint64) + start) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            self._draws = mixed ^ (mixed >> np.uint64(31))
        return self._draws


def _sum(masks: list[Mask], rows: int) -> Any:
    total = np.zeros(rows, np.uint16)
    for mask in masks:
        total += mask
    return total


def use_one_thread() -> None:
    """Keep Arrow from using more threads: each process has one of the machine's processors."""
    load_arrow().set_cpu_count(1)
