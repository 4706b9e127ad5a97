"""The living style guide: every component with much, nothing, and words that are too long. Only when DEBUG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import sin
from typing import Any

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.templatetags.static import static
from django.utils import timezone
from django.views.generic import TemplateView

from governance.domain.charts import Chart, ChartKind, Mark, Series, Tone

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
POLICY = """## Late dispatch

A seller hands an order to the carrier **within the promised time**. A single late order is no violation.

1. Count the orders of the last 30 days.
2. A rate above 10 % with at least 10 orders is enforced.

| Rate | Step |
|---|---|
| above 4 % | advice |
| above 10 % | points |

> The limit is dated data: another market may have another one.
"""
DAYS = 60


class SampleForm(forms.Form):
    """Every kind of field, some of them wrong."""

    title = forms.CharField(label="Title", help_text="What a reviewer reads first.", initial="Late dispatch")
    severity = forms.ChoiceField(label="Severity", choices=[("low", "Low"), ("high", "High")])
    limit = forms.DecimalField(label="Limit", help_text="A share between 0 and 1.")
    starts = forms.DateField(label="In force from", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}))
    is_public = forms.BooleanField(label="Show to sellers", required=False)


@dataclass(frozen=True)
class SampleRow:
    """One row of the sample table."""

    number: int
    title: str
    kind: str
    name: str
    external_id: str
    market: str
    severity: str
    state: str
    tone: str
    score: float
    assignee: str
    opened: Any


class Styleguide(LoginRequiredMixin, TemplateView):
    """Show all components."""

    template_name = "dashboards/styleguide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return samples for the components."""
        now = timezone.now()
        return super().get_context_data(
            **kwargs,
            now=now,
            then=[now - timedelta(seconds=10), now - timedelta(hours=3), now - timedelta(days=40)],
            ahead=now + timedelta(hours=26),
            long_word=LONG_WORD,
            policy=POLICY,
            form=SampleForm({"title": "", "limit": "eleven", "reason": "x"}),
            fresh_form=SampleForm(),
            rows=_rows(),
            marks=[12, 24, 36, 48],
            veil_image=static("aedile/mark.svg"),
            values=[4, 6, 5, 8, None, 9, 7, 12, 11, 15],
            line=_line(),
            bars=_bars(),
            ranking=_ranking(),
            graph=_graph(),
            nothing=Chart(kind=ChartKind.LINE, x=("2026-01-01",), series=(Series("Cases", (None,)),), x_label="Day"),
        )


def _rows() -> list[SampleRow]:
    now = timezone.now()
    names = ["Toko Sejahtera", "Kedai Maju Jaya", "Nordlicht Handels GmbH", LONG_WORD, "", "小林商店"]
    titles = [
        "Late dispatch above the limit",
        "Review ring: 14 reviews from one device within an hour",
        "Counterfeit brand in the title",
        f"A title that does not end, because somebody pasted {LONG_WORD} into it",
    ]
    states = [("New", "info"), ("Assigned", "accent"), ("Awaiting information", "warn"), ("Decided", "ok")]
    return [
        SampleRow(
            number=1204 + index,
            title=titles[index % len(titles)],
            kind=("seller", "creator", "buyer")[index % 3],
            name=names[index % len(names)],
            external_id=f"S-{88231 + index * 7}",
            market=("ID", "SG", "DE")[index % 3],
            severity=("low", "medium", "high", "critical")[index % 4],
            state=states[index % 4][0],
            tone=states[index % 4][1],
            score=0.97 - index * 0.06,
            assignee=("Dewi Lestari", "", "Jonas Weber")[index % 3],
            opened=now - timedelta(hours=index * index + 1),
        )
        for index in range(12)
    ]


def _graph() -> dict[str, list[dict[str, Any]]]:
    return {
        "nodes": [
            {"id": "a", "label": "Toko Sejahtera", "tone": "accent", "isCentre": True, "url": "/"},
            {"id": "b", "label": "Toko Baru 99", "tone": "danger"},
            {"id": "c", "label": LONG_WORD, "tone": "warn"},
            {"id": "d", "label": "device 77f", "tone": "neutral"},
        ],
        "links": [
            {"from": "a", "to": "b", "label": "bank account", "isHard": True},
            {"from": "a", "to": "d", "label": "device"},
            {"from": "c", "to": "d", "label": "device"},
        ],
    }


def _line() -> Chart:
    first = timezone.now().date() - timedelta(days=DAYS)
    days = tuple((first + timedelta(days=index)).isoformat() for index in range(DAYS))
    course = [0.021 + 0.004 * sin(index / 6) + (0.009 if index > 44 else 0) for index in range(DAYS)]
    return Chart(
        kind=ChartKind.LINE,
        x=days,
        x_label="Day",
        is_share=True,
        series=(
            Series(
                "Prevalence",
                tuple(course),
                low=tuple(value * 0.8 for value in course),
                high=tuple(value * 1.2 for value in course),
                tone=Tone.ACCENT,
                links=("/",) * DAYS,
            ),
            Series("Period before", tuple(value * 0.9 for value in course), tone=Tone.NEUTRAL, is_dashed=True),
        ),
        marks=(Mark("Release 42", x=days[44]), Mark("Target", y=0.02, tone=Tone.OK)),
    )


def _bars() -> Chart:
    weeks = tuple(f"W{week}" for week in range(30, 46))
    kinds = ("Warning", "Points", "Removal", "Suspension")
    series = tuple(
        Series(kind, tuple(40 + (index * 7 + place * 13) % 50 for index in range(len(weeks))))
        for place, kind in enumerate(kinds)
    )
    return Chart(kind=ChartKind.STACKED_BAR, x=weeks, x_label="Week", series=series)


def _ranking() -> Chart:
    policies = ("Late dispatch", "Counterfeits", "Fake reviews", "Off-platform contact", "Prohibited goods")
    return Chart(
        kind=ChartKind.ROW,
        x=policies,
        x_label="Policy",
        series=(Series("Open cases", (412, 208, 166, 80, 31), tone=Tone.ACCENT, links=("/",) * 5),),
    )
