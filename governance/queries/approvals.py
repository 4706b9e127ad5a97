"""Read approvals, scoped to the viewer."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from governance.domain.actors import Actor
from governance.domain.approvals import APPROVING, approved_with
from governance.models import Approval


def visible_approvals(actor: Actor) -> QuerySet[Approval]:
    """Return the requests that the viewer could decide in all their markets, and the viewer's own.

    Each kind of request is seen by those who hold the permission to approve it; one for every market only by those
    who hold it in every market.
    """
    allowed = Q(requested_by_id=actor.user_id) if actor.user_id else Q(pk__in=[])
    for permission in APPROVING:
        scope = actor.markets(permission)
        asked = Q(action__in=approved_with(permission))
        if scope.is_all:
            allowed |= asked
        elif not scope.is_empty:
            allowed |= asked & ~Q(markets=[]) & Q(markets__contained_by=sorted(scope.codes))
    return Approval.objects.select_related("requested_by", "decided_by").filter(allowed)


def pending_for(actor: Actor) -> QuerySet[Approval]:
    """Return the requests that wait for this viewer: pending and asked by somebody else."""
    rows = visible_approvals(actor).filter(state=Approval.State.PENDING)
    return rows.exclude(requested_by_id=actor.user_id)


def pending_about(subject_kind: str, subject_id: str, action: str) -> Approval | None:
    """Return the pending request about a subject, None when there is none."""
    return pending_about_each(subject_kind, [subject_id], action).get(subject_id)


def pending_about_each(subject_kind: str, subject_ids: Collection[str], action: str) -> dict[str, Approval]:
    """Return the pending requests about subjects of a kind, by the subject's key; at most one each."""
    rows = Approval.objects.select_related("requested_by").filter(
        state=Approval.State.PENDING, subject_kind=subject_kind, subject_id__in=subject_ids, action=action
    )
    return {row.subject_id: row for row in rows}
