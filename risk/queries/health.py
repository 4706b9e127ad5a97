"""Read how much comes in and how often rules fire, for the health page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncDate

from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets
from risk.models import EventDay, IngestBatch, RejectedEvent, RuleHit


@dataclass(frozen=True)
class Period:
    """The days that a page looks at, both included, and the markets; empty markets are all that the viewer may see."""

    first: date
    last: date
    markets: tuple[str, ...] = ()


@dataclass(frozen=True)
class DayCount:
    """A count on a day."""

    day: date
    market: str
    count: int


@dataclass(frozen=True)
class RuleCount:
    """How often a rule fired on how many accounts; suppressed hits are not counted."""

    rule_id: int
    code: str
    title: str
    outcome: str
    hits: int
    accounts: int


@dataclass(frozen=True)
class Intake:
    """How fresh the data is: newest event, batches that wait for signals and rules (and since when), open rejects."""

    newest_day: date | None
    waiting_batches: int
    waiting_since: datetime | None
    open_rejects: int


def newest_day(actor: Actor, markets: Sequence[str] = ()) -> date | None:
    """Return the last day with events by the data's clock, None without any."""
    found: date | None = _in(within_markets(EventDay.objects.all(), actor, Permission.VIEW_HEALTH), markets).aggregate(
        newest=Max("day")
    )["newest"]
    return found


def events_per_day(actor: Actor, period: Period) -> list[DayCount]:
    """Return the events per day and market, in the order of days."""
    rows = _in(within_markets(EventDay.objects.all(), actor, Permission.VIEW_HEALTH), period.markets)
    rows = rows.filter(day__gte=period.first, day__lte=period.last)
    counted = rows.values("day", "market_id").annotate(count=Sum("events")).order_by("day", "market_id")
    return [DayCount(row["day"], row["market_id"], row["count"]) for row in counted]


def hits_per_day(actor: Actor, period: Period) -> list[DayCount]:
    """Return the hits per day (UTC) and market by the data's clock, in the order of days."""
    rows = _hits(actor, period).annotate(day=TruncDate("as_of", tzinfo=UTC))
    counted = rows.values("day", "market_id").annotate(count=Count("pk")).order_by("day", "market_id")
    return [DayCount(row["day"], row["market_id"], row["count"]) for row in counted]


def hits_per_rule(actor: Actor, period: Period, limit: int = 20) -> list[RuleCount]:
    """Return the rules that fired, the most frequent first."""
    rows = _hits(actor, period).values(
        rule_id=F("rule_version__rule_id"),
        code=F("rule_version__rule__code"),
        title=F("rule_version__rule__title"),
        of=F("rule_version__outcome"),
    )
    counted = rows.annotate(hits=Count("pk"), accounts=Count("entity_id", distinct=True)).order_by("-hits", "code")
    return [
        RuleCount(row["rule_id"], row["code"], row["title"], row["of"], row["hits"], row["accounts"])
        for row in counted[:limit]
    ]


def intake(actor: Actor, markets: Sequence[str] = ()) -> Intake:
    """Return how fresh the data is; batches belong to no market and are shown to all who see health."""
    waiting = IngestBatch.objects.filter(processed_at__isnull=True, accepted__gt=0)
    waits = waiting.aggregate(count=Count("pk"), since=Min("received_at"))
    rejects = within_markets(
        RejectedEvent.objects.filter(state=RejectedEvent.State.OPEN), actor, Permission.VIEW_HEALTH, field="market"
    )
    if markets:
        rejects = rejects.filter(market__in=markets)
    return Intake(newest_day(actor, markets), waits["count"], waits["since"], rejects.count())


def _hits(actor: Actor, period: Period) -> QuerySet[RuleHit]:
    rows = _in(within_markets(RuleHit.objects.all(), actor, Permission.VIEW_HEALTH), period.markets)
    start = datetime.combine(period.first, time.min, UTC)
    end = datetime.combine(period.last, time.min, UTC) + timedelta(days=1)
    return rows.filter(as_of__gte=start, as_of__lt=end, is_suppressed=False)


def _in(rows: QuerySet[Any], markets: Sequence[str]) -> QuerySet[Any]:
    return rows.filter(market_id__in=markets) if markets else rows
