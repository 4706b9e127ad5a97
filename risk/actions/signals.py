"""Refresh signals and scores of the accounts that a batch touched."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from policies.domain.signals import SignalSpec
from risk.actions.seen_events import SeenEvents
from risk.actions.signal_rows import Known, store_known
from risk.domain.readings import Reading, read_signals
from risk.domain.scoring import Scorer, ScoreResult
from risk.models import IngestBatch
from risk.queries.signals import CardInForce

# The accounts of a batch that have signals, with how often it touches each. The range of the batch prunes the
# partitions; the roles of the events are read from the events, as a join of events and touches goes astray while a
# fresh import has no statistics.
ACCOUNTS = """
    SELECT n.id, n.type, touched.times
    FROM (
        SELECT role.value::bigint AS id, count(*) AS times
        FROM risk_event e CROSS JOIN LATERAL jsonb_each_text(e.roles) AS role
        WHERE e.batch_id = %(batch)s AND e.occurred_at BETWEEN %(first)s AND %(last)s AND e.superseded_at IS NULL
        GROUP BY 1
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

LOCK_STATES = """
    INSERT INTO risk_entitystate (entity_id, as_of, values, volumes, band)
    SELECT unnest(%(entities)s::bigint[]), '1970-01-01', '{}', '{}', '' ON CONFLICT (entity_id) DO NOTHING;
    SELECT entity_id FROM risk_entitystate WHERE entity_id = ANY(%(entities)s) ORDER BY entity_id FOR UPDATE;
"""


def accounts_of_batch(batch: IngestBatch, entity_types: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Return the keys of the accounts that the batch touched, by type, ascending, each with how often it is touched."""
    found: dict[str, list[tuple[int, int]]] = {entity_type: [] for entity_type in entity_types}
    with connection.cursor() as cursor:
        cursor.execute(ACCOUNTS, _range(batch) | {"batch": batch.pk, "types": list(entity_types)})
        for entity_id, entity_type, times in cursor.fetchall():
            found[entity_type].append((entity_id, times))
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
    times = [at for _, at in moments]
    seen = SeenEvents(specs, entities, after=min(times) - window, until=max(times))
    known = _score(read_signals(specs=specs, conditions=seen.conditions, events=seen, moments=moments), card)
    store_known(known, {spec.name: spec.version for spec in specs}, card.id if card else None)
    return known


def _score(readings: Sequence[Reading], card: CardInForce | None) -> list[Known]:
    """Score the readings; those that share their figures share the score."""
    if card is None:
        return [Known(reading, None) for reading in readings]
    scorer = Scorer(card.spec)
    scores: dict[int, ScoreResult] = {}
    known = []
    for reading in readings:
        result = scores.get(id(reading.figures))
        if result is None:
            result = scores[id(reading.figures)] = scorer.score(reading.figures.values)
        known.append(Known(reading, result))
    return known


def _range(batch: IngestBatch) -> dict[str, Any]:
    return {"first": batch.first_occurred_at, "last": batch.last_occurred_at}
