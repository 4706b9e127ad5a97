"""Write a synthetic marketplace to files: events, entities, the ground truth beside them, and a manifest."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from policies.engines.arrow import load_arrow, load_csv, load_parquet
from risk.actions.demo_arrow import ArrowConverter
from risk.domain.demo.columns import Frame
from risk.domain.demo.labels import (
    label_entities,
    label_events,
    render_entity_labels,
    render_event_labels,
)
from risk.domain.demo.register import EntityRegister, EntityRows
from risk.domain.demo.render import EventRenderer
from risk.domain.demo.request import DemoRequest
from risk.domain.demo.tables import ENTITY_COLUMNS, EVENT_COLUMNS, LABEL_COLUMNS
from risk.domain.demo.trade import Trade
from risk.domain.demo.vocabulary import ABUSE_KINDS, EVENT_TYPES
from risk.domain.demo.world import World, build_world

FILES = ("events.parquet", "entities.parquet", "labels.parquet", "labels.csv")
MANIFEST = "manifest.json"
FEATURES = "features.parquet"
FORMAT = 1
_UNFINISHED = ".part"
_ROW_GROUP = 200_000


@dataclass(frozen=True)
class DemoSummary:
    """What was written."""

    directory: Path
    events: int
    entities: int
    labels: int


class _TableFile:
    """A Parquet file that grows by frames; small frames are gathered into row groups of a useful size."""

    def __init__(self, path: Path, columns: dict[str, str]) -> None:
        self._converter = ArrowConverter(columns)
        self._writer = load_parquet().ParquetWriter(
            path,
            self._converter.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name, kind in columns.items() if kind == "dictionary"],
            store_schema=False,
        )
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self.rows = 0

    def write(self, frame: Frame) -> None:
        self._waiting.append(self._converter.convert(frame))
        self._waiting_rows += frame.rows
        self.rows += frame.rows
        if self._waiting_rows >= _ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        table = load_arrow().Table.from_batches(self._waiting).unify_dictionaries().combine_chunks()
        self._writer.write_table(table, row_group_size=len(table))
        self._waiting, self._waiting_rows = [], 0

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class _Tally:
    """Counts for the manifest."""

    events: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    planted_entities: Counter[str] = field(default_factory=Counter)
    planted_events: Counter[str] = field(default_factory=Counter)


def _count_codes(codes: NDArray[Any], names: tuple[str, ...]) -> Counter[str]:
    return Counter(dict(zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True)))


def _write_entities(file: _TableFile, rows: Iterable[EntityRows], tally: _Tally) -> None:
    for entity_type, frame in rows:
        file.write(frame)
        tally.entities[entity_type] += frame.rows


def _write_tables(world: World, paths: dict[str, Path], tally: _Tally) -> None:
    """Write the three tables while the marketplace trades; only one chunk is in memory."""
    with (
        _TableFile(paths["events.parquet"], EVENT_COLUMNS) as events,
        _TableFile(paths["entities.parquet"], ENTITY_COLUMNS) as entities,
        _TableFile(paths["labels.parquet"], LABEL_COLUMNS) as labels,
    ):
        renderer, register = EventRenderer(world), EntityRegister(world)
        _write_entities(entities, register.list_standing(), tally)
        planted = label_entities(world)
        labels.write(render_entity_labels(world, planted))
        tally.planted_entities += _count_codes(planted.abuse, ABUSE_KINDS)
        for chunk, batch in enumerate(Trade(world)):
            first = events.rows
            events.write(renderer.render(batch, first, chunk))
            _write_entities(entities, register.list_arrivals(batch), tally)
            abusive = label_events(batch, first)
            labels.write(render_event_labels(world, abusive))
            tally.events += _count_codes(batch["kind"], EVENT_TYPES)
            tally.planted_events += _count_codes(abusive.abuse, ABUSE_KINDS)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe(request: DemoRequest, tally: _Tally, paths: dict[str, Path]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "seed": request.seed,
        "from": request.first_day.isoformat(),
        "to": request.last_day.isoformat(),
        "markets": list(request.markets),
        "events": tally.events.total(),
        "entities": tally.entities.total(),
        "labels": tally.planted_entities.total() + tally.planted_events.total(),
        "events_by_type": {name: tally.events[name] for name in EVENT_TYPES},
        "entities_by_type": dict(sorted(tally.entities.items())),
        "abuse": {
            name: {"entities": tally.planted_entities[name], "events": tally.planted_events[name]}
            for name in ABUSE_KINDS
        },
        "files": {name: {"bytes": path.stat().st_size, "sha256": _hash_file(path)} for name, path in paths.items()},
    }


def write_demo(*, request: DemoRequest, directory: Path) -> DemoSummary:
    """Write the marketplace of a request without problems into a directory, which is made if need be.

    The files replace those of an earlier run only when all of them are complete; the manifest comes last, and
    features of an earlier run are taken away. The same request gives the same bytes with the same versions of NumPy
    and Arrow. Raises OSError where the directory cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = {name: directory / f"{name}{_UNFINISHED}" for name in FILES}
    tally = _Tally()
    try:
        _write_tables(build_world(request), paths, tally)
        load_csv().write_csv(load_parquet().read_table(paths["labels.parquet"]), paths["labels.csv"])
        manifest = _describe(request, tally, paths)
        (directory / FEATURES).unlink(missing_ok=True)
        for name, path in paths.items():
            path.replace(directory / name)
    finally:
        for path in paths.values():
            path.unlink(missing_ok=True)
    (directory / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return DemoSummary(directory, manifest["events"], manifest["entities"], manifest["labels"])
