"""Draw the events of a file chunk by chunk: read, render, make ready to load. Needs neither database nor settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from risk.actions.importing.inputs import InputFile
from risk.actions.importing.reading import read_file
from risk.actions.preparing import PreparedRows, prepare_rows
from risk.domain.mapping.chunks import Chunk
from risk.domain.mapping.event_rendering import EventRenderer, Refusal
from risk.domain.mapping.spec import EventSpec
from risk.domain.mapping.values import Values


@dataclass(frozen=True, slots=True)
class Drawing:
    """How events are made of rows. zone, time_forms and decimal are the mapping's; markets those of the importer."""

    events: tuple[EventSpec, ...]
    zone: str
    time_forms: tuple[str, ...]
    decimal: str
    markets: frozenset[str]
    now: datetime

    def renderers(self) -> tuple[EventRenderer, ...]:
        """Return what makes the events, one for each part of the mapping."""
        values = Values(self.zone, self.time_forms, self.decimal)
        return tuple(EventRenderer(spec, values, self.markets, self.now) for spec in self.events)


@dataclass(frozen=True, slots=True)
class FileDrawing:
    """A file to be drawn. rows: at most so many a chunk; skip: rows from its beginning of which nothing is made."""

    drawing: Drawing
    file: InputFile
    columns: tuple[str, ...]
    rows: int
    skip: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chunk and its events, each with the index of its row there, and the refused ones."""

    chunk: Chunk
    events: PreparedRows
    indexes: list[int]
    refused: list[Refusal]


def draw(renderers: Sequence[EventRenderer], chunk: Chunk) -> Drawn:
    """Make the events of a chunk."""
    parts = [renderer.render(chunk) for renderer in renderers]
    return Drawn(
        chunk,
        prepare_rows([row for part in parts for row in part.rows]),
        [index for part in parts for index in part.indexes],
        [refusal for part in parts for refusal in part.refused],
    )


def draw_file(job: FileDrawing) -> Iterator[Drawn]:
    """Yield every chunk of a file with its events; chunks to be skipped come without. Raises ImportFailed."""
    renderers = job.drawing.renderers()
    seen = 0
    for chunk in read_file(job.file, job.columns, job.rows):
        seen += len(chunk) + len(chunk.bad)
        if seen <= job.skip:
            yield Drawn(replace(chunk, columns={}), prepare_rows([]), [], [])
        else:
            yield draw(renderers, chunk)
        del chunk
