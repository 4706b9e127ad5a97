"""Read entities: who they are, what is known of them, what they did and to whom they are tied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q, QuerySet

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets
from risk.models import Entity, EntityLink, Score, SignalSnapshot

MOST_LINKS = 200

# Newest first; (occurred_at, event) is the keyset. Partitions are reached by occurred_at, the key of the touch.
TIMELINE = """
    SELECT t.occurred_at, t.event_id, array_agg(t.role ORDER BY t.role), e.type, e.external_id, e.payload, e.roles
    FROM (
        SELECT occurred_at, event_id, role FROM risk_eventtouch
        WHERE entity_id = %(entity)s
          AND (occurred_at, event_id) < (coalesce(%(at)s, 'infinity'::timestamptz), %(id)s)
        ORDER BY occurred_at DESC, event_id DESC LIMIT %(touches)s
    ) t
    JOIN risk_event e ON e.occurred_at = t.occurred_at AND e.id = t.event_id
    GROUP BY t.occurred_at, t.event_id, e.type, e.external_id, e.payload, e.roles
    ORDER BY t.occurred_at DESC, t.event_id DESC LIMIT %(limit)s
"""
# An event may touch an entity in several roles; this many touches hold more events than a page shows.
TOUCHES_AN_EVENT = 3
LAST_ID = 2**62


@dataclass(frozen=True)
class ScoreView:
    """A score with its contributions, largest first: [{signal, value, points, text}]."""

    as_of: datetime
    value: int
    band: str
    contributions: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class SnapshotView:
    """The signals of an entity as of a moment; None is no data."""

    as_of: datetime
    values: Mapping[str, float | int | None]
    volumes: Mapping[str, int]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class TimelineEvent:
    """An event that touched the entity, the roles in which it did, and the other entities by role."""

    id: int
    occurred_at: datetime
    type: str
    external_id: str
    own_roles: tuple[str, ...]
    payload: Mapping[str, Any]
    others: Mapping[str, "OtherEntity"]


@dataclass(frozen=True)
class OtherEntity:
    """An entity as it is named on another one's page."""

    id: int
    type: str
    external_id: str
    name: str
    market: str


@dataclass(frozen=True)
class LinkView:
    """An account tied to the entity, and by what: the kinds of shared things with how many of each."""

    account: OtherEntity
    kinds: Mapping[str, int]
    is_hard: bool
    first_seen_at: datetime
    last_seen_at: datetime
    score: int | None
    band: str


def visible_entities(actor: Actor) -> QuerySet[Entity]:
    """Return the entities that `actor` may see."""
    return within_markets(Entity.objects.all(), actor, Permission.VIEW_ENTITIES)


def entity_rows(actor: Actor) -> QuerySet[Entity]:
    """Return the entities that `actor` may see with their newest signals and score, in no order."""
    return visible_entities(actor).select_related("state").order_by()


def matching(rows: QuerySet[Entity], text: str) -> QuerySet[Entity]:
    """Keep the entities whose name contains the words or whose id begins with them, each found by its own index."""
    words = text.strip()
    return rows.filter(Q(name__icontains=words) | Q(external_id__istartswith=words)) if words else rows


def scored(rows: QuerySet[Entity]) -> QuerySet[Entity]:
    """Keep the entities that have a score: these an index can hand out in the order of their scores."""
    return rows.filter(state__score__isnull=False)


def entity_view(actor: Actor, entity_id: int) -> Entity:
    """Return one entity with its newest state; raises NotFound when it is not there for `actor`."""
    row = visible_entities(actor).select_related("state", "market").filter(pk=entity_id).first()
    if row is None:
        raise NotFound("There is no such entity.")
    return row


def newest_score(entity_id: int) -> ScoreView | None:
    """Return the newest score with its contributions, None when there is none."""
    row = Score.objects.filter(entity_id=entity_id).order_by("-as_of", "-scorecard_id").first()
    return _score(row) if row is not None else None


def score_history(entity_id: int, limit: int = 120) -> list[ScoreView]:
    """Return the newest scores, oldest first."""
    rows = Score.objects.filter(entity_id=entity_id).order_by("-as_of", "-scorecard_id")[:limit]
    return [_score(row) for row in reversed(rows)]


def signals_history(entity_id: int, limit: int = 120) -> list[SnapshotView]:
    """Return the newest snapshots of the signals, oldest first."""
    rows = SignalSnapshot.objects.filter(entity_id=entity_id).order_by("-as_of")[:limit]
    return [SnapshotView(row.as_of, row.values, row.volumes, row.counts) for row in reversed(rows)]


def timeline(
    actor: Actor, entity_id: int, before: tuple[datetime, int] | None = None, limit: int = 30
) -> list[TimelineEvent]:
    """Return events that touched the entity, newest first, older than the keyset `before` (moment, event id).

    Entities of other roles are named only where `actor` may see them.
    """
    at, key = before or (None, LAST_ID)
    given = {"entity": entity_id, "at": at, "id": key, "limit": limit, "touches": limit * TOUCHES_AN_EVENT}
    with connection.cursor() as cursor:
        cursor.execute(TIMELINE, given)
        rows = [(*row[:5], orjson.loads(row[5]), orjson.loads(row[6])) for row in cursor.fetchall()]
    named = _named(actor, {other for row in rows for other in row[6].values() if other != entity_id})
    return [
        TimelineEvent(
            id=event_id,
            occurred_at=occurred_at,
            type=event_type,
            external_id=external_id,
            own_roles=tuple(own),
            payload=payload,
            others={role: named[other] for role, other in roles.items() if other in named},
        )
        for occurred_at, event_id, own, event_type, external_id, payload, roles in rows
    ]


def links_of(actor: Actor, entity_id: int) -> list[LinkView]:
    """Return the accounts tied to the entity that `actor` may see: hard ties first, then the most shared."""
    rows = list(EntityLink.objects.filter(Q(low_id=entity_id) | Q(high_id=entity_id))[:MOST_LINKS])
    ties: dict[int, list[EntityLink]] = {}
    for row in rows:
        ties.setdefault(row.high_id if row.low_id == entity_id else row.low_id, []).append(row)
    accounts = visible_entities(actor).filter(pk__in=ties).select_related("state")
    found = [_link(account, ties[account.pk]) for account in accounts]
    return sorted(found, key=lambda link: (not link.is_hard, -sum(link.kinds.values()), link.account.id))


def _score(row: Score) -> ScoreView:
    parts = sorted(row.contributions, key=lambda part: -abs(part.get("points", 0)))
    return ScoreView(row.as_of, row.value, row.band, tuple(parts))


def _named(actor: Actor, keys: Iterable[int]) -> dict[int, OtherEntity]:
    wanted = set(keys)
    if not wanted:
        return {}
    return {row.pk: _other(row) for row in visible_entities(actor).filter(pk__in=wanted)}


def _other(row: Entity) -> OtherEntity:
    return OtherEntity(row.pk, row.type, row.external_id, row.name, row.market_id)


def _link(account: Entity, rows: list[EntityLink]) -> LinkView:
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row.kind] = kinds.get(row.kind, 0) + 1
    state = getattr(account, "state", None)
    return LinkView(
        account=_other(account),
        kinds=kinds,
        is_hard=any(row.is_hard for row in rows),
        first_seen_at=min(row.first_seen_at for row in rows),
        last_seen_at=max(row.last_seen_at for row in rows),
        score=state.score if state is not None else None,
        band=state.band if state is not None else "",
    )
