"""Run the rules of a request over stretches of Parquet files and count."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from policies.engines.arrow import load_arrow
from policies.engines.backtest.gathering import Gathered, Gatherer, Load, OpenFile, Places
from policies.engines.backtest.labels import match
from policies.engines.backtest.reading import Layout, groups_of, moments_of, texts_of
from policies.engines.backtest.request import Request, Stretch
from policies.engines.backtest.tally import MOST_OVERLAPPING_RULES, LabelTally, SampleHit, Tally
from policies.engines.columnar.chunk import ChunkMaker
from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.columnar.instants import instants
from policies.engines.columnar.vectors import Mask, Vector
from policies.engines.skipping import can_hold, spans_of
from policies.rulelang import ALLOW

_MOST_ENGINES = 16


class Scanner:
    """Counts stretches of rows into one tally, asking the engine of all rules of a request, or one of some of them.

    `heard` is told the rows done, and may raise to stop.
    """

    def __init__(self, request: Request, engine: ColumnarEngine, heard: Callable[[int], None]) -> None:
        self._request, self._heard = request, heard
        rules = len(request.program.rules)
        self.tally = Tally.empty(rules, request.sample)
        if request.labels is not None:
            self.tally.labels = LabelTally.empty(rules, len(request.labels.kinds))
            if rules <= MOST_OVERLAPPING_RULES:
                self.tally.overlap = np.zeros((rules, rules), np.int64)
        self._engines = {tuple(range(rules)): engine}
        self._gatherer = Gatherer(request)
        self._makers: dict[tuple[int, ...], ChunkMaker] = {}
        """By the places of the rules: what a maker knows of dictionaries is of one engine and layout only."""
        self._layout: Layout | None = None

    def scan(self, load: Load) -> None:
        """Count the rows of a load.

        Raises:
            DataError: a file cannot be read, or a column does not fit.
        """
        load, places = self._hitting(load)
        engine, places = self._engine(places)
        for found in self._gatherer.gather(load, frozenset(engine.program.fields)):
            moments = moments_of(found.batch, found.layout)
            now = moments if self._request.now is None else instants(self._request.now, found.batch.num_rows)
            chunk = self._maker(engine, places, found.layout).chunk(found.batch, now)
            answers = ((places[place], mask) for place, mask in engine.answers(chunk))
            self._count(found, answers, moments)
            self._heard(found.batch.num_rows)

    def _hitting(self, load: Load) -> tuple[Load, tuple[int, ...]]:
        """Return the stretches in which a rule can hit and the rules that can, by statistics; skip the others.

        With labels all rows are looked at.
        """
        files, everything = self._gatherer.open(load), tuple(range(len(self.tally.hits)))
        if self._request.labels is not None:
            return load, everything
        kept, places = [], set[int]()
        for stretch, file in zip(load, files, strict=True):
            # An engine of nearly all rules costs more to make than it saves.
            enough = len(everything) // 2 + 1 if 2 * len(places) <= len(everything) else 1
            found = tuple(islice(self._hitting_in(stretch, file), enough))
            if found:
                kept.append(stretch)
                places.update(found)
            else:
                self._skip(stretch.rows)
        return tuple(kept), everything if 2 * len(places) > len(everything) else tuple(sorted(places))

    def _hitting_in(self, stretch: Stretch, file: OpenFile) -> Iterator[int]:
        """Yield the rules that can hit in a stretch."""
        program, metadata = self._request.program, file.source.metadata
        spans = [spans_of(metadata.row_group(group), file.layout.fields) for group in stretch.groups]
        for place, formula in enumerate(program.formulas):
            if any(can_hold(formula, span, program.lists) for span in spans):
                yield place

    def _maker(self, engine: ColumnarEngine, places: tuple[int, ...], layout: Layout) -> ChunkMaker:
        if layout is not self._layout and layout != self._layout:
            self._makers = {}
        self._layout = layout
        maker = self._makers.get(places)
        if maker is None:
            bound = {name: layout.fields[name] for name in engine.program.fields}
            maker = self._makers[places] = ChunkMaker(bound)
        return maker

    def _skip(self, rows: int) -> None:
        self.tally.rows += rows
        self.tally.skipped_rows += rows
        self.tally.outcomes[ALLOW] += rows
        self._heard(rows)

    def _engine(self, places: tuple[int, ...]) -> tuple[ColumnarEngine, tuple[int, ...]]:
        everything = tuple(range(len(self.tally.hits)))
        if not places:
            return self._engines[everything], places
        engine = self._engines.get(places)
        if engine is None:
            if len(self._engines) >= _MOST_ENGINES:
                return self._engines[everything], everything
            engine = self._engines[places] = ColumnarEngine(self._request.program.only(places))
        return engine, places

    def _count(self, found: Gathered, answers: Iterator[tuple[int, Mask]], moments: Vector | None) -> None:
        tally, batch, layout, rows = self.tally, found.batch, found.layout, found.batch.num_rows
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
                self._keep_sample(rule, mask, identifiers, found.places)
            if tally.labels is not None:
                masks[rule] = mask
        if counts is not None:
            tally.add_counts(groups, counts)
        self._count_outcomes(by_outcome, rows)
        if tally.labels is not None:
            how_many = _sum(masks, rows)
            tally.count_labels(masks, *self._labelled(found, moments), how_many)
            tally.count_overlap(masks, how_many)

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

    def _keep_sample(self, rule: int, mask: Mask, identifiers: Any, places: Places) -> None:
        rows = np.flatnonzero(mask)
        if not len(rows):
            return
        draws = places.draws
        kept, size = self.tally.samples[rule], self._request.sample
        if len(kept) == size:
            rows = rows[draws[rows] < kept[-1].draw]
        fresh = []
        for row in rows[np.argsort(draws[rows])[:size]].tolist():
            file, place = places.find(row)
            event_id = None if identifiers is None else identifiers[row].as_py()
            fresh.append(SampleHit(int(draws[row]), str(file), place, event_id))
        kept[:] = heapq.nsmallest(size, [*kept, *fresh])

    def _labelled(self, found: Gathered, moments: Vector | None) -> tuple[Any, Any]:
        labels, batch, layout = self._request.labels, found.batch, found.layout
        rows, numbers = [np.zeros(0, np.intp)], [np.zeros(0, np.int64)]
        if labels is not None:
            markets = texts_of(batch, layout.market)
            about = [(labels.events, layout.event_id)]
            about += [(labels.entities[name], bound) for name, bound in layout.entities.items()]
            for group, bound in about:
                if group is not None and bound is not None:
                    about_rows, about_numbers = match(group, texts_of(batch, bound), moments, markets)
                    rows.append(about_rows)
                    numbers.append(about_numbers)
        return np.concatenate(rows), np.concatenate(numbers)


def _sum(masks: list[Mask], rows: int) -> Any:
    total = np.zeros(rows, np.uint16)
    for mask in masks:
        total += mask
    return total


def take_one_processor() -> None:
    """Keep Arrow from using more threads than one and from giving memory back that it needs again at once.

    Each process has one of the machine's processors. Arrow's own allocators return what a batch has used to the
    system; to get it anew takes a fifth of the time of a backtest.
    """
    arrow = load_arrow()
    arrow.set_cpu_count(1)
    arrow.set_memory_pool(arrow.system_memory_pool())
