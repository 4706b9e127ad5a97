"""Write the audit log."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from governance.context import request_id
from governance.domain.actors import Actor
from governance.domain.subjects import Subject
from governance.models import AuditEntry

Facts = Mapping[str, Any]


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
    AuditEntry.objects.create(
        at=timezone.now(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        action=action,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_label=subject.label[:240],
        market=market,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
        request_id=request_id.get(),
    )
