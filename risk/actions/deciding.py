"""Decide on events while the sender waits: read what is known, ask the rules, store all of it or nothing.

Two statements: one reads, one stores (risk/migrations/0008_decisions.py). The events join a batch that workers take
up seconds later for links, signals and rules on accounts (risk.actions.closing); rules on events do not run again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone
from psycopg2 import Error as DriverError
from psycopg2.errorcodes import NUMERIC_VALUE_OUT_OF_RANGE
from psycopg2.errors import DeadlockDetected

from governance.domain.actors import Actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput
from governance.domain.roles import Permission
from risk.actions.asking import Asked, Judged, Question, judge, sort_out
from risk.actions.ingest import EventChecks, RejectedItem
from risk.actions.standby import Ground, ground_in_force
from risk.domain.decisions import MAX_DECISIONS, DecisionView, view_of
from risk.domain.events import check_source
from risk.queries.decisions import read_known

STORE = "SELECT risk_store_decisions(%s, %s, %s, %s, %s, %s, %s, %s)"
FOREIGN = "AE001"
MOST_TRIES = 3
MOST_VERSIONS = 32_767  # of an event; the column of millions of keys is two bytes wide
NOT_STORED: Mapping[str, int | None] = {"id": None, "version": None, "supersedes": None}


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision about one item; is_repeated when the event was decided before and nothing was stored."""

    index: int
    decision: DecisionView
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class DecisionsMade:
    """What became of a request: each item is decided or refused. ground is what it was decided on."""

    decided: tuple[Decided, ...]
    rejected: tuple[RejectedItem, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who sends what, checked against what."""

    source: str
    checks: EventChecks
    ground: Ground
    api_key_id: int | None = None


def decide_events(*, actor: Actor, source: str, items: Sequence[Any], api_key_id: int | None = None) -> DecisionsMade:
    """Store up to a hundred events of one source with what the rules say of them, in one transaction.

    An event that was decided before is answered with its decision; another event under a known id becomes its next
    version and supersedes it. Items that are refused are not kept. Raises NotAllowed without the permission
    anywhere, InvalidInput when source or number of items are wrong, Conflict when a known id belongs to a market
    outside the actor's reach, or to an event of MOST_VERSIONS.
    """
    sender = _admit(actor, source, items, api_key_id)
    questions, rejected = sort_out(items, sender.checks)
    asked = Asked(questions)
    wanted = asked.accounts() if sender.ground.roles_read else []
    known = read_known(source, [(one.row.external_id, one.digest) for one in questions], asked.keys(), wanted)
    found = [(one, known.decided[place], True) for place, one in enumerate(questions) if place in known.decided]
    if found and len(found) < len(questions):
        asked = Asked([one for place, one in enumerate(questions) if place not in known.decided])
        wanted = asked.accounts() if sender.ground.roles_read else []
        known = read_known(source, [], asked.keys(), wanted)
    if asked.questions and not known.decided:
        judged = judge(sender.ground, asked, known, wanted)
        for row in _store(sender, asked, judged):
            question, one = asked.questions[row["n"] - 1], judged[row["n"] - 1]
            if "decision" in row:  # by another request, at the same moment
                found.append((question, view_of(row["decision"]), True))
            else:
                found.append((question, _view(sender, question, one, row), False))
    return DecisionsMade(_in_order(found), tuple(rejected), sender.ground)


def try_events(*, actor: Actor, source: str, items: Sequence[Any]) -> DecisionsMade:
    """Return what would be decided now about up to a hundred events; stores nothing, raises as `decide_events`."""
    sender = _admit(actor, source, items, None)
    questions, rejected = sort_out(items, sender.checks)
    asked = Asked(questions)
    wanted = asked.accounts() if sender.ground.roles_read else []
    known = read_known(source, [], asked.keys(), wanted)
    judged = judge(sender.ground, asked, known, wanted)
    found = [
        (question, _view(sender, question, one, NOT_STORED), False)
        for question, one in zip(questions, judged, strict=True)
    ]
    return DecisionsMade(_in_order(found), tuple(rejected), sender.ground)


def _admit(actor: Actor, source: str, items: Sequence[Any], api_key_id: int | None) -> _Sender:
    """Check what concerns the request as a whole."""
    actor.require(Permission.ASK_DECISIONS)
    problems = check_source(source)
    if not 0 < len(items) <= MAX_DECISIONS:
        hint = f"Send 1 to {MAX_DECISIONS} events at a time."
        problems.append(FieldProblem("events", f"has {len(items)} events", hint))
    if problems:
        raise InvalidInput(problems)
    ground = ground_in_force()
    scope = actor.markets(Permission.ASK_DECISIONS)
    markets = frozenset(code for code in ground.markets if scope.contains(code))
    return _Sender(source, EventChecks(markets, ground.markets, timezone.now()), ground, api_key_id)


def _view(sender: _Sender, question: Question, judged: Judged, row: Mapping[str, int | None]) -> DecisionView:
    """Return the decision as it was just stored under the keys of `row`."""
    return DecisionView(
        id=row["id"],
        source=sender.source,
        external_id=question.row.external_id,
        version=row["version"],
        market=question.row.market,
        ruleset=sender.ground.rules.number,
        outcome=judged.outcome,
        hits=judged.hits,
        readings=judged.readings,
        supersedes=row["supersedes"],
        superseded_by=None,
        decided_at=sender.checks.now,
    )


def _in_order(found: Sequence[tuple[Question, DecisionView, bool]]) -> tuple[Decided, ...]:
    """Return one decision for each place of the request; an event that stands twice is repeated the second time."""
    decided = [
        Decided(index, view, is_repeated or index != question.indexes[0])
        for question, view, is_repeated in found
        for index in question.indexes
    ]
    return tuple(sorted(decided, key=lambda one: one.index))


def _store(sender: _Sender, asked: Asked, judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Store what was judged; another transaction in the way makes it try again.

    Returns one row per question, with `n` from 1: the keys of the new decision, or the one that was there.
    """
    given = [
        sender.source,
        sender.api_key_id,
        sorted(sender.checks.markets),
        sender.ground.rules.number,
        sender.checks.now,
        _json([_item(asked, place, one) for place, one in enumerate(judged)]),
        _json(asked.entity_forms()),
        _json([form for place, one in enumerate(judged) for form in _hits(place, one)]),
    ]
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            with connection.cursor() as cursor:
                cursor.execute(STORE, given)
                rows: list[dict[str, Any]] = orjson.loads(cursor.fetchone()[0])
                return rows
        except OperationalError as error:
            if not tries_left or not isinstance(error.__cause__, DeadlockDetected):
                raise
        except DatabaseError as error:
            refusal = _refusal_in(error)
            if refusal is None:
                raise
            raise refusal from error
    raise AssertionError  # never: the last try returns or raises


def _refusal_in(error: DatabaseError) -> Conflict | None:
    """Return what an error of the database says to the sender, None when it is no business of theirs."""
    cause = error.__cause__
    if not isinstance(cause, DriverError):
        return None
    if cause.pgcode == FOREIGN:
        return Conflict(
            "The id of an event names one of a market that this key may not send.",
            hint="Ids are unique within a source: use a source of its own for each market.",
        )
    if cause.pgcode == NUMERIC_VALUE_OUT_OF_RANGE and "UPDATE risk_eventkey" in (cause.diag.context or ""):
        return Conflict(
            f"An event has {MOST_VERSIONS:,} versions already, and no more can be stored.",
            hint="An id is that of one event: give another event an id of its own.",
        )
    return None


def _item(asked: Asked, place: int, judged: Judged) -> dict[str, Any]:
    question = asked.questions[place]
    row = question.row
    return {
        "n": place + 1,
        "external_id": row.external_id,
        "digest": question.digest.hex(),
        "at": row.at,
        "market": row.market,
        "type": row.type,
        "payload": orjson.Fragment(row.payload),
        "touches": [
            {"role": touch.role, "entity": asked.place_of(row.market, touch.type, touch.external_id) + 1}
            for touch in row.touches
        ],
        "outcome": judged.outcome,
        "hits": [hit.as_json() for hit in judged.hits],
        "readings": judged.readings,
    }


def _hits(place: int, judged: Judged) -> list[Mapping[str, Any]]:
    return [
        {
            "n": place + 1,
            "entity": hit.entity_id,
            "rule": hit.rule_version_id,
            "outcome": hit.outcome,
            "is_suppressed": hit.is_suppressed,
            "trace": hit.trace,
        }
        for hit in judged.found
    ]


def _json(value: Any) -> str:
    return orjson.dumps(value, default=_as_text).decode()


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
