"""Geometry of the small drawings inside pages (meters, sparklines), as attributes that a strict CSP allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SPARK_WIDTH = 100
SPARK_HEIGHT = 28


@dataclass(frozen=True)
class MeterMark:
    """One mark of a meter at a share of 0 to 100 of its length."""

    at: float
    label: str
    anchor: str  # SVG text-anchor, so that the outer labels stay inside


@dataclass(frozen=True)
class MeterDrawing:
    """A meter in percent of its length: the filled part, the marks, and where a preview would stand."""

    start: float
    length: float
    marks: tuple[MeterMark, ...]
    preview: float | None


def draw_meter(
    *, value: float, low: float, high: float, marks: Sequence[float] = (), preview: float | None = None
) -> MeterDrawing:
    """Place value, marks and preview between low and high; low may be the larger one (a meter that runs down).

    Values outside are shown at the end they passed.
    """
    span = high - low

    def place(number: float) -> float:
        share = (number - low) / span * 100 if span else 0.0
        return round(min(100.0, max(0.0, share)), 2)

    def mark(number: float) -> MeterMark:
        at = place(number)
        anchor = "start" if at < 4 else "end" if at > 96 else "middle"
        return MeterMark(at, f"{number:g}", anchor)

    return MeterDrawing(
        start=0.0,
        length=place(value),
        marks=tuple(mark(number) for number in marks),
        preview=None if preview is None else place(preview),
    )


def spark_points(values: Sequence[float | None]) -> str:
    """Return the points of a sparkline in a box of 100 by 28; gaps (None) are left out, a flat line is centred."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if not known:
        return ""
    least, most = min(value for _, value in known), max(value for _, value in known)
    step = SPARK_WIDTH / max(1, len(values) - 1)
    span = most - least

    def height(value: float) -> float:
        return SPARK_HEIGHT / 2 if span == 0 else (SPARK_HEIGHT - 2) * (1 - (value - least) / span) + 1

    return " ".join(f"{index * step:.1f},{height(value):.1f}" for index, value in known)
