"""Read cases for the queue: the rows that a viewer may see, narrowed down."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.domain.lifecycle import OPEN_STATES, CaseState, DecisionOutcome
from cases.models import Case, Decision
from cases.queries.scope import visible_cases, visible_queues
from governance.domain.actors import Actor
from governance.queries.lists import BoundedCount, bounded_count

CLAIMED = (CaseState.ASSIGNED, CaseState.IN_REVIEW)
OPEN = tuple(sorted(OPEN_STATES))
RAIL_LIMIT = 1_000
LONGEST_NUMBER = 18

# The long texts of a policy version; a row shows its title only.
UNREAD = tuple(f"policy_version__{name}" for name in ("texts", "notices", "tree", "examples", "legal_basis"))


@dataclass(frozen=True)
class QueueCount:
    """How much waits in a queue: cases that nobody has, those among them and in work that are past their limit."""

    code: str
    title: str
    new: int
    in_work: int
    overdue: int


@dataclass(frozen=True)
class CaseCounts:
    """What the rail shows: new cases that the viewer could see, and those in the viewer's own hands."""

    new: BoundedCount
    mine: BoundedCount
    overdue: BoundedCount


def queue_rows(actor: Actor) -> QuerySet[Case]:
    """Return the cases that `actor` may see, with all that a row of the queue shows, in no order."""
    rows = visible_cases(actor).select_related("entity", "market", "policy", "policy_version", "queue", "assignee")
    return rows.defer(*UNREAD).order_by()


def open_ones(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Keep the cases that are still to be decided."""
    return rows.filter(state__in=OPEN)


def overdue_ones(rows: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Keep the open cases whose limit has passed."""
    return open_ones(rows).filter(sla_due_at__lt=at)


def in_hands_of(rows: QuerySet[Case], user_id: int) -> QuerySet[Case]:
    """Keep the cases that a person has claimed."""
    return rows.filter(state__in=CLAIMED, assignee_id=user_id)


def in_nobodys_hands(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Keep the open cases that nobody has claimed."""
    return open_ones(rows).filter(assignee__isnull=True)


def with_outcome(rows: QuerySet[Case], outcome: DecisionOutcome) -> QuerySet[Case]:
    """Keep the cases that were settled with an outcome; a superseded decision does not count."""
    later = Decision.objects.filter(supersedes=OuterRef("pk"))
    settled = Decision.objects.filter(case=OuterRef("pk"), outcome=outcome).exclude(Exists(later))
    return rows.filter(Exists(settled))


def matching(rows: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Keep what a searcher means: a case by its number (`#12`, `12`), or those of accounts by name or id.

    A part of the name will do, and the beginning of the id, whatever the case of the letters.
    """
    words = text.strip()
    number = words.removeprefix("#")
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    if not words:
        return rows
    if is_number and words != number:
        return rows.filter(pk=int(number))
    named = Q(entity__name__icontains=words) | Q(entity__external_id__istartswith=words)
    if not is_number:
        return rows.filter(named)
    # As a union, so that each side is found by its own index.
    numbered = Case.objects.filter(pk=int(number)).order_by().values("pk")
    return rows.filter(pk__in=Case.objects.filter(named).order_by().values("pk").union(numbered))


def queue_counts(actor: Actor) -> list[QueueCount]:
    """Return what waits in each queue of the viewer, in the order of the queues."""
    now = timezone.now()
    rows = (
        open_ones(visible_cases(actor))
        .order_by()
        .values("queue_id")
        .annotate(
            new=Count("pk", filter=Q(state=CaseState.NEW)),
            in_work=Count("pk", filter=Q(state__in=CLAIMED)),
            overdue=Count("pk", filter=Q(sla_due_at__lt=now)),
        )
        .values_list("queue_id", "new", "in_work", "overdue")
    )
    found = {queue_id: (new, in_work, overdue) for queue_id, new, in_work, overdue in rows}
    nothing = (0, 0, 0)
    return [QueueCount(queue.code, queue.title, *found.get(queue.pk, nothing)) for queue in visible_queues(actor)]


def case_counts(actor: Actor) -> CaseCounts:
    """Return the figures of the rail, each in a query that stops counting at RAIL_LIMIT."""
    rows = visible_cases(actor).order_by()
    mine = in_hands_of(rows, actor.user_id) if actor.user_id is not None else rows.none()
    return CaseCounts(
        new=bounded_count(rows.filter(state=CaseState.NEW), limit=RAIL_LIMIT),
        mine=bounded_count(mine, limit=RAIL_LIMIT),
        overdue=bounded_count(overdue_ones(rows, timezone.now()), limit=RAIL_LIMIT),
    )


def my_cases(actor: Actor, limit: int = 20) -> list[Case]:
    """Return the cases in the viewer's hands, the most pressing first."""
    if actor.user_id is None:
        return []
    return list(in_hands_of(queue_rows(actor), actor.user_id).order_by("-priority", "pk")[:limit])
