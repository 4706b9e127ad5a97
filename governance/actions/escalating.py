"""Escalate: call more people, keep them told, and say when it is over."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from governance.actions import audit, outbox
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotFound
from governance.domain.escalations import (
    EscalationState,
    Severity,
    check_step,
    first_update_due,
    next_update_due,
)
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from governance.models import Escalation, EscalationUpdate, User
from governance.queries.escalations import visible_escalations

RUNNING = frozenset({EscalationState.OPENED, EscalationState.ACKNOWLEDGED, EscalationState.MITIGATING})


@dataclass(frozen=True)
class Escalated:
    """An escalation after a step."""

    id: int
    state: EscalationState
    next_update_due_at: datetime | None


def open_escalation(
    *,
    actor: Actor,
    subject: Subject,
    market: str | None,
    severity: Severity,
    summary: str,
    details: str = "",
    owner_id: int | None = None,
) -> Escalated:
    """Open an escalation about `subject`; market None concerns every market.

    The first update is due by the clock of the severity. Emits `escalation_opened`.
    """
    actor.require(Permission.OPEN_ESCALATIONS, market)
    problems = _problems(summary, owner_id)
    if problems:
        raise InvalidInput(problems)
    now = timezone.now()
    with transaction.atomic():
        row = Escalation.objects.create(
            subject_kind=subject.kind,
            subject_id=subject.id,
            subject_label=subject.label[:240],
            subject_url=subject.url,
            market_id=market,
            severity=severity,
            state=EscalationState.OPENED,
            summary=summary.strip(),
            details=details.strip(),
            owner_id=owner_id,
            opened_by_id=actor.person_id,
            opened_at=now,
            next_update_due_at=first_update_due(severity, now),
        )
        _add_line(row, actor, "", details.strip(), now)
        after = {"severity": int(severity), "summary": row.summary, "owner": owner_id, "about": subject.label}
        audit.record(
            actor=actor, action="escalation_opened", subject=_as_subject(row), market=market or "", after=after
        )
        outbox.emit("escalation_opened", _fact(row))
    return _result(row)


def acknowledge_escalation(*, actor: Actor, escalation_id: int) -> Escalated:
    """Take an opened escalation on; whoever does so becomes its owner when it has none."""
    return _step(actor, escalation_id, EscalationState.ACKNOWLEDGED, "")


def start_mitigating(*, actor: Actor, escalation_id: int, text: str) -> Escalated:
    """Say what is being done about it."""
    return _step(actor, escalation_id, EscalationState.MITIGATING, _required(text))


def resolve_escalation(*, actor: Actor, escalation_id: int, text: str) -> Escalated:
    """Say how it ended; the update clock stops. Emits `escalation_resolved`."""
    return _step(actor, escalation_id, EscalationState.RESOLVED, _required(text))


def close_escalation(*, actor: Actor, escalation_id: int, text: str) -> Escalated:
    """Close a resolved escalation after its review."""
    return _step(actor, escalation_id, EscalationState.CLOSED, _required(text))


def post_update(*, actor: Actor, escalation_id: int, text: str) -> Escalated:
    """Tell everybody how it stands, and set the clock for the next update."""
    written = _required(text)
    with transaction.atomic():
        row = _locked(actor, escalation_id)
        if row.state not in RUNNING:
            raise Conflict(f"This escalation is {row.state}: updates are over.")
        now = timezone.now()
        _add_line(row, actor, row.state, written, now)
        row.next_update_due_at = next_update_due(Severity(row.severity), now)
        row.save(update_fields=["next_update_due_at"])
        audit.record(
            actor=actor,
            action="escalation_updated",
            subject=_as_subject(row),
            market=row.market_id or "",
            after={"text": written},
        )
    return _result(row)


def _step(actor: Actor, escalation_id: int, after: EscalationState, text: str) -> Escalated:
    with transaction.atomic():
        row = _locked(actor, escalation_id)
        before = EscalationState(row.state)
        check_step(before, after)
        now = timezone.now()
        row.state = after
        _add_line(row, actor, before.value, text, now)
        _set_times(row, actor, after, now)
        row.save()
        audit.record(
            actor=actor,
            action=f"escalation_{after.value}",
            subject=_as_subject(row),
            market=row.market_id or "",
            before={"state": before.value},
            after={"state": after.value},
            reason=text,
        )
        if after in {EscalationState.ACKNOWLEDGED, EscalationState.RESOLVED}:
            outbox.emit(f"escalation_{after.value}", _fact(row))
    return _result(row)


def _set_times(row: Escalation, actor: Actor, after: EscalationState, now: datetime) -> None:
    if after is EscalationState.ACKNOWLEDGED:
        row.acknowledged_at = now
        row.owner_id = row.owner_id or actor.user_id
    if after is EscalationState.RESOLVED:
        row.resolved_at, row.next_update_due_at = now, None
    elif after is EscalationState.MITIGATING:
        row.resolved_at, row.next_update_due_at = None, next_update_due(Severity(row.severity), now)


def _locked(actor: Actor, escalation_id: int) -> Escalation:
    row = (
        visible_escalations(actor).select_related(None).select_for_update(of=("self",)).filter(pk=escalation_id).first()
    )
    if row is None:
        raise NotFound("There is no such escalation.")
    actor.require(Permission.RUN_ESCALATIONS, row.market_id)
    return row


def _add_line(row: Escalation, actor: Actor, before: str, text: str, now: datetime) -> None:
    due = row.next_update_due_at
    EscalationUpdate.objects.create(
        escalation=row,
        at=now,
        author_id=actor.person_id,
        from_state=before,
        to_state=row.state,
        text=text,
        was_late=bool(due and now > due),
    )


def _required(text: str) -> str:
    if not text.strip():
        raise InvalidInput([FieldProblem("text", "Write a sentence for those who wait.")])
    return text.strip()


def _problems(summary: str, owner_id: int | None) -> list[FieldProblem]:
    problems = []
    if not summary.strip():
        problems.append(FieldProblem("summary", "Say in one line what is wrong."))
    if len(summary.strip()) > 240:
        problems.append(FieldProblem("summary", "Keep it under 240 characters; the details have room below."))
    if owner_id is not None and not User.objects.filter(pk=owner_id, is_active=True).exists():
        problems.append(FieldProblem("owner", "There is no such person."))
    return problems


def _as_subject(row: Escalation) -> Subject:
    return Subject("escalation", str(row.pk), str(row), reverse("governance:escalation", args=[row.pk]))


def _fact(row: Escalation) -> dict[str, object]:
    return {
        "escalation_id": row.pk,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "severity": row.severity,
    }


def _result(row: Escalation) -> Escalated:
    return Escalated(row.pk, EscalationState(row.state), row.next_update_due_at)
