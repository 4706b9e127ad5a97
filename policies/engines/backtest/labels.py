"""Read what is known to be abusive, and find the events that it is about.

One row of a labels file is one thing to be found. With `event_id` (or `id`) it is an event; with `level`
`entity`, or without an event, it is an account or a thing: `entity_type` and `external_id`, over the time from
`starts_at` to `ends_at` and in the `market`, where these are given. `abuse` names the kind. A column `label`
that says false, or 0, marks what was looked at and found harmless; such rows count for nothing.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.engines.arrow import load_arrow, load_compute, load_parquet
from policies.engines.columnar.fitting import FIRST_MOMENT, LAST_MOMENT, as_number
from policies.engines.columnar.vectors import Mask, Vector
from policies.engines.errors import DataError
from policies.rulelang import UNKNOWN
from policies.rulelang.record import read_timestamp

_EVENT = ("event_id", "id")
_HARMLESS = frozenset({"false", "0", "0.0", "no"})


@dataclass(frozen=True)
class Group:
    """The labels of one kind of subject, in the order of its identifiers.

    `names` are the different identifiers; the labels of `names[i]` stand at `starts[i]` to `starts[i + 1]` of
    the other arrays. `numbers` are the places in the file; `first` and `last` bound the time in microseconds;
    a `market` of "" is every market.
    """

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    markets: NDArray[np.str_]


@dataclass(frozen=True)
class Labels:
    """What is to be found: by event, and by type of entity. `kinds` names the abuse of each label."""

    events: Group | None
    entities: Mapping[str, Group]
    kinds: tuple[str, ...]


def read_labels(path: Path) -> Labels:
    """Read a labels file: Parquet, CSV with a header, or JSON Lines.

    Raises:
        DataError: the file cannot be read, or a row names neither an event nor an entity.
    """
    events, entities = _Sorter(), defaultdict[str, _Sorter](_Sorter)
    kinds: list[str] = []
    for number, row in enumerate(_rows(path), start=1):
        if str(row.get("label", "")).lower() in _HARMLESS:
            continue
        event = next((str(row[name]) for name in _EVENT if row.get(name) not in (None, "")), None)
        entity_type, entity = row.get("entity_type"), row.get("external_id")
        if event is not None and row.get("level") != "entity":
            events.add(event, len(kinds), FIRST_MOMENT, LAST_MOMENT, "")
        elif entity_type and entity not in (None, ""):
            first = _moment(row, "starts_at", FIRST_MOMENT, path, number)
            last = _moment(row, "ends_at", LAST_MOMENT, path, number)
            entities[str(entity_type)].add(str(entity), len(kinds), first, last, str(row.get("market") or ""))
        else:
            reason = f"row {number} names neither event_id nor entity_type with external_id"
            raise DataError(reason, file=str(path))
        kinds.append(str(row.get("abuse") or ""))
    groups = {name: sorter.group() for name, sorter in entities.items()}
    return Labels(events.group() if events.rows else None, groups, tuple(kinds))


class _Sorter:
    """Collects labels of one kind of subject."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[int, int, int, str]]] = defaultdict(list)

    def add(self, name: str, number: int, first: int, last: int, market: str) -> None:
        self.rows[name].append((number, first, last, market))

    def group(self) -> Group:
        names = tuple(sorted(self.rows))
        flat = [row for name in names for row in self.rows[name]]
        counts = [0, *(len(self.rows[name]) for name in names)]
        return Group(
            names,
            np.cumsum(np.array(counts, np.int64)),
            np.array([row[0] for row in flat], np.int64),
            np.array([row[1] for row in flat], np.int64),
            np.array([row[2] for row in flat], np.int64),
            np.array([row[3] for row in flat], np.str_),
        )


def _moment(row: Mapping[str, Any], name: str, otherwise: int, path: Path, number: int) -> int:
    value = row.get(name)
    if value is None or value == "":
        return otherwise
    moment = read_timestamp(value)
    if moment is UNKNOWN:
        raise DataError(f"row {number}, {name}: {value!r} is no point in time with a zone", file=str(path))
    return as_number(moment)


def _rows(path: Path) -> Iterable[Mapping[str, Any]]:
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                return list(csv.DictReader(stream))
        if path.suffix in (".jsonl", ".ndjson"):
            with path.open(encoding="utf-8-sig") as stream:
                return [json.loads(line) for line in stream if line.strip()]
        rows: list[dict[str, Any]] = load_parquet().read_table(path).to_pylist()
    except (OSError, ValueError, load_arrow().ArrowException) as error:
        raise DataError(f"the labels cannot be read: {error}", file=str(path)) from error
    return rows


def match(group: Group, identifiers: Any, moments: Vector | None, markets: Any) -> tuple[Any, Any]:
    """Return rows and numbers of the labels that are about them, as pairs.

    `identifiers` and `markets` are Arrow arrays of texts. A label with a time is about an event only if the
    event's time is known. Where the data has no markets, those of the labels do not matter.
    """
    places = load_compute().index_in(identifiers, value_set=load_arrow().array(group.names, identifiers.type))
    rows = np.flatnonzero(_valid(places))
    found = places.take(load_arrow().array(rows)).to_numpy()
    counts = group.starts[found + 1] - group.starts[found]
    rows, at = np.repeat(rows, counts), np.repeat(group.starts[found], counts)
    # Counts up within each run of repeated places: the second label of a subject, the third …
    at = at + np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    fits = _in_time(group, at, moments, rows) & _in_market(group, at, markets, rows)
    return rows[fits], group.numbers[at[fits]]


def _valid(values: Any) -> Mask:
    return np.asarray(values.is_valid().to_numpy(zero_copy_only=False), np.bool_)


def _in_time(group: Group, at: Any, moments: Vector | None, rows: Any) -> Mask:
    is_timeless = (group.first[at] == FIRST_MOMENT) & (group.last[at] == LAST_MOMENT)
    if moments is None:
        return np.asarray(is_timeless)
    number = moments.data[rows]
    fits = (number >= group.first[at]) & (number <= group.last[at])
    return np.asarray(is_timeless | (fits if moments.known is None else fits & moments.known[rows]))


def _in_market(group: Group, at: Any, markets: Any, rows: Any) -> Mask:
    if markets is None:
        return np.ones(len(at), np.bool_)
    wanted = group.markets[at]
    is_anywhere = np.asarray(wanted == "")
    names = np.array([name or "" for name in markets.take(load_arrow().array(rows)).to_pylist()], np.str_)
    return np.asarray(is_anywhere | (wanted == names))
