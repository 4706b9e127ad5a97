"""Mend, replay and dismiss refused events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from risk.actions.bulk import BulkLoader, make_room
from risk.actions.ingest import CONFLICT, EventChecks, checks_for, close_batch, market_named, problems_as_json
from risk.domain.event_rows import EventRow, row_of
from risk.domain.events import EventItem, validate_event
from risk.models import IngestBatch, RejectedEvent
from risk.queries.rejects import among, changeable_rejects, find_reject, fingerprint

MOST_AT_ONCE = 1_000
MOST_TEXT = 256 * 1024
MOST_REASON = 500
MOST_AUDITED = 4_000  # characters of a text that the audit log keeps


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of refused events that were tried again: stored now, stored before, still refused."""

    stored: int
    known: int
    refused: int
    problems: tuple[FieldProblem, ...] = ()


def replay_rejected(*, actor: Actor, rejected_ids: Iterable[int]) -> Replayed:
    """Try refused events again as they are; at most a thousand of the named ones, what is not open is left alone.

    Useful when the reason has gone: a market was set up, a source mended. Raises NotAllowed without the permission.
    """
    actor.require(Permission.MEND_EVENTS)
    wanted = sorted(set(rejected_ids))[:MOST_AT_ONCE]
    results: list[Replayed] = []
    sources = list(among(actor, wanted).order_by("source").values_list("source", flat=True).distinct())
    for source in sources:
        with transaction.atomic():
            rows = list(among(actor, wanted).filter(source=source).select_for_update(of=("self",)))
            results.append(_replay(actor, rows, [row.raw for row in rows]))
    return Replayed(
        sum(result.stored for result in results),
        sum(result.known for result in results),
        sum(result.refused for result in results),
    )


def mend_rejected(*, actor: Actor, rejected_id: int, text: str, seen: str) -> Replayed:
    """Replace the text of a refused event and try it; it stays open with its new problems when it is still bad.

    `seen` is the fingerprint of the text that the actor mended. Raises NotFound, NotAllowed, Conflict when it was
    settled or mended by somebody else, InvalidInput when the text cannot be kept at all.
    """
    text = text.replace("\r\n", "\n").strip()
    _check_text(text)
    with transaction.atomic():
        row = _lock_open(actor, rejected_id)
        if fingerprint(row.raw) != seen:
            raise Conflict("Somebody else has changed it. Look at it again.")
        return _replay(actor, [row], [text])


def dismiss_rejected(*, actor: Actor, rejected_ids: Iterable[int], reason: str) -> int:
    """Settle refused events without storing them, with a reason; return how many were open and are dismissed now.

    At most a thousand at a time. Raises NotAllowed without the permission, InvalidInput without a reason.
    """
    actor.require(Permission.MEND_EVENTS)
    reason = reason.strip()
    if not 0 < len(reason) <= MOST_REASON:
        hint = f"Say in 1 to {MOST_REASON} characters why they need not be stored."
        raise InvalidInput([FieldProblem("reason", "is missing" if not reason else "is too long", hint)])
    wanted = sorted(set(rejected_ids))[:MOST_AT_ONCE]
    with transaction.atomic():
        rows = list(among(actor, wanted).select_for_update(of=("self",)))
        for row in rows:
            _settle(row, actor, RejectedEvent.State.DISMISSED, reason)
            _record(actor, "rejected_event_dismissed", row, reason=reason)
        RejectedEvent.objects.bulk_update(rows, ["state", "settled_at", "settled_by_id", "settled_note"])
    return len(rows)


def _lock_open(actor: Actor, rejected_id: int) -> RejectedEvent:
    find_reject(actor, rejected_id)
    row = changeable_rejects(actor).select_for_update(of=("self",)).filter(pk=rejected_id).first()
    if row is None:
        raise NotAllowed(f"{actor.label} may not change this rejected event.")
    if row.state != RejectedEvent.State.OPEN:
        raise Conflict(f"It was {row.get_state_display().lower()} already.")
    return row


def _check_text(text: str) -> None:
    problem = ""
    if not text:
        problem = "is empty"
    elif len(text) > MOST_TEXT:
        problem = f"has more than {MOST_TEXT // 1024} K characters"
    elif "\0" in text or (not text.isascii() and text.encode(errors="ignore").decode() != text):
        problem = "holds characters that cannot be stored"
    if problem:
        raise InvalidInput([FieldProblem("text", problem, "Send one event as JSON.")])


def _replay(actor: Actor, rejected: Sequence[RejectedEvent], texts: Sequence[str]) -> Replayed:
    """Try the texts of locked rows of one source, inside the caller's transaction; settle or update each row."""
    if not rejected:
        return Replayed(0, 0, 0)
    checks = checks_for(actor, Permission.MEND_EVENTS)
    rows: list[EventRow] = []
    places: list[int] = []
    problems: dict[int, list[FieldProblem]] = {}
    for index, text in enumerate(texts):
        found = _read(text, checks)
        if isinstance(found, EventItem):
            rows.append(row_of(found))
            places.append(index)
        else:
            problems[index] = found
    make_room(rows)
    batch = IngestBatch.objects.create(source=rejected[0].source, received_at=checks.now)
    loaded = BulkLoader(source=batch.source, batch_id=batch.pk, received_at=checks.now).load(rows)
    problems |= {places[number]: [CONFLICT] for number in loaded.conflicts}
    for index, (row, text) in enumerate(zip(rejected, texts, strict=True)):
        _note_outcome(actor, row, text, problems.get(index), checks)
    RejectedEvent.objects.bulk_update(
        rejected, ["raw", "problems", "market", "state", "settled_at", "settled_by_id"], batch_size=200
    )
    close_batch(batch, loaded, len(problems))
    first = tuple(problems[0]) if len(rejected) == 1 and problems else ()
    return Replayed(loaded.accepted, len(loaded.duplicates), len(problems), first)


def _read(text: str, checks: EventChecks) -> EventItem | list[FieldProblem]:
    try:
        raw = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        return [FieldProblem("", f"is not JSON: {error.msg} ({place})", "Write one event as JSON.")]
    return validate_event(raw, markets=checks.markets, now=checks.now)


def _note_outcome(
    actor: Actor, row: RejectedEvent, text: str, problems: list[FieldProblem] | None, checks: EventChecks
) -> None:
    """Bring the row up to what came of its text, and tell the audit log."""
    before: dict[str, Any] = {"problems": row.problems}
    after: dict[str, Any] = {}
    if text != row.raw:
        before["text"], after["text"] = row.raw[:MOST_AUDITED], text[:MOST_AUDITED]
        row.raw = text
        row.market = _market_of(text, checks) or row.market
    if problems is None:
        _settle(row, actor, RejectedEvent.State.REPLAYED, "")
        _record(actor, "rejected_event_replayed", row, before=before, after=after)
        return
    row.problems = problems_as_json(problems)
    if after:
        after["problems"] = row.problems
        _record(actor, "rejected_event_mended", row, before=before, after=after)


def _market_of(text: str, checks: EventChecks) -> str:
    """Return the market of the mended text when the actor reaches it: nobody can push an event out of sight."""
    try:
        return market_named(orjson.loads(text), checks.markets)
    except orjson.JSONDecodeError:
        return ""


def _settle(row: RejectedEvent, actor: Actor, state: RejectedEvent.State, note: str) -> None:
    row.state = state
    row.settled_at = timezone.now()
    row.settled_by_id = actor.user_id
    row.settled_note = note


def _record(actor: Actor, action: str, row: RejectedEvent, **more: Any) -> None:
    subject = Subject(kind="rejected_event", id=str(row.pk), label=f"{row.source} {row.place}")
    audit.record(actor=actor, action=action, subject=subject, market=row.market, **more)
