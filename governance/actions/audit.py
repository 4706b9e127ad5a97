"""Write the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from governance.context import request_id
from governance.domain.actors import Actor
from governance.domain.subjects import Subject
from governance.models import AuditEntry

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One thing that was done; action is a past-tense name, before and after hold only what changed."""

    action: str
    subject: Subject
    market: str = ""
    before: Facts | None = None
    after: Facts | None = None
    reason: str = ""


def record(
    *,
    actor: Actor,
    action: str,
    subject: Subject,
    market: str = "",
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
) -> None:
    """Append one entry about what `actor` did to `subject`, inside the caller's transaction.

    action is a past-tense name such as `case_claimed`; before and after are JSON-ready and hold only what
    changed. The entry joins the hash chain when the transaction commits.
    """
    entry = Entry(action, subject, market, before, after, reason)
    _as_row(actor, entry, timezone.now()).save(force_insert=True)


def record_all(*, actor: Actor, entries: Sequence[Entry]) -> None:
    """Append many entries at once, as `record` does one."""
    now = timezone.now()
    AuditEntry.objects.bulk_create([_as_row(actor, entry, now) for entry in entries], batch_size=1000)


def _as_row(actor: Actor, entry: Entry, at: datetime) -> AuditEntry:
    return AuditEntry(
        at=at,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        action=entry.action,
        subject_kind=entry.subject.kind,
        subject_id=entry.subject.id,
        subject_label=entry.subject.label[:240],
        market=entry.market,
        before=dict(entry.before or {}),
        after=dict(entry.after or {}),
        reason=entry.reason,
        request_id=request_id.get(),
    )
