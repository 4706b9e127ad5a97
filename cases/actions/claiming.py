"""Take cases from the queue and give them back: one reviewer at a time, for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.actions.steps import as_subject, locked_case, move
from cases.domain.lifecycle import CaseState, DecisionOutcome
from cases.models import Case, Decision
from cases.queries.scope import require_work, workable_cases
from governance.actions import audit, outbox
from governance.domain.actors import Actor, system_actor
from governance.domain.errors import Conflict
from governance.domain.roles import Permission
from governance.queries.people import names_of

LEASE = timedelta(minutes=20)
LEASES_A_RUN = 500
CLAIMED = (CaseState.ASSIGNED, CaseState.IN_REVIEW)


@dataclass(frozen=True)
class Claim:
    """A case in somebody's hands until `lease_until`, at a revision that a decision has to name."""

    case_id: int
    revision: int
    state: CaseState
    lease_until: datetime


def claim_next(*, actor: Actor, queue_code: str | None = None) -> Claim | None:
    """Claim the new case of the highest priority that nobody else is about to take; None when there is none left.

    Only cases in the actor's markets and queues, or in one named queue of them. Cases on which the actor could not
    tell before are left to somebody else.
    """
    actor.require(Permission.WORK_CASES)
    rows = workable_cases(actor).filter(state=CaseState.NEW)
    if queue_code:
        rows = rows.filter(queue__code=queue_code)
    tried = Decision.objects.filter(
        case=OuterRef("pk"), decided_by_id=actor.person_id, outcome=DecisionOutcome.CANNOT_TELL
    )
    with transaction.atomic():
        case = (
            rows.exclude(Exists(tried))
            .order_by("-priority", "pk")
            .select_for_update(of=("self",), skip_locked=True)
            .first()
        )
        return None if case is None else _take(actor, case)


def claim_case(*, actor: Actor, case_id: int) -> Claim:
    """Claim one case; claiming one's own again renews the lease.

    Raises Conflict with the name of whoever has it, NotFound for a case that is not there for the actor.
    """
    with transaction.atomic():
        case = locked_case(actor, case_id)
        require_work(actor, case)
        if case.state in CLAIMED and case.assignee_id == actor.person_id:
            return _renew(case)
        if case.state in CLAIMED:
            _refuse_or_free(case)
        return _take(actor, case)


def renew_lease(*, actor: Actor, case_id: int) -> Claim:
    """Keep a claimed case for another while; raises Conflict when it is no longer the actor's."""
    with transaction.atomic():
        case = locked_case(actor, case_id)
        require_claim(actor, case)
        return _renew(case)


def start_review(*, actor: Actor, case_id: int) -> Claim:
    """Say that one has begun to look at a claimed case; saying it again renews the lease."""
    with transaction.atomic():
        case = locked_case(actor, case_id)
        require_claim(actor, case)
        if case.state == CaseState.ASSIGNED:
            move(case, CaseState.IN_REVIEW, actor)
            case.save(update_fields=["state"])
            audit.record(
                actor=actor,
                action="case_review_started",
                subject=as_subject(case),
                market=case.market_id,
                before={"state": CaseState.ASSIGNED},
                after={"state": CaseState.IN_REVIEW},
            )
        return _renew(case)


def release_case(*, actor: Actor, case_id: int, reason: str = "") -> None:
    """Put one's claimed case back into the queue."""
    with transaction.atomic():
        case = locked_case(actor, case_id)
        require_claim(actor, case)
        put_back(case, actor, reason)
        case.save()
        _record_release(case, actor, reason)


def release_expired_leases() -> int:
    """Put back cases whose lease has run out, at most LEASES_A_RUN; return how many. Safe to run anywhere, any time."""
    actor, now = system_actor("leases"), timezone.now()
    with transaction.atomic():
        rows = list(
            Case.objects.filter(state__in=CLAIMED, lease_until__lt=now)
            .order_by("lease_until", "pk")
            .select_for_update(skip_locked=True)[:LEASES_A_RUN]
        )
        for case in rows:
            put_back(case, actor, LEASE_RAN_OUT)
            case.save()
            _record_release(case, actor, LEASE_RAN_OUT)
    return len(rows)


LEASE_RAN_OUT = "The lease ran out"


def require_claim(actor: Actor, case: Case) -> None:
    """Raise Conflict unless the locked case is in the hands of `actor`, naming whoever has it."""
    if case.state in CLAIMED and case.assignee_id == actor.person_id:
        return
    if case.state in CLAIMED:
        raise Conflict(f"{_name(case)} has this case now.", hint="Claim another one, or ask them.")
    raise Conflict(f"This case is {case.state.replace('_', ' ')} and not claimed by you.", hint="Claim it first.")


def put_back(case: Case, actor: Actor, reason: str) -> None:
    """Return the locked case to the queue, free for anybody; the caller saves it."""
    move(case, CaseState.NEW, actor, reason)
    case.assignee_id, case.lease_until = None, None
    case.revision += 1


def _take(actor: Actor, case: Case) -> Claim:
    before = case.state
    move(case, CaseState.ASSIGNED, actor)
    case.assignee_id, case.lease_until = actor.person_id, timezone.now() + LEASE
    case.revision += 1
    case.save(update_fields=["state", "revision", "assignee", "lease_until"])
    audit.record(
        actor=actor,
        action="case_claimed",
        subject=as_subject(case),
        market=case.market_id,
        before={"state": before},
        after={"state": case.state, "assignee": actor.label},
    )
    outbox.emit("case_claimed", {"case_id": case.pk, "assignee_id": actor.person_id})
    return _claim(case)


def _renew(case: Case) -> Claim:
    case.lease_until = timezone.now() + LEASE
    case.save(update_fields=["lease_until"])
    return _claim(case)


def _refuse_or_free(case: Case) -> None:
    """Refuse a case that somebody has; free one whose lease has run out."""
    if case.lease_until is not None and case.lease_until >= timezone.now():
        raise Conflict(f"{_name(case)} has this case now.", hint="Claim another one, or ask them.")
    put_back(case, system_actor("leases"), LEASE_RAN_OUT)


def _record_release(case: Case, actor: Actor, reason: str) -> None:
    audit.record(
        actor=actor,
        action="case_released",
        subject=as_subject(case),
        market=case.market_id,
        after={"state": case.state},
        reason=reason,
    )


def _claim(case: Case) -> Claim:
    if case.lease_until is None:
        raise ValueError(f"case {case.pk} is claimed without a lease")
    return Claim(case.pk, case.revision, CaseState(case.state), case.lease_until)


def _name(case: Case) -> str:
    key = case.assignee_id
    return names_of({key}).get(key, "Somebody else") if key is not None else "Somebody else"
