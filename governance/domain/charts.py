"""Describe a chart in words and numbers: what it shows, not how it is coloured.

A chart becomes two things that say the same: a Plotly figure for the eye and a table for everybody else.
Colours belong to the browser, which knows the theme; a series names its tone only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = float | int | None
UNFINISHED_OPACITY = 0.45


class ChartKind(StrEnum):
    """How the series are drawn."""

    LINE = "line"
    AREA = "area"
    BAR = "bar"
    STACKED_BAR = "stacked_bar"
    ROW = "row"


class Tone(StrEnum):
    """What a series or a mark means; the browser picks the colour."""

    ACCENT = "accent"
    OK = "ok"
    WARN = "warn"
    DANGER = "danger"
    INFO = "info"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Series:
    """One line or set of bars. y has the length of the chart's x; None is a gap (no data), never 0.

    low and high are the interval around y; links are the pages behind the points (same length, "" for none).
    """

    name: str
    y: tuple[Value, ...]
    low: tuple[Value, ...] = ()
    high: tuple[Value, ...] = ()
    tone: Tone | None = None
    is_dashed: bool = False
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A word on the chart: at an x (a release, an anomaly) or along a y (a target, a limit)."""

    label: str
    x: str | None = None
    y: float | None = None
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True)
class Chart:
    """One chart. x are ISO dates, numbers as text, or names, in order.

    unit is what follows a value ("%", "h", "cases"); percent values are given as shares and drawn as percents.
    unfinished says that the last x is not over yet ("so far"), which is drawn so that it does not look like a drop.
    """

    kind: ChartKind
    x: tuple[str, ...]
    series: tuple[Series, ...]
    x_label: str
    unit: str = ""
    is_share: bool = False
    starts_at_zero: bool = True
    marks: tuple[Mark, ...] = field(default=())
    unfinished: str = ""

    def __post_init__(self) -> None:
        for series in self.series:
            for name in ("y", "low", "high", "links"):
                given: Sequence[object] = getattr(series, name)
                if given and len(given) != len(self.x):
                    raise ValueError(
                        f"Series {series.name!r} has {len(given)} {name} for {len(self.x)} x. Give one for each."
                    )

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to draw."""
        return all(value is None for series in self.series for value in series.y)


def figure_of(chart: Chart) -> dict[str, Any]:
    """Return the Plotly figure (`data`, `layout`) without any colour."""
    traces = [trace for index, series in enumerate(chart.series) for trace in _traces(chart, series, index)]
    values: dict[str, Any] = {"tickformat": ".0%"} if chart.is_share else {}
    if chart.unit and not chart.is_share:
        values["ticksuffix"] = f" {chart.unit}"
    if chart.starts_at_zero:
        values["rangemode"] = "tozero"
    names: dict[str, Any] = {"type": "category", "autorange": "reversed"} if chart.kind is ChartKind.ROW else {}
    x_axis, y_axis = (values, names) if chart.kind is ChartKind.ROW else (names, values)
    layout: dict[str, Any] = {"xaxis": x_axis, "yaxis": y_axis}
    if chart.kind is ChartKind.STACKED_BAR:
        layout["barmode"] = "stack"
    if chart.kind is ChartKind.ROW:
        layout["hovermode"] = "closest"
    shapes, notes = _marks(chart)
    return {"data": traces, "layout": {**layout, "shapes": shapes, "annotations": notes}}


def table_of(chart: Chart) -> tuple[list[str], list[list[str | Value]]]:
    """Return the same numbers as header and rows; intervals get columns of their own."""
    header = [chart.x_label]
    columns: list[Sequence[Value]] = []
    for series in chart.series:
        header.append(series.name)
        columns.append(series.y)
        if series.low and series.high:
            header += [f"{series.name}, low", f"{series.name}, high"]
            columns += [series.low, series.high]
    rows: list[list[str | Value]] = [
        [x, *(column[index] if index < len(column) else None for column in columns)] for index, x in enumerate(chart.x)
    ]
    if chart.unfinished and rows:
        rows[-1][0] = f"{chart.x[-1]} ({chart.unfinished})"
    return header, rows


def _traces(chart: Chart, series: Series, index: int) -> list[dict[str, Any]]:
    meta: dict[str, Any] = {"tone": series.tone.value if series.tone else index % 8 + 1}
    hover = "%{y:.1%}" if chart.is_share else "%{y:,}"
    trace: dict[str, Any] = {
        "name": _plain(series.name),
        "x": list(chart.x),
        "y": list(series.y),
        "meta": meta,
        "hovertemplate": f"{hover}{' ' + chart.unit if chart.unit and not chart.is_share else ''}",
    }
    if series.links:
        trace["customdata"] = list(series.links)
    match chart.kind:
        case ChartKind.BAR | ChartKind.STACKED_BAR:
            trace["type"] = "bar"
        case ChartKind.ROW:
            trace |= {"type": "bar", "orientation": "h", "x": trace["y"], "y": trace["x"]}
            trace["hovertemplate"] = trace["hovertemplate"].replace("%{y", "%{x")
        case ChartKind.AREA:
            trace |= {"type": "scatter", "mode": "lines", "stackgroup": "all"}
        case _:  # a line
            trace |= {"type": "scatter", "mode": "lines" if len(chart.x) > 1 else "markers"}
    if series.is_dashed:
        trace["line"] = {"dash": "dot"}
    return [*_band(chart, series, meta), trace, *_unfinished(chart, trace)]


def _unfinished(chart: Chart, trace: dict[str, Any]) -> list[dict[str, Any]]:
    """Fade the last bar, or draw the way to the last point as dots: the day is not over yet."""
    if not chart.unfinished or len(chart.x) < 2:
        return []
    if chart.kind in {ChartKind.BAR, ChartKind.STACKED_BAR}:
        trace["marker"] = {"opacity": [1] * (len(chart.x) - 1) + [UNFINISHED_OPACITY]}
    if chart.kind is not ChartKind.LINE:
        return []
    tail: dict[str, Any] = {name: trace[name][-2:] for name in ("x", "y", "customdata") if name in trace}
    trace["y"] = [*trace["y"][:-1], None]
    # The last but one point belongs to both; it answers to the pointer once.
    hover = {"hoverinfo": ["skip", "all"], "hovertemplate": ["", trace["hovertemplate"]]}
    return [{**trace, **tail, **hover, "line": {"dash": "dot"}, "showlegend": False}]


def _band(chart: Chart, series: Series, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the two hidden lines whose space between is the interval."""
    if not (series.low and series.high and chart.kind is ChartKind.LINE):
        return []
    shared = {
        "type": "scatter",
        "mode": "lines",
        "x": list(chart.x),
        "meta": {**meta, "role": "band"},
        "showlegend": False,
        "name": _plain(series.name),
    }
    return [{**shared, "y": list(series.low)}, {**shared, "y": list(series.high), "fill": "tonexty"}]


def _plain(words: str) -> str:
    """Return words that Plotly shows as they are; it would read tags in them."""
    return words.replace("&", "&amp;").replace("<", "&lt;")


def _marks(chart: Chart) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    if chart.unfinished and chart.x:
        place = {"x": chart.x[-1], "xanchor": "right", "yref": "paper", "y": 1, "yanchor": "top"}
        notes.append({**place, "text": _plain(chart.unfinished)})
    for mark in chart.marks:
        meta = {"tone": mark.tone.value}
        if mark.x is not None:
            shapes.append({"type": "line", "x0": mark.x, "x1": mark.x, "yref": "paper", "y0": 0, "y1": 1, "meta": meta})
            notes.append({"x": mark.x, "yref": "paper", "y": 1, "yanchor": "top", "text": _plain(mark.label)})
        if mark.y is not None:
            shapes.append({"type": "line", "y0": mark.y, "y1": mark.y, "xref": "paper", "x0": 0, "x1": 1, "meta": meta})
            notes.append({"y": mark.y, "xref": "paper", "x": 1, "xanchor": "right", "text": _plain(mark.label)})
    return shapes, notes
