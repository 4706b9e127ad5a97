"""Read what a decision needs before the rules are asked, and decisions that were given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets
from risk.domain.decisions import DecisionView, view_of
from risk.models import Decision

READ = """
    SELECT risk_read_for_decisions(
        %s, %s::text[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[]
    )
"""
SHOW = "SELECT risk_show_decision(d) FROM risk_decision AS d WHERE d.id = %s"

EntityKey = tuple[str, str, str]  # market, type, external id


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """What is stored of an entity."""

    id: int
    name: str
    attributes: Mapping[str, Any]
    described_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredReading:
    """The newest stored signals of an entity at or before a moment."""

    as_of: str
    values: Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored: decisions by place of the event, entities by place, readings by place of what was wanted.

    Places begin at 0.
    """

    decided: Mapping[int, DecisionView]
    entities: Mapping[int, KnownEntity]
    readings: Mapping[int, StoredReading]


def read_known(
    source: str,
    events: Sequence[tuple[str, bytes]],
    entities: Sequence[EntityKey],
    wanted: Sequence[tuple[int, str]],
) -> Known:
    """Return what is stored of events (id, digest), of entities, and of signals (place of entity, moment).

    One statement, which stores nothing.
    """
    ids, digests = [event[0] for event in events], [event[1] for event in events]
    keys = [[key[part] for key in entities] for part in range(3)]
    places, moments = [place + 1 for place, _ in wanted], [moment for _, moment in wanted]
    with connection.cursor() as cursor:
        cursor.execute(READ, [source, ids, digests, *keys, places, moments])
        found = orjson.loads(cursor.fetchone()[0])
    return Known(
        {row["n"] - 1: view_of(row["decision"]) for row in found["decided"] or ()},
        {row["n"] - 1: _entity(row) for row in found["entities"] or ()},
        {row["n"] - 1: StoredReading(row["as_of"], row["values"]) for row in found["readings"] or ()},
    )


def visible_decision(actor: Actor, decision_id: int) -> DecisionView:
    """Return a decision of a market that the actor may ask decisions for; raises NotFound otherwise."""
    rows = within_markets(Decision.objects.all(), actor, Permission.ASK_DECISIONS)
    if not rows.filter(pk=decision_id).exists():
        raise NotFound("There is no such decision.")
    with connection.cursor() as cursor:
        cursor.execute(SHOW, [decision_id])
        return view_of(orjson.loads(cursor.fetchone()[0]))


def _entity(row: Mapping[str, Any]) -> KnownEntity:
    at = row["described_at"]
    return KnownEntity(row["id"], row["name"], row["attributes"], datetime.fromisoformat(at) if at else None)
