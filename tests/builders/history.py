"""Build stored events and signals row by row, for tests of what reads them."""

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from risk.models import Entity, Event, IngestBatch, SignalSnapshot

_numbers = itertools.count(1)


def make_entity(
    kind: str = "seller", market: str = "BR", external_id: str = "", attributes: Mapping[str, Any] | None = None
) -> Entity:
    """Make an entity that is a year old."""
    name = external_id or f"{kind}-{next(_numbers)}"
    now = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
    return Entity.objects.create(
        market_id=market,
        type=kind,
        external_id=name,
        name=name.title(),
        attributes=dict(attributes or {}),
        first_seen_at=now,
        last_seen_at=now,
    )


def make_event(
    event_type: str, at: datetime, roles: Mapping[str, Entity], payload: Mapping[str, Any] | None = None
) -> Event:
    """Store an event of a market with the entities that it touches."""
    batch = IngestBatch.objects.create(
        source="tests", received_at=at, accepted=1, first_occurred_at=at, last_occurred_at=at
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT risk_make_partitions(%s, %s)", [at.date(), at.date()])
        cursor.execute("SELECT nextval('risk_event_id_seq')")
        key = cursor.fetchone()[0]
    return Event.objects.create(
        id=key,
        occurred_at=at,
        received_at=at,
        market_id=next(iter(roles.values())).market_id,
        source="tests",
        external_id=f"E-{key}",
        type=event_type,
        payload=dict(payload or {}),
        roles={role: entity.pk for role, entity in roles.items()},
        batch=batch,
    )


def make_snapshots(entity: Entity, signal: str, first: datetime, values: list[float | None]) -> None:
    """Store the value of a signal for each day from `first` on."""
    SignalSnapshot.objects.bulk_create(
        SignalSnapshot(
            entity=entity,
            as_of=first + timedelta(days=day),
            values={signal: value},
            volumes={signal: 20},
            counts={},
            versions={},
        )
        for day, value in enumerate(values)
    )
