"""Write what was known of everyone involved when each event of a demo marketplace occurred."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.domain.packs import Pack
from policies.domain.signals import EventFilter, SignalSpec
from policies.engines.arrow import load_arrow, load_compute, load_parquet
from policies.engines.columnar.engine import ColumnarEngine
from policies.pack_files import SHIPPED_PACKS, load_pack_files
from policies.rulelang import RuleSet, RuleSpec
from risk.actions.demo_files import FEATURES
from risk.domain.demo.features.behaviour import read_deliveries, read_messages, read_prices, read_reviews
from risk.domain.demo.features.columns import ATTRIBUTES, ROLES, describe_columns
from risk.domain.demo.features.history import Flags
from risk.domain.demo.features.links import read_links
from risk.domain.demo.features.signals import DEMO_SIGNALS, filters_of, read_signals_as_of_events
from risk.domain.demo.features.table import EventTable, Feature
from risk.domain.demo.tables import EVENT_COLUMNS
from risk.domain.records import payload_schema
from risk.domain.vocabulary import PAYLOAD_FIELDS

_PACK = "marketplace"
_ROW_GROUP = 125_000
_UNFINISHED = ".part"
_KEY_COLUMNS = {role: f"{role}_id" for role in ROLES}


@dataclass(frozen=True)
class FeatureSummary:
    """What was written."""

    path: Path
    events: int
    columns: int


def write_features(*, directory: Path) -> FeatureSummary:
    """Write `features.parquet` beside the events and entities of a demo marketplace: one row per event.

    A column has the dotted name that rules use. All events are in memory at once, some 600 bytes each. The same
    files give the same bytes with the same versions of NumPy and Arrow. Raises OSError where a file cannot be read
    or written.
    """
    signals = load_pack_signals()
    events = _read_events(directory / "events.parquet")
    table = make_event_table(events)
    columns = {
        **_event_columns(events),
        **_attribute_columns(events, table, directory / "entities.parquet"),
        **compute_features(events, table, signals),
    }
    wanted = describe_columns(signals)
    made = load_arrow().table({name: columns[name] for name in wanted})
    path = directory / FEATURES
    part = path.with_name(path.name + _UNFINISHED)
    try:
        _write(made, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return FeatureSummary(path, made.num_rows, made.num_columns)


def load_pack_signals() -> tuple[SignalSpec, ...]:
    """Return the signals of the shipped marketplace pack."""
    pack = load_pack_files(SHIPPED_PACKS / _PACK)
    if isinstance(pack, Pack):
        return pack.signals
    raise RuntimeError("; ".join(map(str, pack)))


def make_event_table(events: Any) -> EventTable:
    """Return the events of an Arrow table as arrays."""
    types, type_codes = _encode(events["type"])
    reasons, reason_codes = _encode(events["reason"])
    price = events["price"].combine_chunks().to_numpy(zero_copy_only=False)
    return EventTable(
        times=_seconds(events["occurred_at"]),
        types=tuple(types.to_pylist()),
        type_codes=type_codes,
        keys={role: _encode(events[column])[1] for role, column in _KEY_COLUMNS.items()},
        text_codes=_encode(events["text"])[1],
        price=price,
        reason_names=tuple(reasons.to_pylist()),
        reasons=reason_codes,
    )


def compute_features(events: Any, table: EventTable, signals: Sequence[SignalSpec]) -> dict[str, Any]:
    """Return the signals and the derived features as Arrow arrays by dotted name."""
    specs = (*signals, *DEMO_SIGNALS)
    taken = find_taken(events, table, specs)
    reviews, previous = read_reviews(table)
    features = {
        **read_signals_as_of_events(table, specs, taken),
        **read_links(table),
        **read_prices(table),
        **read_messages(table),
        **reviews,
        **read_deliveries(table),
    }
    columns = {name: _as_array(feature) for name, feature in features.items()}
    rows = load_arrow().array(previous, mask=previous < 0)
    columns["seller.previous_review_text"] = events["text"].combine_chunks().take(rows)
    return columns


def find_taken(events: Any, table: EventTable, specs: Sequence[SignalSpec]) -> dict[EventFilter, Flags]:
    """Return for each filter of the signals the events that it takes."""
    filters = filters_of(specs)
    wheres = sorted({one.where for one in filters if one.where is not None})
    rules = [RuleSpec(f"W{place}", where, "label") for place, where in enumerate(wheres)]
    engine = ColumnarEngine.of(RuleSet.build(rules, payload_schema()), {})
    answers = dict(zip(wheres, engine.hits(load_arrow().table(_event_columns(events))), strict=True))
    return {
        one: table.is_type(one.event) if one.where is None else table.is_type(one.event) & answers[one.where]
        for one in filters
    }


def _read_events(path: Path) -> Any:
    names = [name for name in EVENT_COLUMNS if name not in ("livestream_id",)]
    coded = [name for name in names if EVENT_COLUMNS[name] == "dictionary"]
    table = load_parquet().read_table(path, columns=names, read_dictionary=coded)
    return table.unify_dictionaries().combine_chunks()


def _encode(column: Any) -> tuple[Any, NDArray[np.int64]]:
    """Return the different values of a text column and, per row, the position among them or -1."""
    whole = column.combine_chunks()
    if not load_arrow().types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    return whole.dictionary, whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def _seconds(column: Any) -> NDArray[np.int64]:
    micros = column.combine_chunks().cast("int64").to_numpy()
    return np.asarray(micros // 1_000_000)


def _event_columns(events: Any) -> dict[str, Any]:
    """Return the event itself, its payload and the ids of its roles under the names that rules use."""
    named = {
        "event.id": events["event_id"],
        "event.type": events["type"],
        "event.market": events["market"],
        "event.occurred_at": events["occurred_at"],
    }
    named |= {name: events[name] for name in PAYLOAD_FIELDS}
    return named | {f"{role}.id": events[column] for role, column in _KEY_COLUMNS.items()}


def _attribute_columns(events: Any, table: EventTable, path: Path) -> dict[str, Any]:
    """Return the attributes of the accounts that an event touches; they do not change in the demo."""
    arrow, compute = load_arrow(), load_compute()
    wanted = sorted({name for names in ATTRIBUTES.values() for name in names})
    found: dict[str, Any] = {}
    for role, names in ATTRIBUTES.items():
        entities = load_parquet().read_table(path, columns=["external_id", *wanted], filters=[("type", "=", role)])
        known, codes = _encode(events[_KEY_COLUMNS[role]])
        rows = compute.index_in(known, entities["external_id"].combine_chunks())
        places = rows.take(arrow.array(codes, mask=codes < 0))
        for name in names:
            found[f"{role}.{name}"] = entities[name].combine_chunks().take(places)
    return found


def _as_array(feature: Feature) -> Any:
    return load_arrow().array(feature.values, mask=~feature.present)


def _write(table: Any, path: Path) -> None:
    load_parquet().write_table(
        table,
        path,
        compression="zstd",
        compression_level=1,
        row_group_size=_ROW_GROUP,
        store_schema=False,
    )
