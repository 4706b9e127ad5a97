"""Walk over the rows of an import: make items, load them, note what became of every row."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from governance.domain.errors import FieldProblem
from risk.actions.importing.beside import draw_beside
from risk.actions.importing.describing import SLICE, Descriptions
from risk.actions.importing.drawing import Drawing, Drawn, FileDrawing, draw
from risk.actions.importing.fates import Fate, FateBook
from risk.actions.importing.inputs import InputFile
from risk.actions.importing.plan import ImportPlan, SourcePass
from risk.actions.importing.reading import read_file
from risk.actions.importing.rejects import Reject
from risk.actions.importing.sinks import Progress, Sink
from risk.actions.importing.staging import Stage
from risk.actions.importing.tally import Tally
from risk.actions.ingest import CONFLICT
from risk.domain.event_rows import EventRow
from risk.domain.mapping.chunks import BadRow, Chunk, file_of, line_of, place_of
from risk.domain.mapping.entity_rendering import EntityRenderer
from risk.domain.mapping.event_rendering import Refusal, write_item
from risk.domain.mapping.values import BadCell, Values

CHUNK_ITEMS = 8_000
Report = Callable[[int, int], None]  # bytes done, bytes in all


@dataclass(frozen=True, slots=True)
class Setting:
    """What items are checked against: the markets that the importer may use, and the wall clock."""

    markets: frozenset[str]
    now: datetime


class Walk:
    """One import under way. Every step is repeatable: a resumed import goes through those that are done in silence."""

    def __init__(
        self, plan: ImportPlan, setting: Setting, sink: Sink, fates: FateBook, progress: Progress, report: Report
    ) -> None:
        mapping = plan.mapping
        self._plan = plan
        self._setting = setting
        self._sink = sink
        self._fates = fates
        self._progress = progress
        self._report = report
        self._values = Values(mapping.time_zone, mapping.time_formats, mapping.decimal)
        self._events = Tally(progress.events)
        self._entities = Tally(progress.entities)
        self._stage = Stage(mapping)
        self._step = 0
        self._read_before: set[int] = set()
        self._bytes = _Bytes(plan)

    @property
    def bytes_total(self) -> int:
        """Return how many bytes will be read; a file that is read twice counts twice."""
        return self._bytes.total

    def run(self) -> None:
        """Do everything; raises ImportFailed and ImportStopped."""
        for name, columns in self._plan.staged.items():
            self._stage_file(name, columns)
        for table in self._plan.mapping.tables.values():
            self._stage.build(table)
            self._reject_lacking(table.name)
        for walk in self._plan.passes:
            if walk.events:
                self._load_events(walk)
        for name in self._plan.counted:
            self._count_file(name)
        walks = [walk for walk in self._plan.passes if walk.entities]
        if walks:
            self._load_entities(walks)

    def _stage_file(self, name: str, columns: Sequence[str]) -> None:
        self._stage.open_file(name, columns)
        summed = self._plan.summed.get(name, ())
        with self._new_step() as step:
            for chunk in self._read(name, columns, CHUNK_ITEMS):
                sound, bad = self._set_aside(chunk, summed)
                self._stage.add_rows(name, sound)
                if step.is_news(chunk):
                    with self._sink.step():
                        self._reject(chunk, bad)
                        step.save()
        self._stage.close_file(name)

    def _set_aside(self, chunk: Chunk, summed: Sequence[str]) -> tuple[Chunk, list[Reject]]:
        """Return the rows that can be staged, and those that hold NUL or no number where numbers are added up."""
        bad: dict[int, tuple[str, FieldProblem]] = {}
        for name, cells in chunk.columns.items():
            for index, cell in enumerate(cells):
                if cell is None:
                    continue
                if type(cell) is str and "\0" in cell:
                    bad[index] = name, FieldProblem(name, "holds a NUL character", "Leave it out.")
                elif name in summed:
                    try:
                        cells[index] = repr(self._values.read_double(cell))
                    except BadCell as error:
                        bad[index] = name, FieldProblem(name, error.reason, error.hint)
        if not bad:
            return chunk, []
        rejects = [
            self._as_reject(chunk.owners[index], column, (problem,), write_item(chunk.row(index)), "", "")
            for index, (column, problem) in sorted(bad.items())
        ]
        kept = [index for index in range(len(chunk)) if index not in bad]
        columns = {name: [cells[index] for index in kept] for name, cells in chunk.columns.items()}
        return replace(chunk, columns=columns, owners=[chunk.owners[index] for index in kept]), rejects

    def _reject_lacking(self, name: str) -> None:
        table = self._plan.mapping.tables[name]
        with self._new_step() as step:
            rejects = []
            for places, join, values in self._stage.read_lacking(table):
                wanted = ", ".join(f"{ours} {value}" for (ours, _), value in zip(join.on, values, strict=True))
                problem = FieldProblem(join.to, f"has no row with {wanted}", f"Add it to {join.to}, or set missing.")
                row = write_item(dict(zip([ours for ours, _ in join.on], values, strict=True)))
                column = ", ".join(ours for ours, _ in join.on)
                rejects += [self._as_reject(place, column, (problem,), row, "", "") for place in places]
            if rejects and step.is_more(len(rejects)):
                with self._sink.step():
                    self._reject(Chunk({}, []), rejects)
                    step.save()

    def _load_events(self, walk: SourcePass) -> None:
        mapping, setting = self._plan.mapping, self._setting
        zone, forms, decimal = mapping.time_zone, mapping.time_formats, mapping.decimal
        drawing = Drawing(walk.events, zone, forms, decimal, setting.markets, setting.now)
        rows = max(1_000, CHUNK_ITEMS // len(walk.events))
        with self._new_step() as step:
            for drawn in self._draw(walk, drawing, rows, step):
                if step.is_news(drawn.chunk):
                    self._sink.prepare(drawn.events.rows)
                    with self._sink.step():
                        self._take_in(drawn)
                        step.save()
                del drawn  # before the next one is received

    def _draw(self, walk: SourcePass, drawing: Drawing, rows: int, step: "_Step") -> Iterator[Drawn]:
        """Yield the rows of a table or of files with their events."""
        if walk.source in self._plan.mapping.tables:
            renderers = drawing.renderers()
            for chunk in self._stage.read(walk.source, walk.columns, rows, 0):
                yield draw(renderers, chunk)
            return
        for file in self._plan.files_of(walk.source):
            is_first = self._begin(file)
            job = FileDrawing(drawing, file, walk.columns, rows, step.to_skip)
            for drawn in draw_beside(job):
                yield replace(drawn, chunk=self._note_read(file, drawn.chunk, is_first))
                del drawn
            self._bytes.finish(file.size)

    def _take_in(self, drawn: Drawn) -> None:
        """Load the events of a chunk and note what became of their rows."""
        loaded = self._sink.load(drawn.events)
        chunk, events, indexes = drawn.chunk, drawn.events.rows, drawn.indexes
        again, clashing = set(loaded.duplicates), set(loaded.conflicts)
        fates, owners = self._fates, chunk.owners
        if again or clashing:
            fresh = [number for number in range(len(events)) if number not in again and number not in clashing]
        else:
            fresh = list(range(len(events)))
        fates.mark((owners[indexes[number]] for number in fresh), Fate.ACCEPTED)
        fates.mark((owners[indexes[number]] for number in again), Fate.DUPLICATE)
        self._events.add("accepted", (events[number].type for number in fresh))
        self._events.add("duplicates", (events[number].type for number in again))
        refused = [*drawn.refused, *(_as_conflict(events[number], indexes[number]) for number in loaded.conflicts)]
        self._events.add("rejected", (refusal.kind for refusal in refused))
        self._reject(chunk, self._explain(chunk, refused))

    def _load_entities(self, walks: Sequence[SourcePass]) -> None:
        descriptions = Descriptions(self._progress.entity_floor)
        for walk in walks:
            self._gather(walk, descriptions)
        total = descriptions.merge()
        with self._new_step() as step:
            for after in range(0, total, SLICE):
                size = min(SLICE, total - after)
                if not step.is_more(size):
                    continue
                with self._sink.step():
                    for item in self._sink.describe(descriptions, after):
                        self._fates.mark([item.places], Fate.ACCEPTED if item.is_news else Fate.DUPLICATE)
                        self._entities.add("accepted" if item.is_news else "duplicates", [item.type] * len(item.places))
                    step.save()

    def _gather(self, walk: SourcePass, descriptions: Descriptions) -> None:
        setting = self._setting
        renderers = [EntityRenderer(spec, self._values, setting.markets, setting.now) for spec in walk.entities]
        with self._new_step() as step:
            for chunk in self._chunks(walk, CHUNK_ITEMS):
                drawn = [renderer.render(chunk) for renderer in renderers]
                descriptions.add(
                    [
                        (place, item)
                        for part in drawn
                        for item in part.described
                        for place in _each(chunk.owners[item.index])
                    ]
                )
                if not step.is_news(chunk):
                    continue
                refused = [refusal for part in drawn for refusal in part.refused]
                with self._sink.step():
                    self._entities.add("rejected", (refusal.kind for refusal in refused))
                    self._reject(chunk, self._explain(chunk, refused))
                    step.save()

    def _count_file(self, name: str) -> None:
        """Read a file of which the mapping makes nothing, so that its rows are accounted for."""
        with self._new_step() as step:
            for chunk in self._read(name, (), CHUNK_ITEMS):
                if step.is_news(chunk):
                    with self._sink.step():
                        self._reject(chunk, [])
                        step.save()

    def _chunks(self, walk: SourcePass, rows: int) -> Iterator[Chunk]:
        if walk.source in self._plan.mapping.tables:
            yield from self._stage.read(walk.source, walk.columns, rows, 0)
        else:
            yield from self._read(walk.source, walk.columns, rows)

    def _read(self, name: str, columns: Sequence[str], rows: int) -> Iterator[Chunk]:
        """Read the files under a name."""
        for file in self._plan.files_of(name):
            is_first = self._begin(file)
            for chunk in read_file(file, columns, rows):
                yield self._note_read(file, chunk, is_first)
            self._bytes.finish(file.size)

    def _begin(self, file: InputFile) -> bool:
        """Say whether the file is read for the first time: then its bad rows are told of."""
        is_first = file.number not in self._read_before
        self._read_before.add(file.number)
        return is_first

    def _note_read(self, file: InputFile, chunk: Chunk, is_first: bool) -> Chunk:  # noqa: FBT001  (asked once a file)
        """Note that rows were read; return the chunk with the bad rows that are to be told of, by place.

        A later reader of a file sees again what is wrong with rows, but first what is wrong with cells of its columns.
        """
        self._fates.mark(chunk.owners, Fate.READ)
        self._fates.mark([place_of(file.number, row.line) for row in chunk.bad], Fate.READ)
        self._bytes.reach(file.size, chunk.position)
        self._report(self._bytes.done, self._bytes.total)
        return replace(chunk, bad=[self._as_bad(file.number, row) for row in chunk.bad if is_first or row.column])

    def _as_bad(self, number: int, row: BadRow) -> BadRow:
        return replace(row, line=place_of(number, row.line))

    def _reject(self, chunk: Chunk, rejects: Sequence[Reject]) -> None:
        """Note refused rows and items, those that could not even be read among them."""
        found = [
            self._as_reject(row.line, row.column, (FieldProblem("", row.reason, row.hint),), row.raw, "", "")
            for row in chunk.bad
        ]
        found += rejects
        if found:
            self._sink.keep(found, self._progress)

    def _explain(self, chunk: Chunk, refused: Sequence[Refusal]) -> list[Reject]:
        rejects = []
        for refusal in refused:
            columns = [refusal.columns.get(problem.field, "") for problem in refusal.problems]
            column = ", ".join(dict.fromkeys(name for name in columns if name))
            row = write_item(chunk.row(refusal.index))
            rejects += [
                self._as_reject(place, column, refusal.problems, row, refusal.raw, refusal.market)
                for place in _each(chunk.owners[refusal.index])
            ]
        return rejects

    def _as_reject(
        self,
        place: Any,
        column: str,
        problems: tuple[FieldProblem, ...],
        row: str,
        item: str,
        market: str,
    ) -> Reject:
        first = _each(place)[0]
        self._fates.mark([place], Fate.REJECTED)
        label = self._plan.files[file_of(first)].label
        return Reject(label, line_of(first), column, problems, row, item, market)

    def _new_step(self) -> "_Step":
        self._step += 1
        return _Step(self._step, self._progress, self._sink, self._fates, self._bytes)


class _Step:
    """One numbered step, of which a resumed import passes over what is done."""

    def __init__(self, number: int, progress: Progress, sink: Sink, fates: FateBook, done: "_Bytes") -> None:
        self._number = number
        self._progress = progress
        self._sink = sink
        self._fates = fates
        self._bytes = done
        self._seen = 0
        self._skip = 0

    def __enter__(self) -> "_Step":
        progress = self._progress
        if progress.step < self._number:
            progress.step, progress.done = self._number, 0
        elif progress.step == self._number:
            self._skip = progress.done
        else:
            self._skip = -1  # all of it
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @property
    def to_skip(self) -> int:
        """Return how many of the next rows are done already."""
        return sys.maxsize if self._skip < 0 else max(self._skip - self._seen, 0)

    def is_news(self, chunk: Chunk) -> bool:
        """Say whether the next chunk is still to be done."""
        return self.is_more(len(chunk) + len(chunk.bad))

    def is_more(self, rows: int) -> bool:
        """Say whether the next `rows` rows are still to be done."""
        self._seen += rows
        return self._skip >= 0 and self._seen > self._skip

    def save(self) -> None:
        """Write the checkpoint behind the rows that were asked for last."""
        self._progress.done = self._seen
        self._fates.save()
        self._sink.save(self._progress, self._bytes.done)


class _Bytes:
    """How many bytes are read, of all that will be, counting a file as often as it is read."""

    def __init__(self, plan: ImportPlan) -> None:
        names = [*plan.staged, *(walk.source for walk in plan.passes), *plan.counted]
        self.total = sum(file.size for name in names for file in plan.files_of(name))
        self.done = 0
        self._before = 0

    def reach(self, size: int, position: int) -> None:
        """Stand at a position of the file that is being read."""
        self.done = self._before + min(size, position)

    def finish(self, size: int) -> None:
        """Stand behind a file."""
        self._before += size
        self.done = self._before


def _each(owner: int | Sequence[int]) -> Sequence[int]:
    return (owner,) if isinstance(owner, int) else owner


def _as_conflict(event: EventRow, index: int) -> Refusal:
    raw = {
        "id": event.external_id,
        "type": event.type,
        "occurred_at": event.at,
        "market": event.market,
        "entities": {touch.role: {"id": touch.external_id, "type": touch.type} for touch in event.touches},
    }
    text = write_item(raw)[:-1] + f',"payload":{event.payload}}}'
    return Refusal(index, event.type, (CONFLICT,), text, event.market, {})
