"""Add up a score from signals, with what each one contributed."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from policies.domain.signals import ScorecardSpec, ScorePart


@dataclass(frozen=True)
class Contribution:
    """What one signal brought: its value (None: not known), its points, and the most that it could bring."""

    signal: str
    value: float | None
    points: int
    most: int


@dataclass(frozen=True)
class ScoreResult:
    """A score from 0 to 1000, the band it falls into, and the contributions that add up to it, largest first."""

    value: int
    band: str
    contributions: tuple[Contribution, ...]


def score(card: ScorecardSpec, values: Mapping[str, float | None]) -> ScoreResult:
    """Return the score of an entity with these signals; the sum of the contributions is the score."""
    parts = [_contribution(part, values.get(part.signal)) for part in card.parts]
    total = sum(part.points for part in parts)
    band = max((band for band in card.bands if band.starts_at <= total), key=lambda band: band.starts_at)
    return ScoreResult(total, band.name, tuple(sorted(parts, key=lambda part: (-part.points, part.signal))))


def _contribution(part: ScorePart, value: float | None) -> Contribution:
    most, starts, points = _steps(part)
    if value is None:
        return Contribution(part.signal, None, part.null_points, most)
    reached = bisect_right(starts, value)
    return Contribution(part.signal, value, points[reached - 1] if reached else 0, most)


@lru_cache(maxsize=256)
def _steps(part: ScorePart) -> tuple[int, tuple[float, ...], tuple[int, ...]]:
    """Return the most points of a part, and where its steps start with what they bring."""
    starts = tuple(float(step.starts_at) for step in part.bins)
    return part.most_points, starts, tuple(step.points for step in part.bins)
