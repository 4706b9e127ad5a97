"""Choose who plays which part in the planted abuse, and when it begins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.accounts import Accounts
from risk.domain.demo.request import DemoRequest
from risk.domain.demo.seasons import DAY, HOUR, Season
from risk.domain.demo.vocabulary import Abuse

SELLER_RATES = {
    Abuse.EMERGING_SCAM: 0.012,
    Abuse.LATE_DISPATCH: 0.03,
    Abuse.FAKE_REVIEWS: 0.02,
    Abuse.COUNTERFEIT: 0.02,
    Abuse.OFF_PLATFORM_PAYMENT: 0.02,
    Abuse.PRICE_GOUGING: 0.015,
}
"""Share of the sellers that plays each part, at least two."""

_RETURN_RATE = 0.012
_HONEST_BAN_RATE = 0.008
_CLAIMANT_RATE = 0.004
_AT_LEAST = 2
_BEGINS = {
    Abuse.EMERGING_SCAM: (0.45, 0.55),
    Abuse.LATE_DISPATCH: (0.3, 0.5),
    Abuse.FAKE_REVIEWS: (0.25, 0.75),
    Abuse.COUNTERFEIT: (0.05, 0.5),
    Abuse.OFF_PLATFORM_PAYMENT: (0.15, 0.5),
    Abuse.PRICE_GOUGING: (0.3, 0.55),
}
_FROM_THE_FIRST_DAY = {Abuse.LATE_DISPATCH, Abuse.OFF_PLATFORM_PAYMENT}


@dataclass(frozen=True, eq=False)
class Ring:
    """Buyer accounts in one hand that praise one seller within a few days from a few devices."""

    seller: int
    members: NDArray[np.int64]
    devices: int
    begins: int


@dataclass(frozen=True, eq=False)
class Bans:
    """Sellers that are banned and when; the first of them come back as `heirs`, registered at `heirs_at`."""

    sellers: NDArray[np.int64]
    at: NDArray[np.int64]
    heirs: NDArray[np.int64]
    heirs_at: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cast:
    """The parts: sellers per kind, the second at which each begins, bans, rings, claimants (buyers)."""

    sellers: dict[Abuse, NDArray[np.int64]]
    begins: dict[Abuse, NDArray[np.int64]]
    bans: Bans
    rings: tuple[Ring, ...]
    claimants: NDArray[np.int64]


def _count(rate: float, accounts: Accounts) -> int:
    return max(_AT_LEAST, round(rate * len(accounts)))


def _find_candidates(rng: np.random.Generator, season: Season, sellers: Accounts, wanted: int) -> NDArray[np.int64]:
    """Return old, fairly busy sellers in random order; the first one of each market stays honest."""
    is_free = sellers.registered < season.start
    is_free[np.searchsorted(sellers.market, np.arange(len(season.shares)))] = False
    free = np.flatnonzero(is_free)
    busiest = free[np.argsort(-sellers.weight[free], kind="stable")]
    return rng.permutation(busiest[: max(wanted + wanted // 3, len(free) * 6 // 10)])


def _gather_by_market(
    candidates: NDArray[np.int64], sellers: Accounts, season: Season, wanted: int
) -> NDArray[np.int64]:
    """Put the candidates of the biggest markets first: a scam spreads inside one language."""
    rank = np.empty(len(season.shares), dtype=np.int64)
    rank[np.argsort(-season.shares, kind="stable")] = np.arange(len(season.shares))
    home = rank[sellers.market[candidates]] >= max(1, wanted // 4)
    return candidates[np.argsort(home, kind="stable")]


def _draw_begins(rng: np.random.Generator, season: Season, kind: Abuse, size: int) -> NDArray[np.int64]:
    low, high = _BEGINS[kind]
    span = season.end - season.start
    begins = season.start + (rng.uniform(low, high, size) * span).astype(np.int64)
    if kind in _FROM_THE_FIRST_DAY:
        begins[::2] = season.start
    if kind is Abuse.EMERGING_SCAM:
        begins[:] = begins[0]
    return begins


def _cast_bans(rng: np.random.Generator, season: Season, sellers: Accounts, free: NDArray[np.int64]) -> Bans:
    """Ban sellers for good and others that come back under an account registered in the same market."""
    span = season.end - season.start
    fresh = {
        market: list(rng.permutation(places[sellers.registered[places] >= season.start]))
        for market in range(len(season.shares))
        for places in [sellers.within(market)]
    }
    wanted = _count(_RETURN_RATE, sellers)
    returning: list[int] = []
    heirs: list[int] = []
    for place in free.tolist():
        market = int(sellers.market[place])
        if len(heirs) < wanted and fresh[market]:
            returning.append(place)
            heirs.append(int(fresh[market].pop()))
    staying = np.setdiff1d(free, returning)[: _count(_HONEST_BAN_RATE, sellers)]
    banned = np.concatenate([np.array(returning, dtype=np.int64), staying])
    banned_at = season.start + (rng.uniform(0.2, 0.5, len(banned)) * span).astype(np.int64)
    pause = 2 * HOUR + (rng.random(len(heirs)) * min(9 * DAY, span // 10)).astype(np.int64)
    return Bans(banned, banned_at, np.array(heirs, dtype=np.int64), banned_at[: len(heirs)] + pause)


def _cast_rings(
    rng: np.random.Generator,
    season: Season,
    accounts: tuple[Accounts, Accounts],
    owners: NDArray[np.int64],
    begins: NDArray[np.int64],
) -> tuple[Ring, ...]:
    sellers, buyers = accounts
    people = {market: rng.permutation(buyers.within(market)[1:]) for market in range(len(season.shares))}
    rings = []
    for owner, begin in zip(owners.tolist(), begins.tolist(), strict=True):
        market = int(sellers.market[owner])
        size = min(int(rng.integers(8, 22)), len(people[market]) // 4)
        members, people[market] = people[market][:size], people[market][size:]
        rings.append(Ring(seller=owner, members=members, devices=1 + size // 8, begins=begin))
    return tuple(rings)


def choose_cast(
    rng: np.random.Generator, request: DemoRequest, season: Season, sellers: Accounts, buyers: Accounts
) -> Cast:
    """Give out the parts; no seller plays two of them."""
    counts = {kind: _count(rate, sellers) for kind, rate in SELLER_RATES.items()}
    bans = _count(_RETURN_RATE, sellers) + _count(_HONEST_BAN_RATE, sellers)
    free = _find_candidates(rng, season, sellers, sum(counts.values()) + bans)
    free = _gather_by_market(free, sellers, season, counts[Abuse.EMERGING_SCAM])
    parts: dict[Abuse, NDArray[np.int64]] = {}
    begins: dict[Abuse, NDArray[np.int64]] = {}
    for kind, count in counts.items():
        parts[kind], free = free[:count], rng.permutation(free[count:])
        begins[kind] = _draw_begins(rng, season, kind, count)
    rings = _cast_rings(rng, season, (sellers, buyers), parts[Abuse.FAKE_REVIEWS], begins[Abuse.FAKE_REVIEWS])
    taken = np.concatenate([ring.members for ring in rings])
    others = np.setdiff1d(np.flatnonzero(buyers.registered < request.start), taken)
    claimants = rng.choice(others, _count(_CLAIMANT_RATE, buyers), replace=False)
    return Cast(parts, begins, _cast_bans(rng, season, sellers, free), rings, np.sort(claimants))
