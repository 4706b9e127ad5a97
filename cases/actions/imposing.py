"""Start and end sanctions on an account whose ledger is locked, and tell the marketplace what changes for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cases.actions.steps import case_url
from cases.domain.ledger import LedgerLine
from cases.domain.lifecycle import ReversedBy, SanctionState, check_sanction_step
from cases.domain.milestones import DueSanction, sanctions_due
from cases.domain.sanctions import APPLY_SANCTION, SANCTION_KINDS, restrictions_of
from cases.domain.wording import BASE_LOCALE, WORDINGS
from cases.models import Decision, Sanction
from cases.queries.standing import kinds_in_force
from governance.actions import audit, outbox
from governance.actions.approving import ask_approval, drop_request
from governance.domain.actors import Actor
from governance.domain.subjects import Subject
from policies.domain.schemes import MilestoneActionKind
from policies.queries.policies import policy_version

NO_LONGER_DUE = "Its milestone is no longer crossed"


@dataclass(frozen=True)
class Ending:
    """How a sanction ends: run out, or taken back by a person or by the ledger, and why."""

    state: SanctionState
    reversed_by: ReversedBy | None = None
    reason: str = ""


def impose(*, actor: Actor, decision: Decision, due: DueSanction) -> Sanction:
    """Start a sanction that a decision brings, or hold it for a second person when its kind is severe."""
    sanction = Sanction(
        entity_id=decision.case.entity_id,
        decision=decision,
        kind=due.kind,
        milestone=due.milestone,
        days=due.days,
        state=SanctionState.PROPOSED,
    )
    sanction.save()
    if SANCTION_KINDS[due.kind].is_severe:
        _hold(actor, sanction)
    else:
        start(actor=actor, sanction=sanction, starts_at=due.starts_at)
    return sanction


def start(*, actor: Actor, sanction: Sanction, starts_at: datetime) -> None:
    """Put a sanction in force. Emits `sanction_applied` with the features that are newly restricted."""
    kind = SANCTION_KINDS[MilestoneActionKind(sanction.kind)]
    before = restrictions_of(kinds_in_force(sanction.entity_id))
    restricted = sorted(set(kind.apply(before)) - set(before))
    _step(sanction, SanctionState.ACTIVE)
    sanction.starts_at = starts_at
    sanction.ends_at = None if sanction.days is None else starts_at + timedelta(days=sanction.days)
    sanction.save(update_fields=["state", "starts_at", "ends_at"])
    ends_at = sanction.ends_at.isoformat() if sanction.ends_at else None
    _record(actor, sanction, "sanction_applied", {"state": sanction.state, "ends_at": ends_at}, "")
    outbox.emit("sanction_applied", _fact(sanction) | {"restricted": restricted, "ends_at": ends_at})


def end(*, actor: Actor, sanction: Sanction, ending: Ending, now: datetime) -> None:
    """End a sanction. Emits `sanction_expired` or `sanction_reversed` with the features that are free again."""
    freed: list[str] = []
    if sanction.state == SanctionState.ACTIVE:
        before = restrictions_of(kinds_in_force(sanction.entity_id))
        after = SANCTION_KINDS[MilestoneActionKind(sanction.kind)].reverse(before)
        freed = sorted(set(before) - set(after))
    else:
        drop_request(actor=actor, subject=as_subject(sanction), action=APPLY_SANCTION, reason=ending.reason)
    _step(sanction, ending.state)
    if ending.reversed_by is not None:
        sanction.reversed_at, sanction.reversed_by = now, ending.reversed_by
        sanction.reversal_reason = ending.reason
    sanction.save(update_fields=["state", "reversed_at", "reversed_by", "reversal_reason"])
    name = f"sanction_{ending.state.value}"
    _record(actor, sanction, name, {"state": sanction.state}, ending.reason)
    outbox.emit(name, _fact(sanction) | {"freed": freed})


def reconcile(*, actor: Actor, entity_id: int, lines: Sequence[LedgerLine], now: datetime) -> None:
    """Bring sanctions to what the ledger says once entries of it were reversed or changed.

    What a remaining violation would have brought without the reversed ones starts from that violation's time, if
    it is not over yet; what no longer has a reason is reversed. A sanction that a person took back stays so.
    """
    due = {_key(found.decision_id, found.milestone, found.kind): found for found in sanctions_due(lines)}
    decisions = {line.decision_id for line in lines if line.decision_id is not None}
    rows = list(
        Sanction.objects.filter(entity_id=entity_id, decision_id__in=decisions, milestone__isnull=False)
        .select_related("decision__case__entity")
        .order_by("pk")
    )
    settled = {_key_of(row) for row in rows if row.reversed_by != ReversedBy.LEDGER}
    for key, found in due.items():
        if key not in settled and (found.ends_at is None or found.ends_at > now):
            decision = Decision.objects.select_related("case__entity").get(pk=found.decision_id)
            impose(actor=actor, decision=decision, due=found)
    ending = Ending(SanctionState.REVERSED, ReversedBy.LEDGER, NO_LONGER_DUE)
    for row in rows:
        if row.state in (SanctionState.HELD, SanctionState.ACTIVE) and _key_of(row) not in due:
            end(actor=actor, sanction=row, ending=ending, now=now)


def as_subject(sanction: Sanction) -> Subject:
    """Return the sanction as the subject of an approval or an audit entry; its page is that of its case."""
    case = sanction.decision.case
    label = f"{WORDINGS[BASE_LOCALE].kinds[MilestoneActionKind(sanction.kind)]}: {case.entity}"
    return Subject("sanction", str(sanction.pk), label, case_url(case.pk))


def _hold(actor: Actor, sanction: Sanction) -> None:
    _step(sanction, SanctionState.HELD)
    sanction.save(update_fields=["state"])
    case = sanction.decision.case
    subject = as_subject(sanction)
    policy = policy_version(sanction.decision.policy_version_id)
    taken: dict[str, object] = next((action for action in sanction.decision.actions if action["kind"] == "points"), {})
    ask_approval(
        actor=actor,
        action=APPLY_SANCTION,
        subject=replace(subject, url=f"{subject.url}#held"),
        markets=[case.market_id],
        note=sanction.decision.rationale,
        summary={
            "kind": sanction.kind,
            "milestone": sanction.milestone,
            "days": sanction.days,
            "account": str(case.entity),
            "case_id": case.pk,
            "decision_id": sanction.decision_id,
            "policy_code": policy.policy_code,
            "policy": policy.titles.get(BASE_LOCALE, policy.policy_code),
            "severity": sanction.decision.severity,
            "points": taken.get("points"),
            "standing": taken.get("standing"),
        },
    )
    outbox.emit("sanction_held", _fact(sanction))


def _step(sanction: Sanction, after: SanctionState) -> None:
    check_sanction_step(SanctionState(sanction.state), after)
    sanction.state = after


def _record(actor: Actor, sanction: Sanction, action: str, after: dict[str, str | None], reason: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=as_subject(sanction),
        market=sanction.decision.case.market_id,
        after={"kind": sanction.kind, "milestone": sanction.milestone, **after},
        reason=reason,
    )


def _fact(sanction: Sanction) -> dict[str, object]:
    return {
        "sanction_id": sanction.pk,
        "decision_id": sanction.decision_id,
        "entity_id": sanction.entity_id,
        "market": sanction.decision.case.market_id,
        "kind": sanction.kind,
    }


def _key(decision_id: int, milestone: int | None, kind: str) -> tuple[int, int | None, str]:
    return decision_id, milestone, str(kind)


def _key_of(row: Sanction) -> tuple[int, int | None, str]:
    return _key(row.decision_id, row.milestone, row.kind)
