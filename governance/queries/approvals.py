"""Read approvals, scoped to the viewer."""

from django.db.models import Q, QuerySet

from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.models import Approval


def visible_approvals(actor: Actor, permission: Permission) -> QuerySet[Approval]:
    """Return the requests that touch no market beyond those where the viewer holds `permission`, and one's own."""
    rows = Approval.objects.select_related("requested_by", "decided_by")
    scope = actor.markets(permission)
    if scope.is_all:
        return rows
    own = Q(requested_by_id=actor.user_id) if actor.user_id else Q(pk__in=[])
    if scope.is_empty:
        return rows.filter(own)
    return rows.filter(own | (~Q(markets=[]) & Q(markets__contained_by=sorted(scope.codes))))


def pending_for(actor: Actor, permission: Permission) -> QuerySet[Approval]:
    """Return the requests that wait for this viewer: pending and asked by somebody else."""
    rows = visible_approvals(actor, permission).filter(state=Approval.State.PENDING)
    return rows.exclude(requested_by_id=actor.user_id)


def pending_about(subject_kind: str, subject_id: str, action: str) -> Approval | None:
    """Return the pending request about a subject, None when there is none."""
    rows = Approval.objects.select_related("requested_by")
    return rows.filter(
        state=Approval.State.PENDING, subject_kind=subject_kind, subject_id=subject_id, action=action
    ).first()
