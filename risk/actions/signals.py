"""Refresh signals and scores of the accounts that a batch touched."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from psycopg2 import sql

from policies.domain.signals import SignalSpec
from risk.actions.compiled import compile_where
from risk.actions.signal_rows import Known, store_scores, store_snapshots, store_states
from risk.domain.readings import SeenEvent, filters_of, read_signals
from risk.domain.records import event_values
from risk.domain.scoring import score
from risk.domain.vocabulary import PAYLOAD_FIELDS
from risk.models import IngestBatch
from risk.queries.signals import CardInForce

ROWS_A_WRITE = 2_000

# The accounts of a batch that have signals. The range of the batch prunes the partitions; the roles of the events are
# read from the events, as a join of events and touches goes astray while a fresh import has no statistics.
ACCOUNTS = """
    SELECT n.id, n.type
    FROM (
        SELECT DISTINCT role.value::bigint AS id
        FROM risk_event e CROSS JOIN LATERAL jsonb_each_text(e.roles) AS role
        WHERE e.batch_id = %(batch)s AND e.occurred_at BETWEEN %(first)s AND %(last)s AND e.superseded_at IS NULL
    ) AS touched
    JOIN risk_entity n USING (id)
    WHERE n.type = ANY(%(types)s)
    ORDER BY 1
"""

# One moment per account and day of its market: the last event of that day. Days after a late event are read again.
MOMENTS = """
    SELECT t.entity_id, max(t.occurred_at)
    FROM risk_eventtouch t
    JOIN risk_entity n ON n.id = t.entity_id
    JOIN governance_market m ON m.code = n.market_id
    WHERE t.entity_id = ANY(%(entities)s) AND t.occurred_at >= %(first)s - interval '1 day'
      AND t.occurred_at <= %(last)s + %(window)s
    GROUP BY t.entity_id, (t.occurred_at AT TIME ZONE m.time_zone)::date
    HAVING max(t.occurred_at) >= %(first)s
    ORDER BY 1, 2
"""

EVENTS = """
    SELECT t.entity_id, t.role, e.type, e.occurred_at, e.external_id, e.market_id, {payload}
    FROM risk_eventtouch t
    JOIN risk_event e ON e.occurred_at = t.occurred_at AND e.id = t.event_id
    WHERE t.entity_id = ANY(%(entities)s) AND t.role = ANY(%(roles)s) AND t.type = ANY(%(types)s)
      AND t.occurred_at > %(after)s AND t.occurred_at <= %(until)s
"""

LOCK_STATES = """
    INSERT INTO risk_entitystate (entity_id, as_of, values, volumes, band)
    SELECT unnest(%(entities)s::bigint[]), '1970-01-01', '{}', '{}', '' ON CONFLICT (entity_id) DO NOTHING;
    SELECT entity_id FROM risk_entitystate WHERE entity_id = ANY(%(entities)s) ORDER BY entity_id FOR UPDATE;
"""


def accounts_of_batch(batch: IngestBatch, entity_types: Sequence[str]) -> dict[str, list[int]]:
    """Return the keys of the accounts that the batch touched, by type, in ascending order."""
    found: dict[str, list[int]] = {entity_type: [] for entity_type in entity_types}
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, _range(batch) | {"batch": batch.pk, "types": list(entity_types)})
        for entity_id, entity_type in cursor.fetchall():
            found[entity_type].append(entity_id)
    return found


def refresh_signals(
    *, batch: IngestBatch, entities: Sequence[int], specs: Sequence[SignalSpec], card: CardInForce | None
) -> list[Known]:
    """Read the signals of these accounts for every day that the batch can have changed, and store them.

    Call inside a transaction: it locks the accounts' states, so that two batches with the same accounts follow one
    another and the later one sees the events of both. entities are at most a few thousand of one type, in
    ascending order. Returns what was read, per account in the order of time.
    """
    window = timedelta(days=max(spec.window_days for spec in specs))
    with connection.cursor() as cursor:
        cursor.execute(LOCK_STATES, {"entities": list(entities)})
        cursor.execute(MOMENTS, _range(batch) | {"entities": list(entities), "window": window})
        moments: list[tuple[int, datetime]] = cursor.fetchall()
    if not moments:
        return []
    wheres = {part.where: compile_where(part.where) for part in filters_of(specs) if part.where is not None}
    fields = sorted(frozenset().union(*(where.fields for where in wheres.values())) & set(PAYLOAD_FIELDS))
    events = _events(entities, specs, fields, min(at for _, at in moments) - window, max(at for _, at in moments))
    conditions = {text: where.holds for text, where in wheres.items()}
    readings = read_signals(specs=specs, conditions=conditions, events=events, moments=moments)
    known = [Known(reading, score(card.spec, reading.values) if card else None) for reading in readings]
    store_snapshots(known, {spec.name: spec.version for spec in specs})
    if card:
        store_scores(known, card.id)
    store_states(known)
    return known


def _range(batch: IngestBatch) -> dict[str, Any]:
    return {"first": batch.first_occurred_at, "last": batch.last_occurred_at}


def _events(
    entities: Sequence[int], specs: Sequence[SignalSpec], fields: Sequence[str], after: datetime, until: datetime
) -> Iterator[SeenEvent]:
    """Read the events that the signals need, with only those payload fields that a `where` asks for."""
    columns = sql.SQL(", ").join(sql.SQL("e.payload->{}").format(sql.Literal(name)) for name in fields)
    query = sql.SQL(EVENTS).format(payload=sql.SQL("jsonb_build_array({})").format(columns))
    wanted: dict[str, Any] = {
        "entities": list(entities),
        "roles": sorted({spec.role for spec in specs}),
        "types": sorted({part.event for part in filters_of(specs)}),
        "after": after,
        "until": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, wanted)
        while rows := cursor.fetchmany(ROWS_A_WRITE):
            for entity_id, role, event_type, occurred_at, external_id, market, found in rows:
                values = event_values(
                    external_id=external_id,
                    event_type=event_type,
                    market=market,
                    occurred_at=occurred_at,
                    payload=dict(zip(fields, orjson.loads(found), strict=True)),
                    roles={},
                )
                yield SeenEvent(entity_id, role, event_type, occurred_at, values)
