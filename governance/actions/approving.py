"""Four eyes: ask for a second person, and give or refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.actions import audit, outbox
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from governance.models import Approval


class Verdict(StrEnum):
    """What the second person says."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True)
class Decided:
    """An approval that was decided: what it was for and how it went."""

    id: int
    action: str
    subject: Subject
    verdict: Verdict


def ask_approval(
    *,
    actor: Actor,
    action: str,
    subject: Subject,
    markets: Sequence[str],
    summary: Mapping[str, Any],
    note: str = "",
) -> int:
    """Ask another person to approve `action` on `subject`; return the key of the request.

    summary is JSON-ready and is what the approver is shown (the difference, figures). Raises Conflict when the
    same thing waits already, NotAllowed for anybody but a person.
    """
    try:
        with transaction.atomic():
            row = Approval.objects.create(
                action=action,
                subject_kind=subject.kind,
                subject_id=subject.id,
                subject_label=subject.label[:240],
                subject_url=subject.url,
                markets=list(markets),
                summary=dict(summary),
                note=note,
                requested_by_id=actor.person_id,
            )
            audit.record(actor=actor, action="approval_requested", subject=subject, after={"for": action}, reason=note)
            outbox.emit("approval_requested", {"approval_id": row.pk, "for": action})
    except IntegrityError as error:
        raise Conflict(f"{subject.label} waits for approval already.") from error
    return row.pk


def decide_approval(
    *, actor: Actor, permission: Permission, approval_id: int, verdict: Verdict, note: str = ""
) -> Decided:
    """Approve or reject a pending request as another person who holds `permission` in all its markets.

    Call inside the transaction that carries the verdict out. Raises NotAllowed for the one who asked, Conflict
    when it was decided already, InvalidInput for a rejection without a reason.
    """
    if verdict is Verdict.REJECT and not note.strip():
        raise InvalidInput([FieldProblem("note", "Say why, so that it can be mended.")])
    with transaction.atomic():
        row = Approval.objects.select_for_update().filter(pk=approval_id).first()
        if row is None:
            raise NotFound("There is no such request.")
        for market in row.markets or [None]:
            actor.require(permission, market)
        _check_scope(actor, permission, row)
        if row.requested_by_id == actor.person_id:
            raise NotAllowed("Another person has to approve this.", hint="Ask somebody with the approver role.")
        if row.state != Approval.State.PENDING:
            raise Conflict(f"This request was {row.state} already.")
        row.state = Approval.State.APPROVED if verdict is Verdict.APPROVE else Approval.State.REJECTED
        row.decided_by_id, row.decided_at, row.decision_note = actor.user_id, timezone.now(), note
        row.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
        subject = _subject(row)
        audit.record(
            actor=actor, action=f"approval_{row.state}", subject=subject, after={"for": row.action}, reason=note
        )
        outbox.emit("approval_decided", {"approval_id": row.pk, "for": row.action, "verdict": verdict.value})
    return Decided(row.pk, row.action, subject, verdict)


def withdraw_approval(*, actor: Actor, approval_id: int) -> None:
    """Take back one's own pending request."""
    with transaction.atomic():
        row = Approval.objects.select_for_update().filter(pk=approval_id).first()
        if row is None or row.requested_by_id != actor.user_id:
            raise NotFound("There is no such request of yours.")
        if row.state != Approval.State.PENDING:
            raise Conflict(f"This request was {row.state} already.")
        row.state, row.decided_by_id, row.decided_at = Approval.State.WITHDRAWN, actor.user_id, timezone.now()
        row.save(update_fields=["state", "decided_by", "decided_at"])
        audit.record(actor=actor, action="approval_withdrawn", subject=_subject(row), after={"for": row.action})


def drop_request(*, actor: Actor, subject: Subject, action: str, reason: str) -> None:
    """End the pending request about a subject, if there is one, because there is nothing left to approve."""
    with transaction.atomic():
        row = (
            Approval.objects.select_for_update()
            .filter(state=Approval.State.PENDING, subject_kind=subject.kind, subject_id=subject.id, action=action)
            .first()
        )
        if row is None:
            return
        row.state, row.decided_at, row.decision_note = Approval.State.WITHDRAWN, timezone.now(), reason
        row.save(update_fields=["state", "decided_at", "decision_note"])
        audit.record(
            actor=actor, action="approval_withdrawn", subject=subject, after={"for": row.action}, reason=reason
        )


def _check_scope(actor: Actor, permission: Permission, row: Approval) -> None:
    """Refuse a request for every market to somebody who approves in some markets only."""
    if not row.markets and not actor.markets(permission).is_all:
        raise NotAllowed("This holds in every market, and you approve for some only.")


def _subject(row: Approval) -> Subject:
    return Subject(row.subject_kind, row.subject_id, row.subject_label, row.subject_url)
