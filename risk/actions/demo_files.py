"""Write a synthetic marketplace to files: events, entities, the ground truth beside them, and a manifest."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from risk.actions.demo_arrow import ArrowConverter
from risk.arrow import load_arrow, load_csv, load_parquet
from risk.domain.demo.columns import Frame
from risk.domain.demo.labels import EventLabels, label_entities, label_events
from risk.domain.demo.register import EntityRegister
from risk.domain.demo.render import EventRenderer
from risk.domain.demo.request import DemoRequest
from risk.domain.demo.tables import ENTITY_COLUMNS, EVENT_COLUMNS, LABEL_COLUMNS, PLAIN_COLUMNS
from risk.domain.demo.trade import Trade
from risk.domain.demo.truth import render_labels
from risk.domain.demo.vocabulary import ABUSE_KINDS, EVENT_TYPES
from risk.domain.demo.world import World, build_world

FILES = ("events.parquet", "entities.parquet", "labels.parquet", "labels.csv")
MANIFEST = "manifest.json"
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
            use_dictionary=[name for name in columns if name not in PLAIN_COLUMNS],
            store_schema=False,
        )
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self.rows = 0

    def write(self, frame: Frame) -> None:
        if not frame.rows:
            return
        self._waiting.append(self._converter.convert(frame))
        self._waiting_rows += frame.rows
        self.rows += frame.rows
        if self._waiting_rows >= _ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        table = load_arrow().Table.from_batches(self._waiting)
        self._writer.write_table(table.unify_dictionaries(), row_group_size=len(table))
        self._waiting, self._waiting_rows = [], 0

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._writer.close()
