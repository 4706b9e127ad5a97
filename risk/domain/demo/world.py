"""Put the marketplace together before the first event: accounts, shops, texts and the planted parts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.accounts import (
    NEVER,
    Accounts,
    Crowd,
    SellerHabits,
    choose_sizes,
    make_accounts,
    make_habits,
    share_devices,
)
from risk.domain.demo.cast import Cast, choose_cast
from risk.domain.demo.listings import Listings, fill_shops
from risk.domain.demo.phrases import Phrasebook, write_phrasebook
from risk.domain.demo.request import DemoRequest
from risk.domain.demo.seasons import DAY, HOUR, Season, build_season
from risk.domain.demo.vocabulary import Abuse

_WORLD_STREAM = 1
_BUSY_PARTS = (Abuse.LATE_DISPATCH, Abuse.OFF_PLATFORM_PAYMENT, Abuse.PRICE_GOUGING, Abuse.COUNTERFEIT)


@dataclass(frozen=True, eq=False)
class Crowds:
    """Who acts next, per role."""

    sellers: Crowd
    buyers: Crowd
    creators: Crowd


@dataclass(frozen=True, eq=False)
class World:
    """A marketplace ready to trade.

    Per seller: `part` (code of the planted abuse or -1), `part_from` (when it begins), `planted_late` (share
    of late dispatches while it lasts). Per buyer: `claim_share` (refund requests per delivered order).
    """

    request: DemoRequest
    season: Season
    sellers: Accounts
    habits: SellerHabits
    buyers: Accounts
    creators: Accounts
    cast: Cast
    book: Phrasebook
    listings: Listings
    crowds: Crowds
    part: NDArray[np.int64]
    part_from: NDArray[np.int64]
    planted_late: NDArray[np.float64]
    claim_share: NDArray[np.float64]

    def stream(self, purpose: int, number: int = 0) -> np.random.Generator:
        """Return the random numbers of one purpose and chunk; independent of all others."""
        return np.random.default_rng([self.request.seed, purpose, number])

    def plays(self, part: Abuse, seller: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each seller whether it plays the part at the time."""
        return np.asarray((self.part[seller] == part) & (at >= self.part_from[seller]))


def _apply_to_sellers(rng: np.random.Generator, sellers: Accounts, cast: Cast) -> Accounts:
    """Give the parts enough trade to show, close the banned and let the heirs share with them."""
    weight, closed, registered = sellers.weight.copy(), sellers.closed.copy(), sellers.registered.copy()
    device, payment = sellers.device.copy(), sellers.payment.copy()
    usual = np.bincount(sellers.market, weights=weight) / np.bincount(sellers.market)
    for part in _BUSY_PARTS:
        places = cast.sellers[part]
        least = usual[sellers.market[places]] * rng.uniform(1.0, 1.5, len(places))
        weight[places] = np.maximum(weight[places], least)
    bans = cast.bans
    closed[bans.sellers] = bans.at
    before = bans.sellers[: len(bans.heirs)]
    registered[bans.heirs] = bans.heirs_at
    tie = rng.integers(0, 3, len(before))
    device[bans.heirs] = np.where(tie != 1, device[before], device[bans.heirs])
    payment[bans.heirs] = np.where(tie != 2, payment[before], payment[bans.heirs])
    return replace(
        sellers, weight=weight, closed=closed, registered=registered, device=device,
        second_device=device, payment=payment,
    )  # fmt: skip


def _apply_to_buyers(rng: np.random.Generator, season: Season, buyers: Accounts, cast: Cast, spare: int) -> Accounts:
    """Let ring members register shortly before their burst on shared devices, and claimants buy a lot."""
    weight, registered = buyers.weight.copy(), buyers.registered.copy()
    device, second = buyers.device.copy(), buyers.second_device.copy()
    for ring in cast.rings:
        size = len(ring.members)
        lead = rng.integers(DAY, 9 * DAY, size)
        registered[ring.members] = np.maximum(ring.begins - lead, season.start + HOUR + np.arange(size) * 60)
        shared = spare + ring.members[rng.integers(0, ring.devices, size)]
        device[ring.members] = second[ring.members] = shared
        weight[ring.members] *= 0.3
    weight[cast.claimants] = weight.mean() * rng.uniform(4.0, 8.0, len(cast.claimants))
    return replace(buyers, weight=weight, registered=registered, device=device, second_device=second)


def _note_parts(cast: Cast, sellers: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    part, part_from = np.full(sellers, -1), np.full(sellers, NEVER)
    for kind, places in cast.sellers.items():
        part[places], part_from[places] = kind, cast.begins[kind]
    part[cast.bans.heirs], part_from[cast.bans.heirs] = Abuse.MULTI_ACCOUNT, cast.bans.heirs_at
    return part, part_from


def _draw_claims(rng: np.random.Generator, buyers: int, claimants: NDArray[np.int64]) -> NDArray[np.float64]:
    share = rng.beta(1.0, 32.0, buyers)
    share[claimants] = rng.uniform(0.55, 0.85, len(claimants))
    return share


def build_world(request: DemoRequest) -> World:
    """Return the marketplace of a request that has no problems."""
    rng = np.random.default_rng([request.seed, _WORLD_STREAM])
    season = build_season(request)
    sizes = choose_sizes(request.events)
    sellers = make_accounts(rng, season, count=sizes.sellers, spread=1.25, newcomers=0.15, offset=0)
    offset = len(sellers)
    creators = make_accounts(rng, season, count=sizes.creators, spread=1.0, newcomers=0.2, offset=offset)
    offset += len(creators)
    buyers = make_accounts(rng, season, count=sizes.buyers, spread=0.8, newcomers=0.22, offset=offset)
    spare = offset + len(buyers)
    buyers = share_devices(rng, buyers, spare)
    habits = make_habits(rng, sellers)
    cast = choose_cast(rng, request, season, sellers, buyers)
    sellers = _apply_to_sellers(rng, sellers, cast)
    buyers = _apply_to_buyers(rng, season, buyers, cast, spare)
    book = write_phrasebook(rng, request, _ring_markets(sellers, cast))
    listings = fill_shops(rng, season, request.profiles, (sellers, habits), cast, book)
    part, part_from = _note_parts(cast, len(sellers))
    return World(
        request=request,
        season=season,
        sellers=sellers,
        habits=habits,
        buyers=buyers,
        creators=creators,
        cast=cast,
        book=book,
        listings=listings,
        crowds=Crowds(
            sellers=Crowd(sellers, listings.opens, request),
            buyers=Crowd(buyers, buyers.registered + 1, request),
            creators=Crowd(creators, creators.registered + 1, request),
        ),
        part=part,
        part_from=part_from,
        planted_late=rng.uniform(0.32, 0.6, len(sellers)),
        claim_share=_draw_claims(rng, len(buyers), cast.claimants),
    )


def _ring_markets(sellers: Accounts, cast: Cast) -> Sequence[int]:
    return [int(sellers.market[ring.seller]) for ring in cast.rings]
