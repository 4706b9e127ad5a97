"""Put events to the rules before they are stored: what they touch as it will be known, with stored signals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from governance.domain.errors import FieldProblem
from risk.actions.entity_rows import Key, see_entities
from risk.actions.evaluating import EventAsOf, evaluate_events
from risk.actions.ingest import EventChecks, RejectedItem, check_items
from risk.actions.standby import Ground
from risk.domain.decisions import NotedHit, outcome_of
from risk.domain.event_rows import EventRow, digest_of
from risk.domain.records import EntitySnapshot
from risk.domain.vocabulary import ACCOUNT_TYPES
from risk.models import RuleHit
from risk.queries.decisions import Known, KnownEntity

TWICE = FieldProblem(
    "id",
    "stands twice in this request, with different events",
    "Send one version of an event at a time.",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One event to be decided, with the places of the request where it stands (the same event may stand twice)."""

    row: EventRow
    payload: dict[str, Any]
    digest: bytes
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of one event. In `found` the entity of a hit is its place among the entities, from 1."""

    outcome: str
    hits: tuple[NotedHit, ...]
    found: tuple[RuleHit, ...]
    readings: dict[str, str | None]


def sort_out(items: Sequence[Any], checks: EventChecks) -> tuple[list[Question], list[RejectedItem]]:
    """Return the sound events, each once, and the refused items."""
    rows, places, rejected = check_items(items, checks)
    indexes: dict[str, list[int]] = {}
    first: dict[str, tuple[EventRow, bytes]] = {}
    for row, place in zip(rows, places, strict=True):
        digest = digest_of(row)
        if first.setdefault(row.external_id, (row, digest))[1] == digest:
            indexes.setdefault(row.external_id, []).append(place)
        else:
            rejected.append(RejectedItem(place, row.external_id, (TWICE,)))
    rejected.sort(key=lambda item: item.index)
    return [
        Question(row, items[indexes[name][0]].get("payload") or {}, digest, tuple(indexes[name]))
        for name, (row, digest) in first.items()
    ], rejected


class Asked:
    """The questions of a request with the entities that they touch; entities and questions have places from 0."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.entities, _touched = see_entities(question.row for question in questions)

    def keys(self) -> list[Key]:
        """Return the keys of the entities by place."""
        return list(self.entities)

    def place_of(self, market: str, kind: str, external_id: str) -> int:
        """Return the place of an entity."""
        return self.entities[market, kind, external_id].number

    def accounts(self) -> list[tuple[int, str]]:
        """Return the places of the accounts whose signals rules may read, each with the moment of its event."""
        pairs = {
            (self.place_of(row.market, touch.type, touch.external_id), row.at)
            for row in (question.row for question in self.questions)
            for touch in row.touches
            if touch.role in ACCOUNT_TYPES
        }
        return sorted(pairs)

    def entity_forms(self) -> list[dict[str, Any]]:
        """Return the entities as the database takes them, with places from 1."""
        return [
            {
                "n": seen.number + 1,
                "market": market,
                "type": kind,
                "external_id": external_id,
                "first_at": seen.first,
                "last_at": seen.last,
                "name": seen.name or None,
                "attributes": seen.attributes or None,
                "described_at": max(seen.name_at, seen.attributes_at) or None,
            }
            for (market, kind, external_id), seen in self.entities.items()
        ]

    def snapshots(self, known: Known) -> dict[Key, EntitySnapshot]:
        """Return each entity as it will be known when the events are stored; ids are places from 1."""
        found = {}
        for key, seen in self.entities.items():
            name, attributes = seen.name, seen.attributes
            stored = known.entities.get(seen.number)
            if stored is not None:
                is_newer = _is_newer(max(seen.name_at, seen.attributes_at), stored)
                name = name if name and (is_newer or not stored.name) else stored.name
                both = (stored.attributes, attributes) if is_newer else (attributes, stored.attributes)
                attributes = {**both[0], **both[1]}
            found[key] = EntitySnapshot(seen.number + 1, key[1], key[2], name, attributes)
        return found


def judge(ground: Ground, asked: Asked, known: Known, wanted: Sequence[tuple[int, str]]) -> list[Judged]:
    """Ask the rules on events about each question; the readings that are known answer `wanted`."""
    readings = {wanted[place]: reading for place, reading in known.readings.items()}
    entities = asked.snapshots(known)
    events, used = [], []
    for number, question in enumerate(asked.questions):
        row = question.row
        roles, times = {}, {}
        for touch in row.touches:
            entity = entities[row.market, touch.type, touch.external_id]
            reading = readings.get((entity.id - 1, row.at)) if touch.role in ACCOUNT_TYPES else None
            if reading is not None:
                entity = replace(entity, signals=reading.values)
            roles[touch.role] = entity
            if touch.role in ACCOUNT_TYPES and touch.role in ground.roles_read:
                times[touch.role] = reading.as_of if reading is not None else None
        at = datetime.fromisoformat(row.at)
        events.append(EventAsOf(number + 1, row.external_id, row.type, row.market, at, question.payload, roles))
        used.append(times)
    hits: list[list[RuleHit]] = [[] for _ in events]
    for hit in evaluate_events(ground.rules, events):
        hits[hit.event_id - 1].append(hit)
    return [_judged(ground, *one) for one in zip(events, hits, used, strict=True)]


def _judged(ground: Ground, event: EventAsOf, hits: list[RuleHit], readings: dict[str, str | None]) -> Judged:
    noted = tuple(_note(ground, event, hit) for hit in hits)
    lanes = (ground.live[hit.rule_version_id].lane for hit in hits)
    return Judged(outcome_of(noted, lanes), noted, tuple(hits), readings)


def _note(ground: Ground, event: EventAsOf, hit: RuleHit) -> NotedHit:
    title = ground.policies.get(ground.live[hit.rule_version_id].policy_id)
    role, entity = next((role, entity) for role, entity in event.roles.items() if entity.id == hit.entity_id)
    version_id = title.version_id if title is not None else None
    return NotedHit(hit.rule_version_id, version_id, hit.outcome, hit.is_suppressed, role, entity.external_id)


def _is_newer(described_at: str, stored: KnownEntity) -> bool:
    """Say whether what the event tells wins over what is stored."""
    if not described_at:
        return False
    return stored.described_at is None or datetime.fromisoformat(described_at) >= stored.described_at
