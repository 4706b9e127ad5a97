"""Take events in: check each, store the good ones, keep the refused ones with the reasons."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from governance.actions import outbox
from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput
from governance.domain.roles import Permission
from governance.queries.markets import all_markets
from risk.actions.bulk import BulkLoader, LoadResult, make_room
from risk.domain.event_rows import EventRow, row_of
from risk.domain.events import MAX_EVENT_ID, EventItem, check_source, validate_event
from risk.models import IngestBatch, RejectedEvent

MAX_ITEMS = 1000
CONFLICT = FieldProblem(
    "id",
    "names another event of this source that was taken in before",
    "Send a changed event under an id of its own; events are never overwritten.",
)


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """One refused item: its place in the batch from 0, its id when it could be read, everything wrong with it."""

    index: int
    external_id: str
    problems: tuple[FieldProblem, ...]


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of a batch; accepted, duplicates and the refused add up to the items."""

    batch_id: int
    accepted: int
    duplicates: int
    rejected: tuple[RejectedItem, ...]


@dataclass(frozen=True, slots=True)
class EventChecks:
    """What events are checked against: the markets that the sender may use, all there are, the wall clock."""

    markets: frozenset[str]
    known_markets: frozenset[str]
    now: datetime


def checks_for(actor: Actor, permission: Permission) -> EventChecks:
    """Return the checks for what `actor` sends; a market outside its reach is as unknown as one that is none."""
    known = frozenset(all_markets())
    scope = actor.markets(permission)
    return EventChecks(frozenset(code for code in known if scope.contains(code)), known, timezone.now())


def ingest_events(
    *,
    actor: Actor,
    source: str,
    items: Sequence[Any],
    texts: Callable[[], Sequence[str]] | None = None,
    api_key_id: int | None = None,
) -> IngestResult:
    """Take in up to a thousand events of one source, all that are sound, in one transaction.

    Items are JSON values as parsed; `texts` gives their original texts and is asked only when some are refused
    (without it they are written anew). Sending a batch again changes nothing. Raises NotAllowed without the
    permission anywhere, InvalidInput when source or number of items are wrong.
    """
    actor.require(Permission.INGEST_EVENTS)
    problems = check_source(source)
    if not 0 < len(items) <= MAX_ITEMS:
        hint = f"Send 1 to {MAX_ITEMS} events at a time."
        problems.append(FieldProblem("events", f"has {len(items)} events", hint))
    if problems:
        raise InvalidInput(problems)
    checks = checks_for(actor, Permission.INGEST_EVENTS)
    rows, places, refused = check_items(items, checks)
    make_room(rows)
    with transaction.atomic():
        batch = IngestBatch.objects.create(source=source, api_key_id=api_key_id, received_at=checks.now)
        loaded = BulkLoader(source=source, batch_id=batch.pk, received_at=checks.now).load(rows)
        refused += [RejectedItem(places[number], rows[number].external_id, (CONFLICT,)) for number in loaded.conflicts]
        refused.sort(key=lambda item: item.index)
        if refused:
            _keep_rejected(batch, items, texts() if texts else [write_text(item) for item in items], refused, checks)
        close_batch(batch, loaded, len(refused))
    return IngestResult(batch.pk, loaded.accepted, len(loaded.duplicates), tuple(refused))


def check_items(items: Sequence[Any], checks: EventChecks) -> tuple[list[EventRow], list[int], list[RejectedItem]]:
    """Return the rows of the sound items, the index of the item of each row, and the refused items."""
    rows: list[EventRow] = []
    places: list[int] = []
    refused: list[RejectedItem] = []
    for index, raw in enumerate(items):
        found = validate_event(raw, markets=checks.markets, now=checks.now)
        if isinstance(found, EventItem):
            rows.append(row_of(found))
            places.append(index)
        else:
            refused.append(RejectedItem(index, _id_of(raw), tuple(found)))
    return rows, places, refused


def write_text(item: Any) -> str:
    """Write a parsed item as JSON text again, whatever it holds."""
    try:
        return orjson.dumps(item).decode()
    except TypeError:
        return json.dumps(item, default=str)


def market_named(item: Any, known: frozenset[str]) -> str:
    """Return the market that an item names, empty when it names none that exists."""
    market = item.get("market") if isinstance(item, dict) else None
    return market if isinstance(market, str) and market in known else ""


def problems_as_json(problems: Sequence[FieldProblem]) -> list[dict[str, str]]:
    """Return problems as rows keep them and the API answers them."""
    return [{"field": problem.field, "message": problem.message, "hint": problem.hint} for problem in problems]


def _id_of(item: Any) -> str:
    external_id = item.get("id") if isinstance(item, dict) else None
    return external_id[:MAX_EVENT_ID] if isinstance(external_id, str) else ""


def _keep_rejected(
    batch: IngestBatch,
    items: Sequence[Any],
    texts: Sequence[str],
    refused: Sequence[RejectedItem],
    checks: EventChecks,
) -> None:
    """Write the refused items as they came, with the reasons."""
    RejectedEvent.objects.bulk_create(
        RejectedEvent(
            source=batch.source,
            market=market_named(items[item.index], checks.known_markets),
            batch=batch,
            place=f"batch {batch.pk}, item {item.index}",
            raw=texts[item.index],
            problems=problems_as_json(item.problems),
            received_at=batch.received_at,
        )
        for item in refused
    )
    outbox.emit("events_rejected", {"batch_id": batch.pk, "rejected": len(refused)})


def close_batch(batch: IngestBatch, loaded: LoadResult, rejected: int) -> None:
    """Write the counts of a loaded batch, and tell of it when there is something to process."""
    IngestBatch.objects.filter(pk=batch.pk).update(
        accepted=loaded.accepted,
        duplicates=len(loaded.duplicates),
        rejected=rejected,
        first_occurred_at=loaded.first_at,
        last_occurred_at=loaded.last_at,
    )
    if loaded.accepted:
        outbox.emit("events_ingested", {"batch_id": batch.pk})
