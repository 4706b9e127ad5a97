"""Gather the figures of the health page from the rooms that own them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from cases.domain.lifecycle import DecisionOutcome
from cases.queries import health as court
from cases.queries.standing_health import ZoneCount, standing_distribution
from dashboards.domain.periods import Days
from governance.domain.actors import Actor
from governance.queries.escalations import EscalationBrief, EscalationCounts, escalation_counts, open_escalations
from risk.queries import health as senses


@dataclass(frozen=True)
class Totals:
    """The figures of a period that are compared with the period before."""

    events: int
    hits: int
    opened: int
    decided: int
    violations: int
    p50_hours: float | None
    p95_hours: float | None

    @property
    def hit_rate(self) -> float | None:
        """Return hits per 1,000 events, None without events."""
        return self.hits * 1000 / self.events if self.events else None

    @property
    def violation_share(self) -> float | None:
        """Return the share of decisions that found a violation, None without decisions."""
        return self.violations / self.decided if self.decided else None


@dataclass(frozen=True)
class Health:
    """Everything that the page shows. `days` are by the wall clock, `data_days` by the data's clock."""

    days: Days
    data_days: Days
    now: Totals
    before: Totals
    events: list[senses.DayCount]
    hits: list[senses.DayCount]
    rules: list[senses.RuleCount]
    opened: list[court.DayCount]
    decided: list[court.OutcomeCount]
    backlog: court.Backlog
    backlog_parts: list[court.BacklogCount]
    turnaround: list[court.Turnaround]
    standing: list[ZoneCount]
    intake: senses.Intake
    escalations: EscalationCounts
    worst: list[EscalationBrief]
    is_running: bool  # the last day is today


def read_health(actor: Actor, days: Days, markets: Sequence[str], now: datetime) -> Health:
    """Return the health of the markets that the viewer may see, in a fixed number of queries.

    Events and hits follow the data's clock: when the data ends before the period, they are shown for the same
    number of days up to its end.
    """
    incoming = senses.intake(actor, markets)
    data_days = _data_days(days, incoming.newest_day)
    # Both periods in one query each; they touch.
    both = senses.Period(data_days.before().first, data_days.last, tuple(markets))
    period = senses.Period(data_days.first, data_days.last, tuple(markets))
    span, span_before = _span(days), _span(days.before())
    span_both = court.Span(span_before.starts_at, span.ends_at)
    events_before, events = _split(senses.events_per_day(actor, both), data_days.first)
    hits_before, hits = _split(senses.hits_per_day(actor, both), data_days.first)
    opened_before, opened = _split(court.opened_by_day(actor, span_both, markets), days.first)
    decided_before, decided = _split(court.decided_by_day(actor, span_both, markets), days.first)
    return Health(
        days=days,
        data_days=data_days,
        now=_totals(events, hits, opened, decided, court.turnaround(actor, span, markets)),
        before=_totals(
            events_before,
            hits_before,
            opened_before,
            decided_before,
            court.turnaround(actor, span_before, markets),
        ),
        events=events,
        hits=hits,
        rules=senses.hits_per_rule(actor, period, limit=12),
        opened=opened,
        decided=decided,
        backlog=court.backlog(actor, now, markets),
        backlog_parts=court.backlog_by_age(actor, now, markets),
        turnaround=court.turnaround_by_market(actor, span, markets),
        standing=standing_distribution(actor, now, markets),
        intake=incoming,
        escalations=escalation_counts(actor),
        worst=open_escalations(actor, limit=5),
        is_running=days.last >= now.date(),
    )


class _OfDay(Protocol):
    @property
    def day(self) -> date: ...


Row = TypeVar("Row", bound=_OfDay)


def _split(rows: Iterable[Row], first: date) -> tuple[list[Row], list[Row]]:
    """Part rows into those before a day and those from it on."""
    kept: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        kept[row.day >= first].append(row)
    return kept


def _data_days(days: Days, newest: date | None) -> Days:
    return days if newest is None or newest >= days.first else days.ending(newest)


def _span(days: Days) -> court.Span:
    return court.Span(days.starts_at, days.ends_at)


def _totals(
    events: Iterable[senses.DayCount],
    hits: Iterable[senses.DayCount],
    opened: Iterable[court.DayCount],
    decided: Sequence[court.OutcomeCount],
    took: court.Turnaround,
) -> Totals:
    return Totals(
        events=sum(row.count for row in events),
        hits=sum(row.count for row in hits),
        opened=sum(row.count for row in opened),
        decided=sum(row.count for row in decided),
        violations=sum(row.count for row in decided if row.outcome is DecisionOutcome.VIOLATION),
        p50_hours=took.p50_hours,
        p95_hours=took.p95_hours,
    )
