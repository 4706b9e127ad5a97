"""Limit cases to what a viewer may see: markets, and for analysts the queues of each market."""

from django.db.models import Q, QuerySet

from cases.models import Case, Queue
from governance.domain.actors import Actor, ActorKind, Grant
from governance.domain.errors import NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """Return the cases that `actor` may see."""
    return _allowed(actor, Permission.VIEW_CASES)


def workable_cases(actor: Actor) -> QuerySet[Case]:
    """Return the cases that `actor` may claim and decide."""
    return _allowed(actor, Permission.WORK_CASES)


def visible_queues(actor: Actor) -> list[Queue]:
    """Return the queues of which `actor` may see cases, in their order."""
    limit = actor.queues(Permission.VIEW_CASES)
    if not actor.can(Permission.VIEW_CASES):
        return []
    rows = Queue.objects.all()
    return list(rows if limit is None else rows.filter(code__in=limit))


def may_work(actor: Actor, case: Case) -> bool:
    """Say whether `actor` may claim and decide a case that was read with its queue, without a query."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return any(
        grant.permission is Permission.WORK_CASES
        and grant.market in (None, case.market_id)
        and (not grant.queues or case.queue.code in grant.queues)
        for grant in actor.grants
    )


def require_work(actor: Actor, case: Case) -> None:
    """Raise NotAllowed unless `actor` may work on the case, which was found among the visible ones."""
    actor.require(Permission.WORK_CASES, case.market_id)
    if not may_work(actor, case):
        raise NotAllowed(f"{actor.label} does not work in the queue of this case.")


def no_such_case() -> NotFound:
    """Return the error for a case that is not there, or not for this viewer."""
    return NotFound("There is no such case.")


def _allowed(actor: Actor, permission: Permission) -> QuerySet[Case]:
    """Limit cases by market, then by the queues of each grant: one queue in one market, all in another."""
    rows = within_markets(Case.objects.all(), actor, permission)
    grants = [grant for grant in actor.grants if grant.permission is permission]
    is_limited = any(grant.queues for grant in grants)
    if actor.kind is ActorKind.SYSTEM or not is_limited or Grant(permission) in grants:
        return rows
    allowed = Q(pk__in=[])
    for grant in grants:
        here = Q() if grant.market is None else Q(market_id=grant.market)
        allowed |= here & Q(queue__code__in=sorted(grant.queues)) if grant.queues else here
    return rows.filter(allowed)
