"""Read escalations, scoped to the viewer."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.escalations import EscalationState
from governance.domain.roles import Permission
from governance.models import Escalation, EscalationUpdate

OPEN = (EscalationState.OPENED, EscalationState.ACKNOWLEDGED, EscalationState.MITIGATING)


@dataclass(frozen=True)
class EscalationBrief:
    """What another page shows of an escalation."""

    id: int
    severity: int
    state: str
    summary: str
    is_overdue: bool


@dataclass(frozen=True)
class EscalationCounts:
    """How many run now, and how many of them wait for an update beyond their clock."""

    open: int
    overdue: int


def visible_escalations(actor: Actor) -> QuerySet[Escalation]:
    """Return the escalations in the viewer's markets; those of every market are for all who may see any."""
    rows = Escalation.objects.select_related("owner", "opened_by", "market")
    scope = actor.markets(Permission.VIEW_ESCALATIONS)
    if scope.is_all:
        return rows
    if scope.is_empty:
        return rows.none()
    return rows.filter(Q(market_id__in=sorted(scope.codes)) | Q(market_id__isnull=True))


def overdue(rows: QuerySet[Escalation], at: datetime) -> QuerySet[Escalation]:
    """Return those whose update clock has run out."""
    return rows.filter(next_update_due_at__lt=at)


def escalation_for(actor: Actor, escalation_id: int) -> Escalation:
    """Return one escalation; raises NotFound when it is not there for the viewer."""
    row = visible_escalations(actor).filter(pk=escalation_id).first()
    if row is None:
        raise NotFound("There is no such escalation.")
    return row


def updates_of(escalation: Escalation) -> list[EscalationUpdate]:
    """Return its timeline, oldest first."""
    return list(escalation.updates.select_related("author"))


def escalations_about(actor: Actor, subject_kind: str, subject_id: str) -> list[EscalationBrief]:
    """Return the escalations about a subject, newest first, at most twenty."""
    now = timezone.now()
    rows = visible_escalations(actor).filter(subject_kind=subject_kind, subject_id=subject_id)[:20]
    return [_brief(row, now) for row in rows]


def escalation_counts(actor: Actor) -> EscalationCounts:
    """Return the figures for the rail and the health page."""
    rows = visible_escalations(actor).filter(state__in=OPEN).order_by()
    late = Q(next_update_due_at__lt=timezone.now())
    return EscalationCounts(**rows.aggregate(open=Count("pk"), overdue=Count("pk", filter=late)))


def open_escalations(actor: Actor, limit: int = 10) -> list[EscalationBrief]:
    """Return the running ones, worst first, then the longest overdue."""
    now = timezone.now()
    rows = visible_escalations(actor).filter(state__in=OPEN).order_by("severity", "next_update_due_at")[:limit]
    return [_brief(row, now) for row in rows]


def _brief(row: Escalation, now: datetime) -> EscalationBrief:
    due = row.next_update_due_at
    return EscalationBrief(row.pk, row.severity, row.state, row.summary, bool(due and due < now))
