"""Spread activity over the period: hour of day and weekday in the market's clock, sale days, growth."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.markets import MarketProfile
from risk.domain.demo.request import DemoRequest

HOUR = 3600
DAY = 24 * HOUR

_HOUR_WEIGHTS = (
    0.42, 0.26, 0.18, 0.14, 0.15, 0.24, 0.42, 0.62, 0.85, 1.02, 1.12, 1.18,
    1.25, 1.16, 1.1, 1.08, 1.1, 1.16, 1.28, 1.45, 1.62, 1.66, 1.32, 0.82,
)  # fmt: skip
_DOUBLE_DAY = 2.6
_EVE = 1.2
_PAYDAY = 1.25
_YEARLY_GROWTH = 1.0
_CHUNK_EVENTS = 150_000


@dataclass(frozen=True, eq=False)
class Season:
    """How the activity of each market is spread over the hours of the period.

    `curves` has one row per market, the share of its activity before each hour: shape (markets, hours + 1),
    from 0 to 1. `shares` is the share of each market in all activity.
    """

    start: int
    curves: NDArray[np.float64]
    shares: NDArray[np.float64]

    @property
    def hours(self) -> int:
        """Return the length of the period in hours."""
        return int(self.curves.shape[1]) - 1

    @property
    def end(self) -> int:
        """Return the second after the period."""
        return self.start + self.hours * HOUR

    @property
    def total(self) -> NDArray[np.float64]:
        """Return the share of all activity before each hour."""
        return np.asarray(self.shares @ self.curves)


def _weigh_hour(profile: MarketProfile, moment: datetime, years: float) -> float:
    weight = _HOUR_WEIGHTS[moment.hour] * profile.weekdays[moment.weekday()]
    if moment.day == moment.month:
        weight *= _DOUBLE_DAY
    elif moment.day == moment.month - 1:
        weight *= _EVE
    elif moment.day == 25:
        weight *= _PAYDAY
    return weight * (1.0 + _YEARLY_GROWTH * years)


def build_season(request: DemoRequest) -> Season:
    """Return the rhythm of the request's markets."""
    hours = request.days * 24
    curves = np.zeros((len(request.profiles), hours + 1))
    for row, profile in enumerate(request.profiles):
        zone = ZoneInfo(profile.market.time_zone)
        weights = [
            _weigh_hour(
                profile,
                datetime.fromtimestamp(request.start + hour * HOUR, UTC).astimezone(zone),
                hour / (24 * 365),
            )
            for hour in range(hours)
        ]
        curves[row, 1:] = np.cumsum(weights) / np.sum(weights)
    volumes = np.array([profile.volume for profile in request.profiles])
    return Season(start=request.start, curves=curves, shares=volumes / volumes.sum())


def cut_chunks(season: Season, events: int) -> NDArray[np.int64]:
    """Return the hours at which the period is cut; between two of them lie about 150,000 events."""
    pieces = max(1, events // _CHUNK_EVENTS)
    wanted = np.linspace(0.0, 1.0, pieces + 1)[1:-1]
    inner = np.searchsorted(season.total, wanted)
    return np.unique(np.concatenate([[0], inner, [season.hours]])).astype(np.int64)


def draw_times(
    rng: np.random.Generator, season: Season, counts: NDArray[np.int64], first: int, last: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return `counts[m]` times of each market m between two hours, and their markets, grouped by market."""
    markets = np.repeat(np.arange(len(counts)), counts)
    clock = (season.start + np.arange(first, last + 1) * HOUR).astype(np.float64)
    times = np.empty(len(markets), dtype=np.int64)
    begin = 0
    for row, count in enumerate(counts):
        curve = season.curves[row, first : last + 1]
        shares = curve[0] + rng.random(count) * (curve[-1] - curve[0])
        drawn = np.interp(shares, curve, clock).astype(np.int64)
        times[begin : begin + count] = np.minimum(drawn, season.start + last * HOUR - 1)
        begin += count
    return times, markets


def split_by_market(season: Season, total: float, first: int, last: int) -> NDArray[np.int64]:
    """Return how many of `total` things over the whole period fall between two hours, per market.

    The parts of adjoining chunks add up: each is a difference of rounded running totals.
    """
    running = np.rint(total * season.shares[:, None] * season.curves[:, [first, last]])
    return (running[:, 1] - running[:, 0]).astype(np.int64)


def deal_out(total: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers in proportion to the weights that add up to exactly `total`."""
    edges = np.rint(np.cumsum(weights) / weights.sum() * total)
    return np.asarray(np.diff(edges, prepend=0.0).astype(np.int64))


def draw_between(
    rng: np.random.Generator,
    season: Season,
    market: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return one time per row between its bounds (seconds within the period), busy hours more often."""
    clock = (season.start + np.arange(season.hours + 1) * HOUR).astype(np.float64)
    aim = rng.random(len(market))
    times = np.empty(len(market), dtype=np.int64)
    for row, curve in enumerate(season.curves):
        chosen = market == row
        bottom, top = np.interp(low[chosen], clock, curve), np.interp(high[chosen], clock, curve)
        times[chosen] = np.interp(bottom + aim[chosen] * (top - bottom), curve, clock).astype(np.int64)
    return np.clip(times, low, high)
