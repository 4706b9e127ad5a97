"""Decide cases: what was found, what follows from it, and telling it to whom it concerns."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cases.actions.claiming import put_back, require_claim
from cases.actions.escalating import open_for_case
from cases.actions.imposing import impose
from cases.actions.ledger import add_violation, lock_ledger
from cases.actions.notices import keep_notice
from cases.actions.steps import as_subject, check_revision, locked_case, move
from cases.domain.lifecycle import CaseState, DecisionOutcome, SanctionState
from cases.domain.milestones import DueSanction
from cases.domain.planning import Choice, DecisionPlan, plan_decision
from cases.domain.sanctions import SANCTION_KINDS
from cases.models import Case, Decision
from cases.queries.ground import Ground, ground_of
from cases.queries.scope import require_work
from governance.actions import audit, outbox
from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput
from policies.domain.severity import Severity

LONGEST_RATIONALE = 4_000


@dataclass(frozen=True)
class Decided:
    """A decision that was made, and what followed. Points are unsigned; `standing` is the value after it."""

    decision_id: int
    case_id: int
    state: CaseState
    outcome: DecisionOutcome
    severity: Severity | None
    points: int
    standing: int
    sanction_ids: tuple[int, ...]
    notice_id: int | None
    escalation_id: int | None


def decide_case(
    *,
    actor: Actor,
    case_id: int,
    revision: int,
    answers: Sequence[str],
    severity: str | None = None,
    rationale: str = "",
) -> Decided:
    """Decide a case that `actor` has claimed, by the guide of the policy version that it was opened under.

    `answers` are "yes" or "no" from the first question on; `severity` None takes the guide's. A rationale is needed
    where a colleague goes on from here (cannot tell, escalate) and for another severity than the guide's. A
    violation costs points under the scheme of the account's market, brings the sanctions of the milestones that it
    crosses (severe ones held for a second person) and a notice in the account's language. Emits `decision_made`.

    Raises NotFound, NotAllowed, Conflict when somebody else has the case or it changed since `revision`, and
    InvalidInput for answers, a severity or a rationale that do not do.
    """
    with transaction.atomic():
        case = locked_case(actor, case_id)
        require_work(actor, case)
        require_claim(actor, case)
        check_revision(case, revision)
        lock_ledger(case.entity_id)
        now = timezone.now()
        ground = ground_of(case, now)
        plan = plan_decision(ground.case, Choice(tuple(answers), severity or None), now)
        check_rationale(plan, rationale)
        decision = write_decision(actor=actor, case=case, plan=plan, rationale=rationale, now=now)
        sanction_ids, notice_id = carry_out(actor=actor, decision=decision, plan=plan, ground=ground)
        escalation_id = _settle(actor, case, plan, rationale.strip(), now)
        case.save()
        _tell(actor, case, decision, plan)
    return Decided(
        decision_id=decision.pk,
        case_id=case.pk,
        state=CaseState(case.state),
        outcome=plan.outcome,
        severity=plan.severity,
        points=plan.points,
        standing=plan.after.value,
        sanction_ids=sanction_ids,
        notice_id=notice_id,
        escalation_id=escalation_id,
    )


def check_rationale(plan: DecisionPlan, rationale: str) -> None:
    """Raise InvalidInput where a rationale is needed and there is none, or it is too long to be read."""
    if len(rationale) > LONGEST_RATIONALE:
        raise InvalidInput(
            [FieldProblem("rationale", f"It is longer than {LONGEST_RATIONALE:,} characters.", "Shorten it.")]
        )
    if rationale.strip():
        return
    if plan.outcome in (DecisionOutcome.CANNOT_TELL, DecisionOutcome.ESCALATE):
        hint = "Say what is missing or what worries you, for whoever goes on from here."
        raise InvalidInput([FieldProblem("rationale", "A colleague needs your reason.", hint)])
    if plan.has_override:
        hint = f"The guide comes to {plan.reached.outcome.severity}; say why it is {plan.severity}."
        raise InvalidInput([FieldProblem("rationale", "Another severity than the guide's needs a reason.", hint)])


def write_decision(
    *,
    actor: Actor,
    case: Case,
    plan: DecisionPlan,
    rationale: str,
    now: datetime,
    supersedes: Decision | None = None,
) -> Decision:
    """Write the decision's own row."""
    return Decision.objects.create(
        case=case,
        market_id=case.market_id,
        policy_version_id=case.policy_version_id,
        outcome=plan.outcome,
        severity=plan.severity or "",
        tree_path=[asdict(step) for step in plan.reached.path],
        rationale=rationale.strip(),
        actions=_actions(plan),
        decided_by_id=actor.person_id,
        decided_at=now,
        supersedes=supersedes,
    )


def carry_out(
    *, actor: Actor, decision: Decision, plan: DecisionPlan, ground: Ground
) -> tuple[tuple[int, ...], int | None]:
    """Write what follows from a violation: points, sanctions and the notice; return their keys."""
    if plan.notice is None:
        return (), None
    add_violation(decision=decision, plan=plan, scheme=ground.scheme, reason=str(decision.case)[:240])
    sanctions = [impose(actor=actor, decision=decision, due=due) for due in plan.sanctions]
    notice = keep_notice(decision=decision, notice=plan.notice)
    return tuple(sanction.pk for sanction in sanctions), notice.pk


def _settle(actor: Actor, case: Case, plan: DecisionPlan, rationale: str, now: datetime) -> int | None:
    """Take the case to where the outcome leads; return the escalation that was opened, if one was."""
    if plan.outcome is DecisionOutcome.CANNOT_TELL:
        put_back(case, actor, rationale)
        return None
    if plan.outcome is DecisionOutcome.ESCALATE:
        return open_for_case(actor=actor, case=case, summary=str(case.title), details=rationale)
    move(case, CaseState.DECIDED, actor, plan.reached.outcome.title)
    case.assignee_id, case.lease_until = None, None
    case.decided_at, case.decided_by_id = now, actor.person_id
    case.severity = plan.severity or case.severity
    case.revision += 1
    return None


def _tell(actor: Actor, case: Case, decision: Decision, plan: DecisionPlan) -> None:
    audit.record(
        actor=actor,
        action="case_decided",
        subject=as_subject(case),
        market=case.market_id,
        before={"standing": plan.before.value},
        after={
            "state": case.state,
            "outcome": decision.outcome,
            "severity": decision.severity,
            "points": plan.points,
            "standing": plan.after.value,
            "sanctions": [str(sanction.kind) for sanction in plan.sanctions],
        },
        reason=decision.rationale,
    )
    outbox.emit("decision_made", fact_of(case, decision, plan))


def fact_of(case: Case, decision: Decision, plan: DecisionPlan) -> dict[str, object]:
    """Return what the fact `decision_made` tells."""
    return {
        "decision_id": decision.pk,
        "case_id": case.pk,
        "entity_id": case.entity_id,
        "market": case.market_id,
        "policy_id": case.policy_id,
        "outcome": decision.outcome,
        "severity": decision.severity,
        "points": plan.points,
        "supersedes": decision.supersedes_id,
    }


def _actions(plan: DecisionPlan) -> list[dict[str, object]]:
    """Return what the scheme brought, in JSON, as it was when the decision was made."""
    if plan.notice is None:
        return []
    points: dict[str, object] = {
        "kind": "points",
        "points": plan.signed_points,
        "expires_at": plan.expires_at.isoformat() if plan.expires_at else None,
        "standing": [plan.before.value, plan.after.value],
    }
    return [points, *map(_sanction_form, plan.sanctions)]


def _sanction_form(due: DueSanction) -> dict[str, object]:
    state = SanctionState.HELD if SANCTION_KINDS[due.kind].is_severe else SanctionState.ACTIVE
    return {"kind": due.kind.value, "milestone": due.milestone, "days": due.days, "state": state.value}
