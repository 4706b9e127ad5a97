"""Correct decisions: another one takes the place of the first, or its points are taken back, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cases.actions.deciding import check_rationale, fact_of, write_decision
from cases.actions.imposing import reconcile
from cases.actions.ledger import add_violation, adjust, lock_ledger, take_back
from cases.actions.notices import keep_notice
from cases.actions.steps import as_subject, locked_case
from cases.domain.lifecycle import SETTLING, CaseState, DecisionOutcome, LedgerKind
from cases.domain.notices import write_withdrawal
from cases.domain.planning import Choice, DecisionPlan, plan_decision
from cases.domain.wording import WORDINGS
from cases.models import Case, Decision, LedgerEntry
from cases.queries.ground import Ground, addressee_of, ground_of
from cases.queries.scope import visible_cases
from governance.actions import audit, outbox
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotFound
from governance.domain.roles import Permission
from policies.queries.policies import policy_version
from policies.queries.schemes import scheme_version


@dataclass(frozen=True)
class Superseded:
    """The decision that took the place of another, and the standing that the account has with it."""

    decision_id: int
    supersedes_id: int
    outcome: DecisionOutcome
    points: int
    standing: int


@dataclass(frozen=True)
class Reversed:
    """A ledger entry that was taken back, and the decision whose points it held."""

    entry_id: int
    decision_id: int


def supersede_decision(
    *,
    actor: Actor,
    decision_id: int,
    answers: Sequence[str],
    severity: str | None = None,
    rationale: str,
) -> Superseded:
    """Put another decision in the place of one that settled a case.

    The account then stands as if the new one had been made in the first place: the old points and what followed
    from them are taken back, new points count from when the old ones did. Emits `decision_made`.

    Raises NotFound, NotAllowed, Conflict when the decision was superseded already or did not settle its case, and
    InvalidInput for answers that do not settle it either or change nothing, or without a rationale.
    """
    with transaction.atomic():
        case, old = _settled(actor, decision_id)
        now = timezone.now()
        counts_from = _take_back_points(old, now, rationale)
        ground = ground_of(case, now)
        plan = plan_decision(ground.case, Choice(tuple(answers), severity or None), now, counts_from)
        _check(plan, old, rationale)
        new = write_decision(actor=actor, case=case, plan=plan, rationale=rationale, now=now, supersedes=old)
        if plan.outcome is DecisionOutcome.VIOLATION:
            add_violation(decision=new, plan=plan, scheme=ground.scheme, reason=str(case)[:240])
        _follow_ledger(actor, old, ground, now, rationale)
        _tell_account(case, old, new, plan)
        case.severity = plan.severity or case.severity
        case.revision += 1
        case.save(update_fields=["severity", "revision"])
        _record(actor, case, old, new, plan)
    return Superseded(new.pk, old.pk, plan.outcome, plan.points, plan.after.value)


def reverse_entry(*, actor: Actor, entry_id: int, reason: str) -> Reversed:
    """Take back the points of a violation with everything that followed from them, and tell the account.

    Afterwards the account stands as if they had never been given: later violations cost what they would have cost,
    and sanctions are those that would have been. Emits `entry_reversed`. Raises NotFound, NotAllowed, Conflict when
    it was taken back already, and InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput([FieldProblem("reason", "Say why.", "The account and the auditors will read it.")])
    with transaction.atomic():
        entry = _violation(actor, entry_id)
        decision = _decision(actor, entry.decision_id or 0)
        case = locked_case(actor, decision.case_id)
        actor.require(Permission.REVERSE_DECISIONS, case.market_id)
        lock_ledger(case.entity_id)
        if LedgerEntry.objects.filter(reverses=entry).exists():
            raise Conflict("These points were taken back already.")
        now = timezone.now()
        scheme = take_back(entry=entry, now=now, reason=reason.strip())
        lines = adjust(entity_id=case.entity_id, scheme=scheme, now=now, reason=reason.strip())
        reconcile(actor=actor, entity_id=case.entity_id, lines=lines, now=now)
        _withdraw(case, decision, decision)
        audit.record(
            actor=actor,
            action="entry_reversed",
            subject=as_subject(case),
            market=case.market_id,
            before={"entry_id": entry.pk, "points": entry.points},
            after={"points": 0},
            reason=reason.strip(),
        )
        fact = {"entry_id": entry.pk, "decision_id": decision.pk, "entity_id": case.entity_id, "case_id": case.pk}
        outbox.emit("entry_reversed", fact | {"market": case.market_id})
    return Reversed(entry.pk, decision.pk)


def _settled(actor: Actor, decision_id: int) -> tuple[Case, Decision]:
    """Lock the case and the ledger of a decision that may be superseded."""
    found = _decision(actor, decision_id)
    case = locked_case(actor, found.case_id)
    actor.require(Permission.REVERSE_DECISIONS, case.market_id)
    lock_ledger(case.entity_id)
    if Decision.objects.filter(supersedes_id=decision_id).exists():
        raise Conflict("Another decision took the place of this one already.", hint="Reload the case.")
    if found.outcome not in SETTLING or case.state not in (CaseState.DECIDED, CaseState.CLOSED):
        raise Conflict("This decision did not settle its case; there is nothing to correct.")
    return case, found


def _decision(actor: Actor, decision_id: int) -> Decision:
    rows = Decision.objects.filter(pk=decision_id, case__in=visible_cases(actor))
    found = rows.select_related("case__entity").first()
    if found is None:
        raise NotFound("There is no such decision.")
    return found


def _violation(actor: Actor, entry_id: int) -> LedgerEntry:
    rows = LedgerEntry.objects.filter(pk=entry_id, decision__case__in=visible_cases(actor))
    entry = rows.first()
    if entry is None:
        raise NotFound("There is no such entry in the ledger.")
    if entry.kind != LedgerKind.VIOLATION:
        raise Conflict(f"This entry is a {entry.kind}: only the points of a violation can be taken back.")
    return entry


def _take_back_points(old: Decision, now: datetime, reason: str) -> datetime | None:
    """Take back the points of a decision if they still count; return when they began to count."""
    entry = LedgerEntry.objects.filter(decision=old, kind=LedgerKind.VIOLATION, reversed_by__isnull=True).first()
    if entry is None:
        return None
    take_back(entry=entry, now=now, reason=reason.strip())
    return entry.at


def _check(plan: DecisionPlan, old: Decision, rationale: str) -> None:
    if plan.outcome not in SETTLING:
        hint = "A correction has to settle the case: a violation or none."
        raise InvalidInput([FieldProblem("answers", f"These answers end in: {plan.reached.outcome.title}.", hint)])
    if (plan.outcome, plan.severity or "") == (old.outcome, old.severity):
        hint = "Change an answer or the severity, or leave the decision as it is."
        raise InvalidInput([FieldProblem("answers", "The decision says this already.", hint)])
    if not rationale.strip():
        hint = "Say what the first decision got wrong."
        raise InvalidInput([FieldProblem("rationale", "A correction needs a reason.", hint)])
    check_rationale(plan, rationale)


def _follow_ledger(actor: Actor, old: Decision, ground: Ground, now: datetime, reason: str) -> None:
    """Adjust repeats and sanctions under the scheme of the new decision, and of the old one where it differs."""
    schemes = {ground.scheme.spec.code: ground.scheme}
    entry = LedgerEntry.objects.filter(decision=old, kind=LedgerKind.VIOLATION).first()
    entity_id = old.case.entity_id
    if entry is not None:
        former = scheme_version(entry.scheme_version_id)
        schemes.setdefault(former.spec.code, former)
    for scheme in schemes.values():
        lines = adjust(entity_id=entity_id, scheme=scheme, now=now, reason=reason.strip())
        reconcile(actor=actor, entity_id=entity_id, lines=lines, now=now)


def _tell_account(case: Case, old: Decision, new: Decision, plan: DecisionPlan) -> None:
    if plan.notice is not None:
        keep_notice(decision=new, notice=plan.notice)
    elif old.outcome == DecisionOutcome.VIOLATION:
        _withdraw(case, old, new)


def _withdraw(case: Case, old: Decision, told_with: Decision) -> None:
    notice = write_withdrawal(
        policy_titles=policy_version(old.policy_version_id).titles,
        addressee=addressee_of(case),
        decided_at=old.decided_at,
        available=tuple(WORDINGS),
    )
    keep_notice(decision=told_with, notice=notice)


def _record(actor: Actor, case: Case, old: Decision, new: Decision, plan: DecisionPlan) -> None:
    audit.record(
        actor=actor,
        action="decision_superseded",
        subject=as_subject(case),
        market=case.market_id,
        before={"decision_id": old.pk, "outcome": old.outcome, "severity": old.severity},
        after={
            "decision_id": new.pk,
            "outcome": new.outcome,
            "severity": new.severity,
            "points": plan.points,
            "standing": plan.after.value,
        },
        reason=new.rationale,
    )
    outbox.emit("decision_made", fact_of(case, new, plan))
