"""Read stored events and signals in pages, for runs of rules over the past."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from risk.domain.records import EntitySnapshot
from risk.models import IngestBatch, SignalSnapshot
from risk.queries.events import EVENTS_A_PAGE, Row

EVENTS = """
    SELECT id, external_id, type, market_id, occurred_at, payload, roles FROM risk_event
    WHERE occurred_at BETWEEN %(first)s AND %(last)s AND type = ANY(%(types)s)
      AND superseded_at IS NULL AND (cardinality(%(markets)s::text[]) = 0 OR market_id = ANY(%(markets)s))
      AND (occurred_at, id) > (%(after_time)s, %(after_id)s)
    ORDER BY occurred_at, id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class KnownEntity:
    """An entity with its signals as of a moment."""

    entity: EntitySnapshot
    market: str
    as_of: datetime


@dataclass(frozen=True)
class SnapshotPage:
    """A page of entities with signals, and how much of the table lies behind it (0 to 1)."""

    rows: list[KnownEntity]
    share_done: float


def data_span() -> tuple[datetime, datetime] | None:
    """Return when the stored events begin and end by the data's clock, None when there are none."""
    found = IngestBatch.objects.aggregate(first=Min("first_occurred_at"), last=Max("last_occurred_at"))
    return (found["first"], found["last"]) if found["first"] else None


def data_now() -> datetime:
    """Return the present of the data: its newest event, never later than the wall clock."""
    span, now = data_span(), timezone.now()
    return min(span[1], now) if span else now


def event_history(types: Sequence[str], markets: Sequence[str], first: datetime, last: datetime) -> Iterator[list[Row]]:
    """Yield the events of the types in the markets (none named: all) in the order of time, page by page."""
    after: tuple[datetime, int] = (first, -1)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                EVENTS,
                {
                    "first": first,
                    "last": last,
                    "types": list(types),
                    "markets": list(markets),
                    "after_time": after[0],
                    "after_id": after[1],
                    "limit": EVENTS_A_PAGE,
                },
            )
            rows: list[Row] = [(*row[:5], orjson.loads(row[5]), orjson.loads(row[6])) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = (rows[-1][4], rows[-1][0])


def signal_history(entity_type: str, markets: Sequence[str], first: datetime, last: datetime) -> Iterator[SnapshotPage]:
    """Yield the entities of the type with their signals of the time, page by page, in the order of their keys."""
    ends = SignalSnapshot.objects.aggregate(low=Min("pk"), high=Max("pk"))
    snapshots = SignalSnapshot.objects.filter(entity__type=entity_type, as_of__range=(first, last))
    if markets:
        snapshots = snapshots.filter(entity__market_id__in=markets)
    after = 0
    while True:
        rows: list[tuple[Any, ...]] = list(
            snapshots.filter(pk__gt=after)
            .order_by("pk")
            .values_list(
                "pk",
                "as_of",
                "values",
                "entity__market_id",
                "entity_id",
                "entity__type",
                "entity__external_id",
                "entity__name",
                "entity__attributes",
            )[:EVENTS_A_PAGE]
        )
        if not rows:
            return
        after = rows[-1][0]
        known = [
            KnownEntity(EntitySnapshot(key, kind, external_id, name, attributes, values), market, at)
            for _, at, values, market, key, kind, external_id, name, attributes in rows
        ]
        yield SnapshotPage(known, (after - ends["low"] + 1) / (ends["high"] - ends["low"] + 1))
