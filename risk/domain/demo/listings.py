"""Fill the shops: what each seller offers, at which price, and how the price changes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.accounts import NEVER, Accounts, SellerHabits
from risk.domain.demo.cast import Cast
from risk.domain.demo.markets import MarketProfile
from risk.domain.demo.phrases import Phrasebook, Purpose
from risk.domain.demo.seasons import HOUR, Season, draw_between
from risk.domain.demo.vocabulary import CATEGORIES, CATEGORY_PRICES, Abuse

_OPENING_TIME = 8 * HOUR
_FRESH_SHARE = 0.35
_FOREIGN_CATEGORY_SHARE = 0.1
_COPY_SHARE = 0.75
_LOOK_ALIKE_SHARE = 0.004
_PREMIUM_SHARE = 0.02
_REPRICED_SHARE = 0.2
_MORE_LISTINGS = {Abuse.COUNTERFEIT: 5, Abuse.PRICE_GOUGING: 3}


@dataclass(frozen=True, eq=False)
class Listings:
    """Offers, grouped by seller: arrays of one length; money in hundredths of the market's currency.

    The price is `price` until `changed` and `new_price` from then on. `first`, `count` and `opens` have one
    value per seller: its offers are numbered from `first`, and the oldest of them is on sale from `opens`.
    """

    seller: NDArray[np.int64]
    market: NDArray[np.int64]
    category: NDArray[np.int64]
    brand: NDArray[np.int64]
    title: NDArray[np.int64]
    text: NDArray[np.int64]
    created: NDArray[np.int64]
    reference: NDArray[np.int64]
    price: NDArray[np.int64]
    changed: NDArray[np.int64]
    new_price: NDArray[np.int64]
    abuse: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    opens: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.seller)

    def price_at(self, listing: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the price of each offer at its time."""
        is_changed = at >= self.changed[listing]
        return np.where(is_changed, self.new_price[listing], self.price[listing])

    def pick(self, rng: np.random.Generator, seller: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return one offer of each seller that is on sale at the time, its older ones more often."""
        first = self.first[seller]
        found = first + (rng.random(len(seller)) ** 1.7 * self.count[seller]).astype(np.int64)
        return np.asarray(np.where(self.created[found] < at, found, first))


def _count_listings(rng: np.random.Generator, sellers: Accounts, cast: Cast) -> NDArray[np.int64]:
    size = np.sqrt(sellers.weight / sellers.weight.mean())
    count = 1 + rng.poisson(2.6 * size)
    for kind, least in _MORE_LISTINGS.items():
        count[cast.sellers[kind]] = np.maximum(count[cast.sellers[kind]], least)
    return np.asarray(count.astype(np.int64))


def _draw_created(
    rng: np.random.Generator,
    season: Season,
    sellers: Accounts,
    owner: NDArray[np.int64],
    is_first: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return when each offer is listed: the first hours after its seller registered, others later."""
    registered, market = sellers.registered[owner], sellers.market[owner]
    ready = registered + _OPENING_TIME
    latest = np.minimum(season.end, sellers.closed[owner]) - HOUR
    fresh = draw_between(rng, season, market, np.maximum(ready, season.start), latest)
    past = ready + (rng.random(len(owner)) * np.maximum(season.start - ready, 0)).astype(np.int64)
    is_fresh = (ready >= season.start) | (rng.random(len(owner)) < _FRESH_SHARE)
    opening = registered + HOUR + rng.integers(0, _OPENING_TIME - HOUR, len(owner))
    return np.where(is_first, opening, np.where(is_fresh, fresh, past))


def round_prices(
    profiles: tuple[MarketProfile, ...], market: NDArray[np.int64], amounts: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return shelf prices in hundredths: whole steps, less one hundredth where steps are small."""
    steps = np.array([profile.price_step for profile in profiles])[market]
    whole = np.maximum(np.rint(amounts / steps), 1.0) * steps * 100
    return np.asarray(np.rint(whole).astype(np.int64) - (steps < 1.0))


def _price_offers(
    rng: np.random.Generator, reference: NDArray[np.float64], is_copy: NDArray[np.bool_]
) -> NDArray[np.float64]:
    size = len(reference)
    usual = np.clip(rng.lognormal(-0.03, 0.13, size), 0.65, 1.5)
    premium = np.where(rng.random(size) < _PREMIUM_SHARE, rng.uniform(1.4, 2.2, size), usual)
    return reference * np.where(is_copy, rng.uniform(0.12, 0.35, size), premium)


def _choose_texts(
    rng: np.random.Generator,
    book: Phrasebook,
    market: NDArray[np.int64],
    category: NDArray[np.int64],
    is_copy: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    titles = np.where(is_copy, book.copies.pick(rng, category, market), book.titles.pick(rng, category, market))
    is_look_alike = ~is_copy & (rng.random(len(market)) < _LOOK_ALIKE_SHARE)
    titles = np.where(is_look_alike, book.pools.pick(rng, Purpose.LOOK_ALIKE, market), titles)
    purpose = np.where(is_copy, Purpose.COUNTERFEIT_TEXT, Purpose.LISTING_TEXT)
    return titles, book.pools.pick(rng, purpose, market)


def _plan_changes(
    rng: np.random.Generator,
    season: Season,
    market: NDArray[np.int64],
    created: NDArray[np.int64],
    closed: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return when an honest price changes, for most offers never."""
    low = np.maximum(created, season.start) + HOUR
    high = np.minimum(season.end, closed) - 1
    is_repriced = (low < high) & (rng.random(len(market)) < _REPRICED_SHARE)
    changed = draw_between(rng, season, market, np.minimum(low, high), high)
    return np.where(is_repriced, changed, NEVER)


def _begins_per_seller(cast: Cast, kind: Abuse, sellers: int) -> NDArray[np.int64]:
    begins = np.full(sellers, NEVER)
    begins[cast.sellers[kind]] = cast.begins[kind]
    return begins


@dataclass(frozen=True, eq=False)
class _Stock:
    """Which offers there are and since when."""

    owner: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    created: NDArray[np.int64]
    is_copy: NDArray[np.bool_]


def _make_stock(rng: np.random.Generator, season: Season, sellers: Accounts, cast: Cast) -> _Stock:
    count = _count_listings(rng, sellers, cast)
    first = np.cumsum(count) - count
    owner = np.repeat(np.arange(len(sellers)), count)
    place = np.arange(len(owner)) - first[owner]
    copying = _begins_per_seller(cast, Abuse.COUNTERFEIT, len(sellers))[owner]
    is_copy = (copying < NEVER) & (place > 0)
    is_copy &= (place == 1) | (rng.random(len(owner)) < _COPY_SHARE)
    low = np.minimum(copying, season.end - HOUR)
    high = np.minimum(low + (season.end - season.start) * 35 // 100, season.end - 1)
    copied = draw_between(rng, season, sellers.market[owner], low, high)
    created = _draw_created(rng, season, sellers, owner, place == 0)
    return _Stock(owner, first, count, np.where(is_copy, copied, created), is_copy)


@dataclass(frozen=True, eq=False)
class _Prices:
    """What the offers cost, unrounded, and which of them are gouged."""

    reference: NDArray[np.float64]
    price: NDArray[np.float64]
    changed: NDArray[np.int64]
    new_price: NDArray[np.float64]
    is_gouged: NDArray[np.bool_]


def _set_prices(
    rng: np.random.Generator,
    season: Season,
    stock: _Stock,
    usual: NDArray[np.float64],
    honest: NDArray[np.int64],
    gouging: NDArray[np.int64],
) -> _Prices:
    """Price the offers around what their category usually costs.

    `honest` is when an honest price changes, `gouging` when the seller turns greedy.
    """
    size = len(usual)
    reference = usual * rng.lognormal(0.0, 0.5, size) * np.where(stock.is_copy, 5.0, 1.0)
    price = _price_offers(rng, reference, stock.is_copy)
    gouged = reference * rng.uniform(3.2, 7.0, size)
    is_gouged = gouging < NEVER
    is_raised = is_gouged & (stock.created < gouging)
    raised_at = gouging + rng.integers(1, 6 * HOUR, size)
    changed = np.where(is_gouged, NEVER, honest)
    return _Prices(
        reference=reference,
        price=np.where(is_gouged & ~is_raised, gouged, price),
        changed=np.where(is_raised, raised_at, changed),
        new_price=np.where(is_gouged, gouged, price * rng.uniform(0.82, 1.18, size)),
        is_gouged=is_gouged,
    )


def fill_shops(
    rng: np.random.Generator,
    season: Season,
    profiles: tuple[MarketProfile, ...],
    shops: tuple[Accounts, SellerHabits],
    cast: Cast,
    book: Phrasebook,
) -> Listings:
    """Return the offers of all sellers, the planted counterfeits and gouged prices among them."""
    sellers, habits = shops
    stock = _make_stock(rng, season, sellers, cast)
    owner, market = stock.owner, sellers.market[stock.owner]
    is_foreign = rng.random(len(owner)) < _FOREIGN_CATEGORY_SHARE
    foreign = rng.integers(0, len(CATEGORIES), len(owner))
    category = np.where(is_foreign, foreign, habits.category[owner])
    title, text = _choose_texts(rng, book, market, category, stock.is_copy)
    usual = np.array(CATEGORY_PRICES)[category] * np.array([it.price_level for it in profiles])[market]
    changed = _plan_changes(rng, season, market, stock.created, sellers.closed[owner])
    gouging = _begins_per_seller(cast, Abuse.PRICE_GOUGING, len(sellers))[owner]
    prices = _set_prices(rng, season, stock, usual, changed, gouging)
    greedy = np.where(prices.is_gouged, Abuse.PRICE_GOUGING, -1)
    return Listings(
        seller=owner,
        market=market,
        category=category,
        brand=book.brands[title],
        title=title,
        text=text,
        created=stock.created,
        reference=round_prices(profiles, market, prices.reference),
        price=round_prices(profiles, market, prices.price),
        changed=prices.changed,
        new_price=round_prices(profiles, market, prices.new_price),
        abuse=np.where(stock.is_copy, Abuse.COUNTERFEIT, greedy),
        first=stock.first,
        count=stock.count,
        opens=stock.created[stock.first] + 1,
    )
