"""Everything about one entity on a page: what is known, how it changed, what it did, and what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.domain.lifecycle import OPEN_STATES, SanctionState
from cases.domain.wording import wording_for
from cases.queries.accounts import AccountRecord, account_record
from cases.views.evidence import readings_of, say
from cases.views.workspace import score_parts, standing_meter
from governance.domain.charts import Chart, ChartKind, Series, Tone
from policies.domain.signals import SignalUnit
from risk.queries.entities import entity_view, links_of, score_history, signals_history, timeline
from risk.queries.signals import signals_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest
    from policies.domain.signals import SignalSpec
    from risk.queries.entities import ScoreView, SnapshotView, TimelineEvent

EVENTS_A_PAGE = 30
MOST_PARTS = 8
SERIES_SHOWN = 6


@login_required
@require_GET
def entity(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show one entity with all that the viewer may know of it."""
    row = entity_view(request.actor, pk)
    specs = {spec.name: spec for spec in signals_in_force()}
    own = [spec for spec in specs.values() if spec.entity_type == row.type]
    scores, snapshots = score_history(row.pk), signals_history(row.pk)
    events = timeline(request.actor, row.pk, before=_before(request.GET.get("before", "")), limit=EVENTS_A_PAGE + 1)
    record = account_record(request.actor, row.pk, row.market_id, row.type, timezone.now())
    links = links_of(request.actor, row.pk)
    chosen = specs.get(request.GET.get("signal", ""))
    context = {
        "entity": row,
        "crumb": str(row),
        "attributes": [(name, say(value)) for name, value in row.attributes.items() if value not in (None, "", [], {})],
        "score": scores[-1] if scores else None,
        "contributions": score_parts(scores[-1] if scores else None, specs, MOST_PARTS),
        "score_chart": _score_chart(scores, {name: spec.title for name, spec in specs.items()}),
        "signals": _signals(own, snapshots),
        "chosen": chosen,
        "signal_chart": _signal_chart(chosen, snapshots) if chosen is not None else None,
        "events": events[:EVENTS_A_PAGE],
        "older": _cursor(events[EVENTS_A_PAGE - 1]) if len(events) > EVENTS_A_PAGE else "",
        "is_older": bool(request.GET.get("before")),
        "links": links,
        **_record(request, record),
    }
    return render(request, "cases/entity.html", context)


def _record(request: ConsoleRequest, record: AccountRecord | None) -> dict[str, Any]:
    if record is None:
        return {"record": None}
    kinds = wording_for(request.actor.locale).kinds
    sanctions = [{"row": row, "label": kinds[row.kind]} for row in record.sanctions]
    return {
        "record": record,
        "meter": standing_meter(record.standing, record.scheme),
        "sanctions": sanctions,
        "in_force": sum(row.state == SanctionState.ACTIVE for row in record.sanctions),
        "open_cases": sum(brief.state in OPEN_STATES for brief in record.cases),
        "now": timezone.now(),
    }


def _signals(specs: Sequence[SignalSpec], snapshots: Sequence[SnapshotView]) -> list[dict[str, Any]]:
    """Return each signal as it stands with its course; those that were never known come last."""
    if not snapshots:
        return []
    newest = snapshots[-1]
    known = {"values": newest.values, "volumes": newest.volumes, "counts": newest.counts}
    rows = []
    for spec in specs:
        course = [snapshot.values.get(spec.name) for snapshot in snapshots]
        found = readings_of([spec.name], known, {spec.name: spec})
        if found:
            rows.append({"reading": found[0], "course": course, "is_known": newest.values[spec.name] is not None})
    return sorted(rows, key=lambda item: not item["is_known"])


def _score_chart(scores: Sequence[ScoreView], titles: dict[str, str]) -> Chart | None:
    """Return the course of the score in the contributions that it is the sum of."""
    if len(scores) < 2:
        return None
    sums: dict[str, float] = {}
    for score in scores:
        for part in score.contributions:
            sums[part["signal"]] = sums.get(part["signal"], 0) + abs(part["points"])
    largest = [name for name, total in sorted(sums.items(), key=lambda item: -item[1]) if total][:SERIES_SHOWN]
    by_day = [{part["signal"]: part["points"] for part in score.contributions} for score in scores]
    series = [Series(titles.get(name, name), tuple(day.get(name) for day in by_day)) for name in largest]
    rest = tuple(sum(points for name, points in day.items() if name not in largest) for day in by_day)
    if any(rest):
        series.append(Series(_("Others"), rest, tone=Tone.NEUTRAL))
    return Chart(
        ChartKind.STACKED_BAR,
        tuple(score.as_of.isoformat() for score in scores),
        tuple(series),
        _("As of"),
        _("points"),
    )


def _signal_chart(spec: SignalSpec, snapshots: Sequence[SnapshotView]) -> Chart:
    is_share = spec.unit is SignalUnit.SHARE
    return Chart(
        ChartKind.LINE,
        tuple(snapshot.as_of.isoformat() for snapshot in snapshots),
        (Series(spec.title, tuple(snapshot.values.get(spec.name) for snapshot in snapshots)),),
        _("As of"),
        is_share=is_share,
    )


def _before(text: str) -> tuple[datetime, int] | None:
    """Return the keyset of an address: moment and event id; None for the newest page or one that is not valid."""
    moment, _sign, key = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(key)) if at.tzinfo is not None and key.isdecimal() and len(key) < 19 else None


def _cursor(event: TimelineEvent) -> str:
    return f"{event.occurred_at.isoformat()}_{event.id}"
