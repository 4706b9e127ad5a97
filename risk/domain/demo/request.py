"""State what is asked of the generator and what is wrong with it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from risk.domain.demo.markets import MARKETS, MarketProfile

PROFILES = {"small": 20_000, "standard": 200_000, "large": 2_000_000}
"""Number of events per named size."""

MINIMUM_EVENTS = 10_000
MAXIMUM_EVENTS = 500_000_000
MINIMUM_DAYS = 14
MAXIMUM_DAYS = 1_100


class Problem(StrEnum):
    """Ways in which a request cannot be served."""

    UNKNOWN_MARKET = "unknown_market"
    REPEATED_MARKET = "repeated_market"
    NO_MARKET = "no_market"
    REVERSED_PERIOD = "reversed_period"
    SHORT_PERIOD = "short_period"
    LONG_PERIOD = "long_period"
    TOO_FEW_EVENTS = "too_few_events"
    TOO_MANY_EVENTS = "too_many_events"
    NEGATIVE_SEED = "negative_seed"


@dataclass(frozen=True)
class DemoRequest:
    """One synthetic marketplace: the same values give the same bytes.

    The period runs from the first instant of `first_day` to the last of `last_day`, both in UTC.
    """

    seed: int
    events: int
    markets: tuple[str, ...]
    first_day: date
    last_day: date

    @property
    def start(self) -> int:
        """Return the first second of the period, counted from 1970 in UTC."""
        return int(datetime.combine(self.first_day, time(), UTC).timestamp())

    @property
    def end(self) -> int:
        """Return the second after the period."""
        return int(datetime.combine(self.last_day + timedelta(days=1), time(), UTC).timestamp())

    @property
    def days(self) -> int:
        """Return the length of the period."""
        return (self.last_day - self.first_day).days + 1

    @property
    def profiles(self) -> tuple[MarketProfile, ...]:
        """Return the profiles of the markets, in the order asked for."""
        return tuple(MARKETS[code] for code in self.markets)


def find_problems(request: DemoRequest) -> list[tuple[Problem, str]]:
    """Return what is wrong with the request, each with the offending value; empty when it can be served."""
    found = [(Problem.UNKNOWN_MARKET, code) for code in request.markets if code not in MARKETS]
    counts = Counter(request.markets)
    found += [(Problem.REPEATED_MARKET, code) for code, count in counts.items() if count > 1]
    days = request.days
    checks = (
        (not request.markets, Problem.NO_MARKET, ""),
        (
            request.first_day >= request.last_day,
            Problem.REVERSED_PERIOD,
            f"{request.first_day} / {request.last_day}",
        ),
        (1 < days < MINIMUM_DAYS, Problem.SHORT_PERIOD, str(days)),
        (days > MAXIMUM_DAYS, Problem.LONG_PERIOD, str(days)),
        (request.events < MINIMUM_EVENTS, Problem.TOO_FEW_EVENTS, str(request.events)),
        (request.events > MAXIMUM_EVENTS, Problem.TOO_MANY_EVENTS, str(request.events)),
        (request.seed < 0, Problem.NEGATIVE_SEED, str(request.seed)),
    )
    return found + [(problem, value) for is_wrong, problem, value in checks if is_wrong]
