"""Approve, refuse, lift and expire sanctions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cases.actions.imposing import Ending, end, start
from cases.actions.ledger import lock_ledger
from cases.actions.notices import keep_notice
from cases.domain.lifecycle import ReversedBy, SanctionState, check_sanction_step
from cases.domain.notices import write_in_force
from cases.domain.sanctions import APPLY_SANCTION
from cases.domain.wording import WORDINGS
from cases.models import Case, Sanction
from cases.queries.ground import addressee_of
from cases.queries.scope import visible_cases
from governance.actions.approving import Verdict, decide_approval
from governance.domain.actors import Actor, system_actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.queries.approvals import pending_about
from policies.domain.schemes import MilestoneActionKind
from policies.queries.policies import policy_version
from policies.queries.schemes import scheme_for

ACCOUNTS_A_RUN = 500


@dataclass(frozen=True)
class SanctionStep:
    """A sanction after a step of its life."""

    sanction_id: int
    state: SanctionState
    starts_at: datetime | None
    ends_at: datetime | None


def approve_held_sanction(*, actor: Actor, sanction_id: int, note: str = "") -> SanctionStep:
    """Put a held sanction in force as the second person, and tell the account.

    Raises NotAllowed for whoever decided the case, Conflict when the sanction no longer waits.
    """
    with transaction.atomic():
        sanction = _locked(actor, sanction_id)
        now = timezone.now()
        _second_opinion(actor, sanction, SanctionState.ACTIVE, Verdict.APPROVE, note)
        start(actor=actor, sanction=sanction, starts_at=now)
        _tell_in_force(sanction, now)
    return _result(sanction)


def refuse_held_sanction(*, actor: Actor, sanction_id: int, note: str) -> SanctionStep:
    """Refuse a held sanction as the second person; it never comes into force."""
    with transaction.atomic():
        sanction = _locked(actor, sanction_id)
        _second_opinion(actor, sanction, SanctionState.REVERSED, Verdict.REJECT, note)
        ending = Ending(SanctionState.REVERSED, ReversedBy.PERSON, note.strip())
        end(actor=actor, sanction=sanction, ending=ending, now=timezone.now())
    return _result(sanction)


def settle_held_sanctions(
    *, actor: Actor, sanction_ids: Sequence[int], verdict: Verdict, note: str = ""
) -> tuple[SanctionStep, ...]:
    """Approve or refuse several held sanctions as the second person: all of them, or none when one cannot be.

    Raises InvalidInput when none is named, and what `approve_held_sanction` and `refuse_held_sanction` raise.
    """
    if not sanction_ids:
        raise InvalidInput([FieldProblem("sanction", "Choose what you decide on.")])
    settle = approve_held_sanction if verdict is Verdict.APPROVE else refuse_held_sanction
    with transaction.atomic():
        return tuple(settle(actor=actor, sanction_id=key, note=note) for key in sorted(set(sanction_ids)))


def reverse_sanction(*, actor: Actor, sanction_id: int, reason: str) -> SanctionStep:
    """Take back a sanction that is held or in force; the points stay. It stays taken back."""
    with transaction.atomic():
        sanction = _locked(actor, sanction_id)
        actor.require(Permission.REVERSE_DECISIONS, sanction.decision.case.market_id)
        if not reason.strip():
            raise InvalidInput([FieldProblem("reason", "Say why.", "The account and the auditors will read it.")])
        ending = Ending(SanctionState.REVERSED, ReversedBy.PERSON, reason.strip())
        end(actor=actor, sanction=sanction, ending=ending, now=timezone.now())
    return _result(sanction)


def expire_sanctions() -> int:
    """End the sanctions whose time is over, at most those of ACCOUNTS_A_RUN accounts; return how many ended."""
    actor, now = system_actor("sanctions"), timezone.now()
    over = Sanction.objects.filter(state=SanctionState.ACTIVE, ends_at__lte=now)
    accounts = over.order_by("entity_id").values_list("entity_id", flat=True).distinct()[:ACCOUNTS_A_RUN]
    return sum(_expire_of(actor, entity_id, now) for entity_id in list(accounts))


def _expire_of(actor: Actor, entity_id: int, now: datetime) -> int:
    with transaction.atomic():
        lock_ledger(entity_id)
        rows = list(
            Sanction.objects.filter(entity_id=entity_id, state=SanctionState.ACTIVE, ends_at__lte=now)
            .select_related("decision__case__entity")
            .order_by("pk")
        )
        for sanction in rows:
            end(actor=actor, sanction=sanction, ending=Ending(SanctionState.EXPIRED), now=now)
    return len(rows)


def _locked(actor: Actor, sanction_id: int) -> Sanction:
    """Return the sanction under the lock of its account's ledger; raises NotFound when it is not there for `actor`."""
    rows = Sanction.objects.select_related("decision__case__entity", "decision__case__market")
    sanction = rows.filter(pk=sanction_id, decision__case__in=visible_cases(actor)).first()
    if sanction is None:
        raise NotFound("There is no such sanction.")
    lock_ledger(sanction.entity_id)
    return rows.get(pk=sanction_id)


def _second_opinion(actor: Actor, sanction: Sanction, after: SanctionState, verdict: Verdict, note: str) -> None:
    actor.require(Permission.APPROVE_SANCTIONS, sanction.decision.case.market_id)
    if sanction.state != SanctionState.HELD:
        raise Conflict(f"This sanction is {sanction.state}: there is nothing to approve.")
    check_sanction_step(SanctionState(sanction.state), after)
    if sanction.decision.decided_by_id == actor.person_id:
        raise NotAllowed("You decided this case: another person has to approve its sanction.")
    request = pending_about("sanction", str(sanction.pk), APPLY_SANCTION)
    if request is None:
        raise Conflict("Nobody asked for this sanction to be approved any more.")
    decide_approval(
        actor=actor,
        permission=Permission.APPROVE_SANCTIONS,
        approval_id=request.pk,
        verdict=verdict,
        note=note,
    )


def _tell_in_force(sanction: Sanction, now: datetime) -> None:
    """Tell the account that a restriction which was only proposed before is in force."""
    case: Case = sanction.decision.case
    policy = policy_version(sanction.decision.policy_version_id)
    window = scheme_for(case.market_id, case.entity.type, now).spec.appeal.window_days
    notice = write_in_force(
        kind=MilestoneActionKind(sanction.kind),
        ends_at=sanction.ends_at,
        policy_titles=policy.titles,
        addressee=addressee_of(case),
        appeal_until=now + timedelta(days=window),
        available=tuple(WORDINGS),
    )
    keep_notice(decision=sanction.decision, notice=notice)


def _result(sanction: Sanction) -> SanctionStep:
    return SanctionStep(sanction.pk, SanctionState(sanction.state), sanction.starts_at, sanction.ends_at)
