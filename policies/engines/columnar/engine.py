"""Ask a rule set of many rows at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from policies.engines.arrow import load_arrow
from policies.engines.binding import bind
from policies.engines.columnar.chunk import Chunk, ChunkMaker
from policies.engines.columnar.compiling import Compiler
from policies.engines.columnar.instants import instants, own_instants, read_instants
from policies.engines.columnar.plans import Asking
from policies.engines.columnar.program import Program, program_of
from policies.engines.columnar.records import chunk_of
from policies.engines.columnar.unrolling import unroll
from policies.engines.columnar.vectors import Mask, Vector
from policies.rulelang import ALLOW, Hit, Lane, Record, RuleSet, Verdict

ROWS_AT_HAND = 65_536
"""Rows that are evaluated together: their columns stay in the processor's cache."""


class ColumnarEngine:
    """A rule set ready to be asked of Arrow data. May be used by several threads at once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        formulas = [unroll(formula, program.lists) for formula in program.formulas]
        compiler = Compiler(formulas, program.lists)
        self._plans = [compiler.plan(formula) for formula in formulas]
        lanes = [rule.lane for rule in program.rules]
        self._allowing = [place for place, lane in enumerate(lanes) if lane is Lane.ALLOW]
        self._main = [place for place, lane in enumerate(lanes) if lane is Lane.MAIN]

    @classmethod
    def of(cls, ruleset: RuleSet, lists: Mapping[str, frozenset[Any]]) -> "ColumnarEngine":
        """Return the engine of a rule set with the entries of its named lists."""
        return cls(program_of(ruleset, lists))

    def hits(self, table: Any, now: datetime | Sequence[datetime | None] | None = None) -> list[Mask]:
        """Return for each rule, in the order of the set, on which rows of an Arrow table it hits.

        As in a verdict, where a rule of the allow lane hits no rule of the main lane does. `now` is the
        instant of evaluation, or one per row; without it, when each event occurred (`occurred_at` or
        `event.occurred_at`). A field finds its column as told in `policies.engines.binding`.

        Raises:
            DataError: a column is missing or of a wrong type.
        """
        program = self.program
        maker = ChunkMaker(bind(program.fields, program.fields, table.schema))
        given = None if now is None else instants(now, table.num_rows)
        own = own_instants(table.schema) if program.asks_now and given is None else {}
        pieces: list[list[Mask]] = [[] for _ in program.rules]
        start = 0
        for batch in _batches(table):
            rows = slice(start, start + batch.num_rows)
            moments = read_instants(batch, own) if given is None else _cut(given, rows)
            for piece, mask in zip(pieces, self.ask(maker.chunk(batch, moments)), strict=True):
                piece.append(mask)
            start = rows.stop
        return _joined(pieces)

    def verdicts(self, table: Any, now: datetime | Sequence[datetime | None] | None = None) -> list[Verdict]:
        """Return the verdict on each row, as `policies.rulelang.verdict` gives it; see `hits`."""
        return self._verdicts(self.hits(table, now), table.num_rows)

    def hits_on(self, records: Sequence[Record]) -> list[Mask]:
        """Return for each rule, in the order of the set, which records it hits; see `hits`.

        For some hundreds of records and more. The lists are those of the engine, not of the records.
        """
        pieces: list[list[Mask]] = [[] for _ in self.program.rules]
        for start in range(0, len(records), ROWS_AT_HAND):
            chunk = chunk_of(records[start : start + ROWS_AT_HAND], self.program.fields)
            for piece, mask in zip(pieces, self.ask(chunk), strict=True):
                piece.append(mask)
        return _joined(pieces)

    def verdicts_on(self, records: Sequence[Record]) -> list[Verdict]:
        """Return the verdict on each record, as `policies.rulelang.verdict` gives it; see `hits_on`."""
        return self._verdicts(self.hits_on(records), len(records))

    def ask(self, chunk: Chunk) -> list[Mask]:
        """Return for each rule on which rows of a chunk it hits. The masks may be shared: do not write on them."""
        found = dict(self.answers(chunk))
        return [found[place] for place in range(len(found))]

    def answers(self, chunk: Chunk) -> Iterator[tuple[int, Mask]]:
        """Yield each rule's place in the set and the rows that it hits, those of the allow lane first."""
        asking = Asking(chunk)
        asked: Mask | None = None
        for place in self._allowing:
            answer = self._holds(place, asking, None)
            asked = ~answer if asked is None else asked & ~answer
            yield place, answer
        for place in self._main:
            answer = self._holds(place, asking, asked)
            yield place, answer if asked is None else answer & asked

    def _holds(self, place: int, asking: Asking, asked: Mask | None) -> Mask:
        # What leaves the range of numbers is told apart afterwards.
        with np.errstate(all="ignore"):
            return asking.holds(self._plans[place], asked)

    def _verdicts(self, hits: list[Mask], count: int) -> list[Verdict]:
        found: list[list[int]] = [[] for _ in range(count)]
        for place in sorted(range(len(hits)), key=lambda place: -self.program.rules[place].priority):
            for row in np.flatnonzero(hits[place]).tolist():
                found[row].append(place)
        return [self._verdict(places) for places in found]

    def _verdict(self, places: list[int]) -> Verdict:
        rules = [self.program.rules[place] for place in places]
        hits = tuple(Hit(rule.id, rule.outcome) for rule in rules)
        outcomes = {rule.outcome for rule in rules}
        return Verdict(next((one for one in self.program.outcomes if one in outcomes), ALLOW), hits)


def _joined(pieces: list[list[Mask]]) -> list[Mask]:
    return [np.concatenate(piece) if piece else np.zeros(0, np.bool_) for piece in pieces]


def _cut(vector: Vector, rows: slice) -> Vector:
    return Vector(vector.data[rows], None if vector.known is None else vector.known[rows])


def _batches(table: Any) -> list[Any]:
    """Return the rows in batches of a bearable size."""
    arrow = load_arrow()
    if isinstance(table, arrow.RecordBatch):
        table = arrow.Table.from_batches([table])
    return [batch for batch in table.unify_dictionaries().to_batches(max_chunksize=ROWS_AT_HAND) if batch.num_rows]
