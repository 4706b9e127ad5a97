"""Draw what a run of a rule found."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from governance.domain.charts import Chart, ChartKind, Series

if TYPE_CHECKING:
    from risk.domain.rule_runs import RunFigures
    from risk.queries.rule_runs import RunView

SHOWN_MARKETS = 6
LONGEST_ZERO_FILL = 800


def hits_per_day(run: RunView, figures: RunFigures) -> Chart:
    """Return hits per day, one colour per market; beyond six the smaller markets stand together."""
    days = _days(run, figures)
    ranked = sorted(figures.markets, key=lambda market: (-market.hits, market.market))
    shown = [market.market for market in ranked if market.hits][:SHOWN_MARKETS]
    rest: Counter[str] = Counter()
    for market, found in figures.days.items():
        if market not in shown:
            rest.update(found)
    series = [Series(market, tuple(figures.days[market].get(day, 0) for day in days)) for market in shown]
    if rest:
        series.append(Series(_("Others"), tuple(rest.get(day, 0) for day in days)))
    return Chart(ChartKind.STACKED_BAR, days, tuple(series), x_label=_("Day"), unit=_("hits"))


def _days(run: RunView, figures: RunFigures) -> tuple[str, ...]:
    """Return every day of the run, or of a very long one only those with hits."""
    first, last = run.first_at.date(), run.last_at.date()
    with_hits = {day for found in figures.days.values() for day in found}
    length = (last - first).days + 1
    every = {(first + timedelta(days=step)).isoformat() for step in range(length)}
    return tuple(sorted(with_hits | every if length <= LONGEST_ZERO_FILL else with_hits))
