"""Turn the figures of the health page into charts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cases.domain.lifecycle import DecisionOutcome
from cases.domain.standing import Zone
from cases.queries.health import AGE_BUCKETS
from governance.domain.charts import Chart, ChartKind, Series, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cases.queries.health import BacklogCount, OutcomeCount, Turnaround
    from cases.queries.health import DayCount as CaseDayCount
    from cases.queries.standing_health import ZoneCount
    from dashboards.domain.periods import Days
    from dashboards.queries.health import Health
    from risk.queries.health import DayCount, RuleCount

OUTCOME_TONES = {
    DecisionOutcome.VIOLATION: Tone.DANGER,
    DecisionOutcome.NO_VIOLATION: Tone.OK,
    DecisionOutcome.CANNOT_TELL: Tone.NEUTRAL,
    DecisionOutcome.ESCALATE: Tone.WARN,
}
ZONE_TONES = {
    Zone.GOOD: Tone.OK,
    Zone.NOTED: Tone.INFO,
    Zone.AT_RISK: Tone.WARN,
    Zone.RESTRICTED: Tone.DANGER,
    Zone.FINAL: Tone.NEUTRAL,
}
AGE_TONES = (Tone.OK, Tone.INFO, Tone.ACCENT, Tone.WARN, Tone.DANGER)


def volume_chart(health: Health) -> Chart:
    """Return the events per day, by market."""
    days = health.data_days
    return Chart(
        ChartKind.STACKED_BAR,
        _texts(days),
        _by_market(days, health.events),
        _("Day"),
        unfinished=_data_so_far(health),
    )


def hit_rate_chart(health: Health) -> Chart:
    """Return the hits per 1,000 events per day; a day without events is a gap."""
    events, hits = _per_day(health.events), _per_day(health.hits)
    values = tuple(hits[day] * 1000 / events[day] if events[day] else None for day in health.data_days.each())
    series = Series(_("Hits per 1,000 events"), values, tone=Tone.ACCENT)
    return Chart(ChartKind.LINE, _texts(health.data_days), (series,), _("Day"), unfinished=_data_so_far(health))


def flow_chart(health: Health) -> Chart:
    """Return the cases opened and decided per day."""
    opened, decided = _per_day(health.opened), _per_day(health.decided)
    days = health.days.each()
    return Chart(
        ChartKind.LINE,
        _texts(health.days),
        (
            Series(
                _("Opened"),
                tuple(opened[day] for day in days),
                tone=Tone.INFO,
                links=tuple(_cases_of("opened", day) for day in days),
            ),
            Series(
                _("Decided"),
                tuple(decided[day] for day in days),
                tone=Tone.OK,
                links=tuple(_cases_of("decided", day) for day in days),
            ),
        ),
        _("Day"),
        unfinished=_so_far(health),
    )


def outcome_chart(health: Health) -> Chart:
    """Return the decisions per day, by outcome."""
    words = {
        DecisionOutcome.VIOLATION: _("Violation"),
        DecisionOutcome.NO_VIOLATION: _("No violation"),
        DecisionOutcome.CANNOT_TELL: _("Cannot tell"),
        DecisionOutcome.ESCALATE: _("Escalated"),
    }
    series = []
    for outcome, word in words.items():
        counts = _per_day(row for row in health.decided if row.outcome is outcome)
        if not counts:
            continue
        links = tuple(_cases_of("decided", day, outcome=outcome.value) for day in health.days.each())
        values = tuple(counts[day] for day in health.days.each())
        series.append(Series(word, values, tone=OUTCOME_TONES[outcome], links=links))
    return Chart(ChartKind.STACKED_BAR, _texts(health.days), tuple(series), _("Day"), unfinished=_so_far(health))


def backlog_chart(parts: list[BacklogCount]) -> Chart:
    """Return what waits by queue and age."""
    words = (_("Under 4 h"), _("Under 24 h"), _("Under 3 d"), _("Under 7 d"), _("7 d and more"))
    queues = {row.queue_code: row.queue_title for row in parts}
    counts = {(row.queue_code, row.bucket): row.count for row in parts}
    series = tuple(
        Series(
            word,
            tuple(counts.get((code, bucket), 0) for code in queues),
            tone=tone,
            links=tuple(_cases(queue=code) for code in queues),
        )
        for (bucket, _limit), word, tone in zip(AGE_BUCKETS, words, AGE_TONES, strict=True)
    )
    return Chart(ChartKind.STACKED_BAR, tuple(queues.values()), series, _("Queue"))


def turnaround_chart(rows: list[Turnaround]) -> Chart:
    """Return the hours from opening to decision, by market."""
    links = tuple(_cases(state="all", market=row.market) for row in rows)
    return Chart(
        ChartKind.BAR,
        tuple(row.market for row in rows),
        (
            Series(_("Half within"), tuple(row.p50_hours for row in rows), tone=Tone.OK, links=links),
            Series(_("90 % within"), tuple(row.p90_hours for row in rows), tone=Tone.WARN, links=links),
            Series(_("95 % within"), tuple(row.p95_hours for row in rows), tone=Tone.DANGER, links=links),
        ),
        _("Market"),
        unit=_("h"),
    )


def standing_chart(rows: list[ZoneCount]) -> Chart:
    """Return how many accounts stand in which zone, by market."""
    words = {
        Zone.GOOD: _("Good"),
        Zone.NOTED: _("Noted"),
        Zone.AT_RISK: _("At risk"),
        Zone.RESTRICTED: _("Restricted"),
        Zone.FINAL: _("Final"),
    }
    markets = sorted({row.market for row in rows})
    counts: dict[tuple[str, Zone], int] = defaultdict(int)
    for row in rows:
        counts[row.market, row.zone] += row.count
    series = tuple(
        Series(word, tuple(counts[market, zone] for market in markets), tone=ZONE_TONES[zone])
        for zone, word in words.items()
        if any(counts[market, zone] for market in markets)
    )
    return Chart(ChartKind.STACKED_BAR, tuple(markets), series, _("Market"))


def rules_chart(rows: list[RuleCount]) -> Chart:
    """Return the rules that fired most, each leading to its page."""
    series = Series(
        _("Hits"),
        tuple(row.hits for row in rows),
        tone=Tone.ACCENT,
        links=tuple(reverse("risk:rule", args=[row.code]) for row in rows),
    )
    return Chart(ChartKind.ROW, tuple(row.code for row in rows), (series,), _("Rule"))


def _by_market(days: Days, rows: Iterable[DayCount]) -> tuple[Series, ...]:
    counts: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[row.market][row.day] += row.count
    return tuple(
        Series(market, tuple(counts[market][day] for day in days.each()), links=(reverse("risk:imports"),) * days.count)
        for market in sorted(counts)
    )


def _per_day(rows: Iterable[DayCount | CaseDayCount | OutcomeCount]) -> dict[date, int]:
    counts: dict[date, int] = defaultdict(int)
    for row in rows:
        counts[row.day] += row.count
    return counts


def _so_far(health: Health) -> str:
    """Return the words for a last day that is today and therefore not over; empty when it is over."""
    return _("today so far") if health.is_running else ""


def _data_so_far(health: Health) -> str:
    """Return the words for a last day after which no data came, so that more of it may still come."""
    return _("data so far") if health.intake.newest_day == health.data_days.last else ""


def _texts(days: Days) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in days.each())


def _cases_of(step: str, day: date, **filters: str) -> str:
    """Return the page of the cases that were opened or decided on a day."""
    return _cases(state="all", **{f"{step}_from": day.isoformat(), f"{step}_to": day.isoformat()}, **filters)


def _cases(**filters: str) -> str:
    return f"{reverse('cases:queue')}?{urlencode(filters)}"
