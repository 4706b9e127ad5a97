"""Escalate cases, and let a case follow the escalations about it."""

from django.db import transaction

from cases.actions.claiming import CLAIMED, put_back, require_claim
from cases.actions.steps import as_subject, case_url, check_revision, locked_case, move
from cases.domain.lifecycle import CaseState
from cases.models import Case
from cases.queries.scope import visible_cases
from governance.actions import audit, outbox
from governance.actions.escalating import Escalated, open_escalation
from governance.domain.actors import Actor, system_actor
from governance.domain.escalations import EscalationState, Severity
from governance.domain.subjects import Subject
from governance.queries.escalations import OPEN, escalation_for, escalations_about, updates_of
from policies.domain.severity import Severity as Harm

ESCALATIONS = system_actor("escalations")
MARK_ESCALATED = "cases.mark_escalated"
MARK_RESOLVED = "cases.mark_escalation_resolved"
CASE = "case"

# How bad an escalation is when its reviewer names no severity of its own; when unsure, the higher one.
SEVERITY_OF: dict[Harm, Severity] = {
    Harm.CRITICAL: Severity.SEV1,
    Harm.HIGH: Severity.SEV2,
    Harm.MEDIUM: Severity.SEV3,
    Harm.LOW: Severity.SEV4,
}


def escalate_case(
    *,
    actor: Actor,
    case_id: int,
    revision: int,
    severity: Severity,
    summary: str,
    details: str = "",
    owner_id: int | None = None,
) -> Escalated:
    """Open an escalation about a case that nobody else works on; the case waits for it, out of the queue.

    Raises what `open_escalation` raises, and Conflict when somebody else has the case or it changed.
    """
    with transaction.atomic():
        case = locked_case(actor, case_id)
        if case.state in CLAIMED:
            require_claim(actor, case)
        check_revision(case, revision)
        escalated = open_escalation(
            actor=actor,
            subject=_with_url(case),
            market=case.market_id,
            severity=severity,
            summary=summary,
            details=details,
            owner_id=owner_id,
        )
        _wait(case, actor, escalated.id, summary)
        case.save()
        _record(actor, case, escalated.id, summary)
    return escalated


def open_for_case(*, actor: Actor, case: Case, summary: str, details: str) -> int:
    """Open the escalation that a decision asks for and let the locked case wait; the caller saves it."""
    escalated = open_escalation(
        actor=actor,
        subject=_with_url(case),
        market=case.market_id,
        severity=SEVERITY_OF[Harm(case.severity)],
        summary=summary,
        details=details,
    )
    _wait(case, actor, escalated.id, details)
    return escalated.id


def mark_escalated(*, fact_id: int) -> None:
    """Let a case wait once an escalation about it was opened from anywhere; one that waits or is over stays so."""
    with transaction.atomic():
        payload = outbox.consume_once(fact_id, MARK_ESCALATED)
        case = None if payload is None else _case_of(payload)
        if case is None or payload is None or case.state == CaseState.ESCALATED or not _is_open(case):
            return
        row = escalation_for(ESCALATIONS, payload["escalation_id"])
        if row.state not in OPEN:
            return
        _wait(case, ESCALATIONS, row.pk, row.summary)
        case.save()
        _record(ESCALATIONS, case, row.pk, row.summary)


def mark_escalation_resolved(*, fact_id: int) -> None:
    """Put a waiting case back into the queue once no escalation about it runs any more, with how it was resolved."""
    with transaction.atomic():
        payload = outbox.consume_once(fact_id, MARK_RESOLVED)
        case = None if payload is None else _case_of(payload)
        if case is None or payload is None or case.state != CaseState.ESCALATED:
            return
        running = [
            row for row in escalations_about(ESCALATIONS, CASE, str(case.pk)) if EscalationState(row.state) in OPEN
        ]
        if running:
            return
        row = escalation_for(ESCALATIONS, payload["escalation_id"])
        words = [line.text for line in updates_of(row) if line.to_state == EscalationState.RESOLVED and line.text]
        reason = f"Escalation {row.pk} resolved: {words[-1] if words else row.summary}"
        put_back(case, ESCALATIONS, reason)
        case.save()
        audit.record(
            actor=ESCALATIONS,
            action="case_returned",
            subject=as_subject(case),
            market=case.market_id,
            before={"state": CaseState.ESCALATED},
            after={"state": case.state, "escalation": row.pk},
            reason=reason,
        )


def _case_of(payload: dict[str, object]) -> Case | None:
    """Return the case that an escalation is about, locked; None when it is about something else."""
    if payload["subject_kind"] != CASE or not str(payload["subject_id"]).isdigit():
        return None
    case_id = int(str(payload["subject_id"]))
    if not visible_cases(ESCALATIONS).filter(pk=case_id).exists():
        return None
    return locked_case(ESCALATIONS, case_id)


def _is_open(case: Case) -> bool:
    return case.state in (CaseState.NEW, *CLAIMED)


def _wait(case: Case, actor: Actor, escalation_id: int, words: str) -> None:
    move(case, CaseState.ESCALATED, actor, f"Escalation {escalation_id}: {words.strip()}")
    case.assignee_id, case.lease_until = None, None
    case.revision += 1


def _record(actor: Actor, case: Case, escalation_id: int, reason: str) -> None:
    audit.record(
        actor=actor,
        action="case_escalated",
        subject=as_subject(case),
        market=case.market_id,
        after={"state": case.state, "escalation": escalation_id},
        reason=reason,
    )


def _with_url(case: Case) -> Subject:
    subject = as_subject(case)
    return Subject(subject.kind, subject.id, subject.label, case_url(case.pk))
