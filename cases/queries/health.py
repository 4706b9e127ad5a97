"""Aggregates for the health of the court: what came in, what was decided, what waits, and for how long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case as Choose
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.db.models.fields import CharField
from django.db.models.functions import TruncDate

from cases.domain.lifecycle import OPEN_STATES, DecisionOutcome
from cases.models import Case, Decision
from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.queries.percentiles import Percentile
from governance.queries.scoping import within_markets

OPEN = tuple(sorted(OPEN_STATES))

# Age of what waits: upper limits, the last bucket has none.
AGE_BUCKETS: tuple[tuple[str, timedelta | None], ...] = (
    ("under_4h", timedelta(hours=4)),
    ("under_24h", timedelta(hours=24)),
    ("under_3d", timedelta(days=3)),
    ("under_7d", timedelta(days=7)),
    ("over_7d", None),
)


@dataclass(frozen=True)
class Span:
    """From `starts_at` up to, not including, `ends_at`; by the wall clock."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class DayCount:
    """How many cases were opened on a day (UTC) in a market."""

    day: date
    market: str
    count: int


@dataclass(frozen=True)
class OutcomeCount:
    """How many decisions of an outcome were made on a day (UTC) in a market; corrections are not counted."""

    day: date
    market: str
    outcome: DecisionOutcome
    count: int


@dataclass(frozen=True)
class BacklogCount:
    """How many open cases of an age wait in a queue, and how many of them are past their limit."""

    queue_code: str
    queue_title: str
    bucket: str
    count: int
    overdue: int


@dataclass(frozen=True)
class Backlog:
    """All that waits: how many, past their limit, and the age in hours (None: nothing waits)."""

    count: int
    overdue: int
    age_p50_hours: float | None
    age_p95_hours: float | None


@dataclass(frozen=True)
class Turnaround:
    """Hours from opening to decision of the cases decided in a span; None: none was."""

    market: str
    decided: int
    within_limit: int
    p50_hours: float | None
    p90_hours: float | None
    p95_hours: float | None


def opened_by_day(actor: Actor, span: Span, markets: Collection[str] = ()) -> list[DayCount]:
    """Return the cases opened in the span by day and market, days without any left out. No market named: all."""
    rows = (
        _cases(actor, markets)
        .filter(opened_at__gte=span.starts_at, opened_at__lt=span.ends_at)
        .annotate(day=TruncDate("opened_at"))
        .values("day", "market_id")
        .annotate(count=Count("pk"))
        .order_by("day", "market_id")
    )
    return [DayCount(row["day"], row["market_id"], row["count"]) for row in rows]


def decided_by_day(actor: Actor, span: Span, markets: Collection[str] = ()) -> list[OutcomeCount]:
    """Return the decisions made in the span by day, market and outcome."""
    rows = (
        _decisions(actor, markets)
        .filter(decided_at__gte=span.starts_at, decided_at__lt=span.ends_at, supersedes__isnull=True)
        .annotate(day=TruncDate("decided_at"))
        .values("day", "market_id", "outcome")
        .annotate(count=Count("*"))
        .order_by("day", "market_id", "outcome")
    )
    return [OutcomeCount(row["day"], row["market_id"], DecisionOutcome(row["outcome"]), row["count"]) for row in rows]


def backlog_by_age(actor: Actor, now: datetime, markets: Collection[str] = ()) -> list[BacklogCount]:
    """Return what waits by queue and age bucket, in the order of the queues and of AGE_BUCKETS."""
    rows = (
        _cases(actor, markets)
        .filter(state__in=OPEN)
        .annotate(bucket=_bucket(now))
        .values("queue__position", "queue__code", "queue__title", "bucket")
        .annotate(count=Count("pk"), overdue=Count("pk", filter=Q(sla_due_at__lt=now)))
    )
    order = {name: place for place, (name, _) in enumerate(AGE_BUCKETS)}
    found = sorted(rows, key=lambda row: (row["queue__position"], row["queue__code"], order[row["bucket"]]))
    return [
        BacklogCount(row["queue__code"], row["queue__title"], row["bucket"], row["count"], row["overdue"])
        for row in found
    ]


def backlog(actor: Actor, now: datetime, markets: Collection[str] = ()) -> Backlog:
    """Return all that waits in one line."""
    age = ExpressionWrapper(Value(now) - F("opened_at"), output_field=DurationField())
    found = (
        _cases(actor, markets)
        .filter(state__in=OPEN)
        .aggregate(
            count=Count("pk"),
            overdue=Count("pk", filter=Q(sla_due_at__lt=now)),
            p50=Percentile(age, 0.5, output_field=DurationField()),
            p95=Percentile(age, 0.95, output_field=DurationField()),
        )
    )
    return Backlog(found["count"], found["overdue"], _hours(found["p50"]), _hours(found["p95"]))


def turnaround(actor: Actor, span: Span, markets: Collection[str] = ()) -> Turnaround:
    """Return how long the cases decided in the span took; `market` is empty."""
    found = _settled(actor, span, markets).aggregate(**_TURNAROUND)
    return _turnaround("", *(found[name] for name in _TURNAROUND))


def turnaround_by_market(actor: Actor, span: Span, markets: Collection[str] = ()) -> list[Turnaround]:
    """Return how long the cases decided in the span took, market by market."""
    rows = _settled(actor, span, markets).values("market_id").annotate(**_TURNAROUND).order_by("market_id")
    return [_turnaround(*row) for row in rows.values_list("market_id", *_TURNAROUND)]


_TOOK = ExpressionWrapper(F("decided_at") - F("opened_at"), output_field=DurationField())
# Counting markets, not keys, lets the index over decided cases answer alone.
_TURNAROUND = {
    "decided": Count("market_id"),
    "within": Count("market_id", filter=Q(decided_at__lte=F("sla_due_at"))),
    "p50": Percentile(_TOOK, 0.5, output_field=DurationField()),
    "p90": Percentile(_TOOK, 0.9, output_field=DurationField()),
    "p95": Percentile(_TOOK, 0.95, output_field=DurationField()),
}


def _turnaround(market: str, decided: int, within: int, *percentiles: timedelta | None) -> Turnaround:
    p50, p90, p95 = map(_hours, percentiles)
    return Turnaround(market, decided, within, p50, p90, p95)


def _settled(actor: Actor, span: Span, markets: Collection[str]) -> QuerySet[Case]:
    return _cases(actor, markets).filter(decided_at__gte=span.starts_at, decided_at__lt=span.ends_at)


def _cases(actor: Actor, markets: Collection[str]) -> QuerySet[Case]:
    """Return the cases that count for the viewer's health pages: of markets, whatever the queue."""
    rows = within_markets(Case.objects.order_by(), actor, Permission.VIEW_HEALTH)
    return rows.filter(market_id__in=sorted(markets)) if markets else rows


def _decisions(actor: Actor, markets: Collection[str]) -> QuerySet[Decision]:
    rows = within_markets(Decision.objects.order_by(), actor, Permission.VIEW_HEALTH)
    return rows.filter(market_id__in=sorted(markets)) if markets else rows


def _bucket(now: datetime) -> Choose:
    named = [When(opened_at__gt=now - limit, then=Value(name)) for name, limit in AGE_BUCKETS if limit is not None]
    return Choose(*named, default=Value(AGE_BUCKETS[-1][0]), output_field=CharField())


def _hours(value: timedelta | None) -> float | None:
    return None if value is None else round(value.total_seconds() / 3600, 3)
