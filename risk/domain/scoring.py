"""Add up a score from signals, with what each one contributed."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

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


class Scorer:
    """A scorecard, ready to score any number of entities."""

    def __init__(self, card: ScorecardSpec) -> None:
        self._bands = card.bands
        self._parts = [_Steps(part) for part in card.parts]

    def score(self, values: Mapping[str, float | None]) -> ScoreResult:
        """Return the score of an entity with these signals; the sum of the contributions is the score."""
        parts = [part.contribution(values.get(part.signal)) for part in self._parts]
        total = sum(part.points for part in parts)
        band = max((band for band in self._bands if band.starts_at <= total), key=lambda band: band.starts_at)
        return ScoreResult(total, band.name, tuple(sorted(parts, key=lambda part: (-part.points, part.signal))))


class _Steps:
    """What one signal brings, by the steps that its value has reached."""

    def __init__(self, part: ScorePart) -> None:
        self.signal = part.signal
        self._null_points, self._most = part.null_points, part.most_points
        self._starts = [float(step.starts_at) for step in part.bins]
        self._points = [step.points for step in part.bins]

    def contribution(self, value: float | None) -> Contribution:
        if value is None:
            return Contribution(self.signal, None, self._null_points, self._most)
        reached = bisect_right(self._starts, value)
        return Contribution(self.signal, value, self._points[reached - 1] if reached else 0, self._most)
