"""The health page: how the marketplace does, read in half a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from dashboards.domain.periods import change, read_days
from dashboards.queries.health import read_health
from dashboards.views import health_charts as charts
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.templatetags.console import url_if
from governance.views.markets import chosen_market

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponse

    from dashboards.domain.periods import Days
    from dashboards.queries.health import Health
    from governance.middleware import ConsoleRequest

PRESETS = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")))


@login_required
def health(request: ConsoleRequest) -> HttpResponse:
    """Show the figures and charts of the chosen days and market."""
    if not request.actor.can(Permission.VIEW_HEALTH):
        raise NotFound("There is no such page.")
    today = timezone.now().date()
    days = read_days(request.GET.get("from", ""), request.GET.get("to", ""), today=today)
    market = chosen_market(request, request.actor)
    found = read_health(request.actor, days, [market] if market else [], timezone.now())
    context = {
        "health": found,
        "market": market,
        "presets": [(label, _days_back(today, count), days.count == count) for count, label in PRESETS],
        "changes": _changes(found),
        "urls": _urls(found.days),
        "is_data_older": found.data_days != found.days,
        "charts": {
            "volume": charts.volume_chart(found),
            "hit_rate": charts.hit_rate_chart(found),
            "flow": charts.flow_chart(found),
            "outcomes": charts.outcome_chart(found),
            "backlog": charts.backlog_chart(found.backlog_parts),
            "turnaround": charts.turnaround_chart(found.turnaround),
            "standing": charts.standing_chart(found.standing),
            "rules": charts.rules_chart(found.rules),
        },
    }
    return render(request, "dashboards/health.html", context)


def _days_back(today: date, count: int) -> Days:
    first = today - timedelta(days=count - 1)
    return read_days(first.isoformat(), today.isoformat(), today=today)


def _changes(found: Health) -> dict[str, tuple[str, str]]:
    """Return for each figure the change in words and the way it went; empty when it cannot be said."""
    names = ("events", "hit_rate", "opened", "decided", "violation_share", "p50_hours")
    result = {}
    for name in names:
        share = change(getattr(found.now, name), getattr(found.before, name))
        rounded = round(share or 0, 2)  # what is shown: no arrow stands beside a nought
        words = "" if share is None else f"{rounded:+.0%}" if rounded else "0%"
        way = "flat" if not rounded else ("up" if rounded > 0 else "down")
        result[name] = (words, way)
    return result


def _urls(days: Days) -> dict[str, str]:
    """Return the pages with the rows behind the figures; empty where no app serves the page."""
    span = {"from": days.first.isoformat(), "to": days.last.isoformat()}
    decided = {"state": "all", "decided_from": span["from"], "decided_to": span["to"]}
    return {
        "imports": url_if("risk:imports"),
        "rejects": url_if("risk:rejects"),
        "rules": url_if("risk:rules"),
        "entities": url_if("risk:entities"),
        "escalations": f"{reverse('governance:escalations')}?state=running",
        "backlog": reverse("cases:queue"),
        "opened": _queue({"state": "all", "opened_from": span["from"], "opened_to": span["to"]}),
        "decided": _queue(decided),
        "violations": _queue(decided | {"outcome": "violation"}),
    }


def _queue(filters: dict[str, str]) -> str:
    return f"{reverse('cases:queue')}?{urlencode(filters)}"
