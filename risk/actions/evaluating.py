"""Ask the rules in force about accounts and events, and record where they fire."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone
from psycopg2.extras import execute_values

from policies.domain.rules import ALLOW_LANE
from policies.rulelang import Record
from risk.actions.compiled import CompiledRule, CompiledRuleset, RuleGroup
from risk.domain.records import EntitySnapshot, entity_record_values, event_values
from risk.domain.vocabulary import ACCOUNT_TYPES
from risk.models import RuleHit

HITS_A_WRITE = 1_000

INSERT = """
    INSERT INTO risk_rulehit (rule_version_id, ruleset_number, entity_id, market_id, event_id, as_of, outcome,
        is_suppressed, trace, created_at)
    VALUES %s ON CONFLICT (rule_version_id, entity_id, event_id, as_of) DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class AccountAsOf:
    """An account with its signals as of a moment."""

    entity: EntitySnapshot
    market: str
    as_of: datetime


@dataclass(frozen=True)
class EventAsOf:
    """An event with the entities that it touches, each with its signals as of the event."""

    id: int
    external_id: str
    type: str
    market: str
    occurred_at: datetime
    payload: Mapping[str, Any]
    roles: Mapping[str, EntitySnapshot]


def evaluate_accounts(rules: CompiledRuleset, accounts: Iterable[AccountAsOf]) -> list[RuleHit]:
    """Return the hits of the rules on entities, not yet stored, account by account."""
    whole = list(accounts)
    records = _Gathered()
    for place, account in enumerate(whole):
        if group := rules.on_entities.get(account.entity.type):
            values = entity_record_values(account.entity, account.market)
            records.add(group, place, Record(values, account.as_of, rules.lists))
    hits = []
    for place, record, found in records.that_hit():
        account = whole[place]
        for rule, is_suppressed in found:
            hit = _hit(rules, rule, record, account.entity.id, account.market, account.as_of)
            hit.is_suppressed = is_suppressed
            hits.append(hit)
    return hits


def evaluate_events(rules: CompiledRuleset, events: Iterable[EventAsOf]) -> list[RuleHit]:
    """Return the hits of the rules on events, not yet stored, event by event.

    A hit names the account that answers for it.
    """
    whole = list(events)
    records = _Gathered()
    for place, event in enumerate(whole):
        if group := rules.on_events.get(event.type):
            records.add(group, place, event_record(event, rules.lists))
    hits = []
    for place, record, found in records.that_hit():
        event = whole[place]
        for rule, is_suppressed in found:
            accountable = accountable_role(rule.live.subject_types, event.roles)
            if accountable is None:
                continue
            entity_id = event.roles[accountable].id
            hit = _hit(rules, rule, record, entity_id, event.market, event.occurred_at)
            hit.event_id, hit.is_suppressed = event.id, is_suppressed
            hits.append(hit)
    return hits


class _Gathered:
    """Records by the group of rules that looks at them, so that each group is asked once."""

    def __init__(self) -> None:
        self._groups: dict[int, tuple[RuleGroup, list[int], list[Record]]] = {}

    def add(self, group: RuleGroup, place: int, record: Record) -> None:
        """Gather a record under its place among all."""
        _group, places, records = self._groups.setdefault(id(group), (group, [], []))
        places.append(place)
        records.append(record)

    def that_hit(self) -> list[tuple[int, Record, list[tuple[CompiledRule, bool]]]]:
        """Return the records of which some rules are true, in the order of their places, with these rules.

        With each rule stands whether an allow rule ended the matter for it.
        """
        found = []
        for group, places, records in self._groups.values():
            for row, rules in group.that_hold_on(records):
                found.append((places[row], records[row], _with_suppression(rules)))
        return sorted(found, key=lambda one: one[0])


def store_hits(hits: Sequence[RuleHit]) -> list[int]:
    """Store hits and return the keys of those that were not there before: evaluating again adds nothing."""
    now = timezone.now()
    rows = [
        (
            hit.rule_version_id,
            hit.ruleset_number,
            hit.entity_id,
            hit.market_id,
            hit.event_id,
            hit.as_of,
            hit.outcome,
            hit.is_suppressed,
            orjson.dumps(hit.trace).decode(),
            now,
        )
        for hit in hits
    ]
    with connection.cursor() as cursor:
        found = execute_values(cursor.cursor, INSERT, rows, page_size=HITS_A_WRITE, fetch=True) if rows else []
    return [key for (key,) in found]


def trace_of(rule: CompiledRule, record: Record) -> dict[str, Any]:
    """Return why the rule is true of the record: its text, the sentences that decide, and the whole tree."""
    explanation = rule.explainer.explain(record)
    return {
        "condition": rule.live.condition,
        "because": [part.sentence.render() for part in explanation.decisive()],
        "tree": explanation.as_json(),
    }


def event_record(event: EventAsOf, lists: Mapping[str, frozenset[Any]]) -> Record:
    """Return the record of an event as its rules see it."""
    values = event_values(
        external_id=event.external_id,
        event_type=event.type,
        market=event.market,
        occurred_at=event.occurred_at,
        payload=event.payload,
        roles=event.roles,
    )
    return Record(values, event.occurred_at, lists)


def accountable_role(subject_types: Sequence[str], roles: Mapping[str, EntitySnapshot]) -> str | None:
    """Return the role of the account that answers: the first that the policy speaks of, else seller, creator, buyer."""
    preferred = [subject for subject in subject_types if subject in ACCOUNT_TYPES]
    return next((role for role in (*preferred, *ACCOUNT_TYPES) if role in roles), None)


def _with_suppression(true: Sequence[CompiledRule]) -> list[tuple[CompiledRule, bool]]:
    is_allowed = any(rule.live.lane == ALLOW_LANE for rule in true)
    return [(rule, is_allowed and rule.live.lane != ALLOW_LANE) for rule in true]


def _hit(
    rules: CompiledRuleset, rule: CompiledRule, record: Record, entity_id: int, market: str, as_of: datetime
) -> RuleHit:
    return RuleHit(
        rule_version_id=rule.live.version_id,
        ruleset_number=rules.number,
        entity_id=entity_id,
        market_id=market,
        as_of=as_of,
        outcome=rule.live.outcome.value,
        trace=trace_of(rule, record),
    )
