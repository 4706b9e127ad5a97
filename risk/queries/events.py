"""Read the events of a batch with the entities that they touch, as of each event."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from risk.domain.records import EntitySnapshot
from risk.models import Entity

EVENTS_A_PAGE = 2_000

PAGE = """
    SELECT id, external_id, type, market_id, occurred_at, payload, roles FROM risk_event
    WHERE batch_id = %(batch)s AND occurred_at >= %(begin)s AND occurred_at < %(end)s AND type = ANY(%(types)s)
      AND superseded_at IS NULL AND (occurred_at, id) > (%(after_time)s, %(after_id)s)
    ORDER BY occurred_at, id LIMIT %(limit)s
"""

# The newest snapshot at or before each event: what was known then, never what came later.
SIGNALS = """
    SELECT w.entity_id, w.at, s.values
    FROM unnest(%(entities)s::bigint[], %(times)s::timestamptz[]) AS w (entity_id, at)
    CROSS JOIN LATERAL (
        SELECT values FROM risk_signalsnapshot
        WHERE entity_id = w.entity_id AND as_of <= w.at ORDER BY as_of DESC LIMIT 1
    ) s
"""

Row = tuple[int, str, str, str, datetime, dict[str, Any], dict[str, int]]


def event_pages(batch_id: int, begin: datetime, end: datetime, types: Sequence[str]) -> Iterator[list[Row]]:
    """Yield the batch's events of these types from begin to before end, in the order of time, a page at a time."""
    after: tuple[datetime, int] = (begin, -1)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                PAGE,
                {
                    "batch": batch_id,
                    "begin": begin,
                    "end": end,
                    "types": list(types),
                    "after_time": after[0],
                    "after_id": after[1],
                    "limit": EVENTS_A_PAGE,
                },
            )
            rows = [(*row[:5], orjson.loads(row[5]), orjson.loads(row[6])) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = (rows[-1][4], rows[-1][0])


def entities_of(rows: Sequence[Row], roles: Collection[str]) -> dict[int, EntitySnapshot]:
    """Return the entities that these events touch in any of the roles, by key, without signals."""
    wanted = {row[6][role] for role in roles for row in rows if role in row[6]}
    if not wanted:
        return {}
    found = Entity.objects.filter(pk__in=wanted).values_list("pk", "type", "external_id", "name", "attributes")
    return {row[0]: EntitySnapshot(*row) for row in found}


def signals_as_of(rows: Sequence[Row], roles: Collection[str]) -> dict[tuple[int, datetime], dict[str, Any]]:
    """Return the signals of who these events touch in any of the roles, by (entity, time of the event)."""
    pairs = {(row[6][role], row[4]) for role in roles for row in rows if role in row[6]}
    if not pairs:
        return {}
    entities, times = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(SIGNALS, {"entities": list(entities), "times": list(times)})
        return {(entity_id, at): orjson.loads(values) for entity_id, at, values in cursor.fetchall()}
