"""Read the signals of many entities as of many moments from their events."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from policies.domain.signals import CountDefinition, EventFilter, SignalSpec
from risk.domain.windows import Moments, count_in_windows

Condition = Callable[[Mapping[str, Any], datetime], bool | None]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event as a signal sees it: whom it touched in which role, when, and the values for `where`."""

    entity_id: int
    role: str
    type: str
    occurred_at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What signals come to, by name: value (None: no data), volume beneath it, events counted."""

    values: Mapping[str, float | int | None]
    volumes: Mapping[str, int]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """The signals of an entity as of a moment. Readings of one run that came to the same share their figures."""

    entity_id: int
    as_of: datetime
    figures: Figures


def read_signals(
    *,
    specs: Sequence[SignalSpec],
    conditions: Mapping[str, Condition],
    events: Iterable[SeenEvent],
    moments: Sequence[tuple[int, datetime]],
) -> list[Reading]:
    """Return one reading per moment (entity key, as of), in the order of the moments.

    All specs are of the entities' type. conditions holds the compiled form of every `where`. events may hold more
    than needed, in any order; each is judged once per filter. A rate over fewer events than its minimum volume is
    None, never 0.
    """
    positions = {entity: place for place, entity in enumerate(dict.fromkeys(entity for entity, _ in moments))}
    as_of = Moments(
        np.array([positions[entity] for entity, _ in moments], dtype=np.int64),
        np.array([_microseconds(at) for _, at in moments], dtype=np.int64),
    )
    sorted_out = _sort_out(specs, conditions, events, positions)
    columns: list[list[int]] = []
    for spec in specs:
        upper, lower = _filters(spec)
        counted = count_in_windows(sorted_out[spec.role, upper], as_of, spec.window_days)
        volume = counted if lower is None else count_in_windows(sorted_out[spec.role, lower], as_of, spec.window_days)
        columns += [counted.tolist(), volume.tolist()]
    made: dict[tuple[int, ...], Figures] = {}
    readings = []
    for (entity, at), row in zip(moments, zip(*columns, strict=True), strict=True):
        figures = made.get(row)
        if figures is None:
            figures = made[row] = _figures(specs, row)
        readings.append(Reading(entity, at, figures))
    return readings


def kinds_of(specs: Iterable[SignalSpec]) -> dict[tuple[str, str], set[str]]:
    """Return the kinds of events, by role and type, that the signals count, each with every `where` asked of it."""
    found: dict[tuple[str, str], set[str]] = {}
    for role, part in _wanted(specs):
        asked = found.setdefault((role, part.event), set())
        if part.where is not None:
            asked.add(part.where)
    return found


def _wanted(specs: Iterable[SignalSpec]) -> set[tuple[str, EventFilter]]:
    return {(spec.role, part) for spec in specs for part in _filters(spec) if part is not None}


def _filters(spec: SignalSpec) -> tuple[EventFilter, EventFilter | None]:
    if isinstance(spec.definition, CountDefinition):
        return spec.definition.count, None
    return spec.definition.numerator, spec.definition.denominator


def _sort_out(
    specs: Sequence[SignalSpec],
    conditions: Mapping[str, Condition],
    events: Iterable[SeenEvent],
    positions: Mapping[int, int],
) -> dict[tuple[str, EventFilter], Moments]:
    wanted = _wanted(specs)
    by_kind: dict[tuple[str, str], list[EventFilter]] = {}
    for role, part in wanted:
        by_kind.setdefault((role, part.event), []).append(part)
    found: dict[tuple[str, EventFilter], tuple[list[int], list[int]]] = {key: ([], []) for key in wanted}
    for event in events:
        for part in by_kind.get((event.role, event.type), ()):
            if part.where is None or conditions[part.where](event.values, event.occurred_at) is True:
                owners, times = found[event.role, part]
                owners.append(positions[event.entity_id])
                times.append(_microseconds(event.occurred_at))
    return {
        key: Moments(np.array(owners, dtype=np.int64), np.array(times, dtype=np.int64))
        for key, (owners, times) in found.items()
    }


def _figures(specs: Sequence[SignalSpec], row: Sequence[int]) -> Figures:
    """Return the figures of a row that holds the events counted and the volume of each signal in turn."""
    values: dict[str, float | int | None] = {}
    volumes: dict[str, int] = {}
    counts: dict[str, int] = {}
    for place, spec in enumerate(specs):
        counted, volume = row[2 * place], row[2 * place + 1]
        counts[spec.name], volumes[spec.name] = counted, volume
        values[spec.name] = _value(spec, counted, volume)
    return Figures(values, volumes, counts)


def _value(spec: SignalSpec, counted: int, volume: int) -> float | int | None:
    if isinstance(spec.definition, CountDefinition):
        return counted if counted >= spec.min_volume else None
    return counted / volume if volume >= max(spec.min_volume, 1) else None


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
