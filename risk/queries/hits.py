"""Read hits with everything that a case needs to freeze as evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from policies.queries.rule_briefs import RuleBrief, rule_briefs
from risk.models import Entity, RuleHit


@dataclass(frozen=True)
class TouchedEntity:
    """An entity as it was when the hit was read."""

    id: int
    market: str
    type: str
    external_id: str
    name: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class EventContent:
    """The event that a rule fired on, complete."""

    id: int
    source: str
    external_id: str
    type: str
    occurred_at: datetime
    payload: Mapping[str, Any]
    roles: Mapping[str, TouchedEntity]


@dataclass(frozen=True)
class SignalsAsOf:
    """Signals as of a moment: values (None: no data), the volume beneath each, the events counted."""

    as_of: datetime
    values: Mapping[str, float | int | None]
    volumes: Mapping[str, int]
    counts: Mapping[str, int]
    versions: Mapping[str, int]


@dataclass(frozen=True)
class ScoreAsOf:
    """A score as of a moment, with its contributions, largest first."""

    as_of: datetime
    value: int
    band: str
    contributions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class HitView:
    """A hit with the rule, the account that answers, the event (None for a rule on entities), and what was known."""

    id: int
    rule: RuleBrief
    entity: TouchedEntity
    event: EventContent | None
    as_of: datetime
    outcome: str
    is_suppressed: bool
    trace: Mapping[str, Any]
    signals: SignalsAsOf | None
    score: ScoreAsOf | None


EVENTS = """
    SELECT e.id, e.source, e.external_id, e.type, e.occurred_at, e.payload, e.roles
    FROM unnest(%(times)s::timestamptz[], %(ids)s::bigint[]) AS w (at, id)
    JOIN risk_event e ON e.occurred_at = w.at AND e.id = w.id
"""

KNOWN = """
    SELECT h.id, s.as_of, s.values, s.volumes, s.counts, s.versions, c.as_of, c.value, c.band, c.contributions
    FROM risk_rulehit h
    LEFT JOIN LATERAL (
        SELECT * FROM risk_signalsnapshot WHERE entity_id = h.entity_id AND as_of <= h.as_of ORDER BY as_of DESC LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT * FROM risk_score WHERE entity_id = h.entity_id AND as_of <= h.as_of
        ORDER BY as_of DESC, scorecard_id DESC LIMIT 1
    ) c ON true
    WHERE h.id = ANY(%(ids)s)
"""


def hits_for_intake(hit_ids: Sequence[int]) -> list[HitView]:
    """Return these hits in the order of their keys, in a fixed number of queries.

    Signals and score are the newest at or before the hit. Keys that do not exist are left out.
    """
    hits = list(RuleHit.objects.filter(pk__in=hit_ids).order_by("pk"))
    events = _events(hits)
    touched = {key for _, roles in events.values() for key in roles.values()} | {hit.entity_id for hit in hits}
    entities = _entities(touched)
    rules = rule_briefs({hit.rule_version_id for hit in hits})
    known = _known([hit.pk for hit in hits])
    return [
        HitView(
            id=hit.pk,
            rule=rules[hit.rule_version_id],
            entity=entities[hit.entity_id],
            event=_event(events, entities, hit.event_id),
            as_of=hit.as_of,
            outcome=hit.outcome,
            is_suppressed=hit.is_suppressed,
            trace=hit.trace,
            signals=known[hit.pk][0],
            score=known[hit.pk][1],
        )
        for hit in hits
    ]


def _events(hits: Sequence[RuleHit]) -> dict[int, tuple[tuple[Any, ...], dict[str, int]]]:
    on_events = [hit for hit in hits if hit.event_id]
    if not on_events:
        return {}
    times, ids = [hit.as_of for hit in on_events], [hit.event_id for hit in on_events]
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, {"times": times, "ids": ids})
        return {row[0]: (row, orjson.loads(row[6])) for row in cursor.fetchall()}


def _event(
    events: Mapping[int, tuple[tuple[Any, ...], dict[str, int]]], entities: Mapping[int, TouchedEntity], event_id: int
) -> EventContent | None:
    if event_id not in events:
        return None
    row, roles = events[event_id]
    touched = {role: entities[key] for role, key in roles.items() if key in entities}
    key, source, external_id, event_type, occurred_at, payload = row[:6]
    return EventContent(key, source, external_id, event_type, occurred_at, orjson.loads(payload), touched)


def _entities(keys: set[int]) -> dict[int, TouchedEntity]:
    rows = Entity.objects.filter(pk__in=keys).values_list(
        "pk", "market_id", "type", "external_id", "name", "attributes"
    )
    return {row[0]: TouchedEntity(*row) for row in rows}


def _known(hit_ids: Sequence[int]) -> dict[int, tuple[SignalsAsOf | None, ScoreAsOf | None]]:
    found: dict[int, tuple[SignalsAsOf | None, ScoreAsOf | None]] = {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"ids": list(hit_ids)})
        for hit_id, at, values, volumes, counts, versions, scored_at, value, band, parts in cursor.fetchall():
            texts = (values, volumes, counts, versions)
            signals = SignalsAsOf(at, *(orjson.loads(text) for text in texts)) if at else None
            score = ScoreAsOf(scored_at, value, band, orjson.loads(parts)) if scored_at else None
            found[hit_id] = (signals, score)
    return found
