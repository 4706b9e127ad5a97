"""Make the accounts of the marketplace: who is registered where, since when, how busy, on which device."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.request import DemoRequest
from risk.domain.demo.seasons import DAY, Season, deal_out, draw_times
from risk.domain.demo.vocabulary import CATEGORY_WEIGHTS

NEVER = np.int64(1) << 61
"""A time that does not come."""

_HISTORY = 3 * 365 * DAY
_NEWCOMERS_UNTIL = 0.85


@dataclass(frozen=True, eq=False)
class Accounts:
    """Accounts of one role, grouped by market, arrays of one length; `closed` is when one is banned."""

    market: NDArray[np.int64]
    registered: NDArray[np.int64]
    closed: NDArray[np.int64]
    weight: NDArray[np.float64]
    device: NDArray[np.int64]
    second_device: NDArray[np.int64]
    payment: NDArray[np.int64]
    address: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.market)

    def within(self, market: int) -> NDArray[np.int64]:
        """Return the positions of the accounts of a market."""
        low, high = np.searchsorted(self.market, [market, market + 1])
        return np.arange(low, high)


@dataclass(frozen=True, eq=False)
class SellerHabits:
    """How honest sellers work, one value per seller: shares of orders that go wrong, and what they sell."""

    category: NDArray[np.int64]
    late_share: NDArray[np.float64]
    cancel_share: NDArray[np.float64]
    poor_share: NDArray[np.float64]


@dataclass(frozen=True)
class Sizes:
    """How many accounts of each role a marketplace of a number of events has."""

    sellers: int
    buyers: int
    creators: int


def choose_sizes(events: int) -> Sizes:
    """Return the number of accounts; grows linearly with the events."""
    return Sizes(sellers=max(72, events // 140), buyers=max(700, events // 15), creators=max(12, events // 500))


def make_accounts(
    rng: np.random.Generator, season: Season, *, count: int, spread: float, newcomers: float, offset: int
) -> Accounts:
    """Return accounts with a long-tailed weight (`spread` is the sigma of its logarithm).

    `newcomers` is the share that registers within the period. Devices, payment accounts and addresses are
    numbered from `offset`, one of each per account. The first account of each market is an old one: every
    market can trade from the first second.
    """
    sizes = np.maximum(deal_out(count, season.shares), 4)
    market = np.repeat(np.arange(len(sizes)), sizes)
    registered = season.start - DAY - rng.integers(0, _HISTORY, len(market))
    last = int(season.hours * _NEWCOMERS_UNTIL)
    fresh, _ = draw_times(rng, season, sizes, 1, last)
    is_new = rng.random(len(market)) < newcomers
    is_new[np.searchsorted(market, np.arange(len(sizes)))] = False
    own = offset + np.arange(len(market))
    return Accounts(
        market=market,
        registered=np.where(is_new, fresh, registered),
        closed=np.full(len(market), NEVER),
        weight=rng.lognormal(0.0, spread, len(market)),
        device=own,
        second_device=own,
        payment=own,
        address=own,
    )


def make_habits(rng: np.random.Generator, sellers: Accounts) -> SellerHabits:
    """Return how the sellers work: a few percent of orders go wrong, more with some honest sellers."""
    size = len(sellers)
    return SellerHabits(
        category=rng.choice(len(CATEGORY_WEIGHTS), size, p=CATEGORY_WEIGHTS),
        late_share=rng.beta(1.3, 55.0, size),
        cancel_share=rng.beta(1.2, 110.0, size),
        poor_share=rng.beta(2.0, 34.0, size),
    )


def share_devices(rng: np.random.Generator, buyers: Accounts, spare: int) -> Accounts:
    """Let honest buyers share: households (device, address, half of them the card), internet cafés (device).

    A fifth of the buyers own a second device, numbered from `spare`. The same rule in every market, so that a
    shared device alone proves nothing.
    """
    device, address, payment = buyers.device.copy(), buyers.address.copy(), buyers.payment.copy()
    for market in range(int(buyers.market[-1]) + 1):
        people = rng.permutation(buyers.within(market))
        homes = people[: len(people) // 25 // 2 * 2].reshape(-1, 2)
        device[homes[:, 1]] = device[homes[:, 0]]
        address[homes[:, 1]] = address[homes[:, 0]]
        joint = homes[rng.random(len(homes)) < 0.5]
        payment[joint[:, 1]] = payment[joint[:, 0]]
        guests = people[len(homes) * 2 :][: len(people) // 60]
        cafes = guests[rng.integers(0, 1 + len(guests) // 12, len(guests))]
        device[guests] = device[cafes]
    has_second = rng.random(len(buyers)) < 0.2
    second = np.where(has_second, spare + np.arange(len(buyers)), device)
    return replace(buyers, device=device, second_device=second, address=address, payment=payment)


class Crowd:
    """Draw accounts in proportion to their weight, from those that are open at the time."""

    def __init__(self, accounts: Accounts, opens: NDArray[np.int64], request: DemoRequest) -> None:
        """Prepare the running weights; `opens` is when each account can first act."""
        self._opens = opens
        self._closed = accounts.closed
        is_steady = (opens <= request.start) & (accounts.closed == NEVER)
        self._running = np.concatenate([[0.0], np.cumsum(accounts.weight)])
        self._steady = np.concatenate([[0.0], np.cumsum(accounts.weight * is_steady)])
        self._edges = np.searchsorted(accounts.market, np.arange(len(request.markets) + 1))

    def _pick(
        self, rng: np.random.Generator, running: NDArray[np.float64], market: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        low, high = running[self._edges[market]], running[self._edges[market + 1]]
        aim = low + rng.random(len(market)) * (high - low)
        found = np.searchsorted(running, aim, side="right") - 1
        return np.clip(found, self._edges[market], self._edges[market + 1] - 1)

    def draw(self, rng: np.random.Generator, market: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return one account for each market and time; a closed one is replaced by one always open."""
        found = self._pick(rng, self._running, market)
        is_shut = (at < self._opens[found]) | (at >= self._closed[found])
        found[is_shut] = self._pick(rng, self._steady, market[is_shut])
        return found
