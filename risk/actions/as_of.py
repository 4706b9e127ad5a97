"""Put together what rules see of stored events: the entities they touch, with their signals as of each event."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from risk.actions.evaluating import EventAsOf
from risk.queries.events import Row, entities_of, signals_as_of


def events_as_of(page: Sequence[Row], roles_read: frozenset[str]) -> list[EventAsOf]:
    """Return the events of a page; signals are read only when some rule reads a role."""
    roles = sorted({role for row in page for role in row[6]})
    entities = entities_of(page, roles)
    signals: dict[Any, dict[str, Any]] = signals_as_of(page) if roles_read else {}
    return [
        EventAsOf(
            id=event_id,
            external_id=external_id,
            type=event_type,
            market=market,
            occurred_at=at,
            payload=payload,
            roles={
                role: replace(entities[key], signals=signals.get((key, at), {}))
                for role, key in touched.items()
                if key in entities
            },
        )
        for event_id, external_id, event_type, market, at, payload, touched in page
    ]
