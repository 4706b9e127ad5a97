"""Write the events that are known before trade begins: registrations, listings, bans and planted plots."""

from typing import TYPE_CHECKING

import numpy as np

from risk.domain.demo.batches import EventBatch, join_batches, make_batch, sort_batch
from risk.domain.demo.cast import Ring
from risk.domain.demo.phrases import Purpose
from risk.domain.demo.seasons import DAY, HOUR, draw_between
from risk.domain.demo.vocabulary import BAN_REASONS, FROM_SELLER, Abuse, Kind
from risk.domain.demo.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from risk.domain.demo.accounts import Accounts

_SCRIPT_STREAM = 2
_SCAM_SHARE = 0.004
_SCAM_AT_LEAST = 48
_VISITS = 3


def _write_registrations(world: World) -> list[EventBatch]:
    batches = []
    roles: dict[str, Accounts] = {
        "seller": world.sellers, "buyer": world.buyers, "creator": world.creators,
    }  # fmt: skip
    for role, accounts in roles.items():
        new = np.flatnonzero(accounts.registered >= world.season.start)
        abuse: NDArray[np.int64] | int = -1
        if role == "seller":
            abuse = np.where(world.part[new] == Abuse.MULTI_ACCOUNT, Abuse.MULTI_ACCOUNT, -1)
        batches.append(
            make_batch(
                Kind.ACCOUNT_REGISTERED,
                accounts.registered[new],
                market=accounts.market[new],
                device=accounts.device[new],
                abuse=abuse,
                **{role: new},
            )
        )
    return batches


def _write_listings(world: World) -> list[EventBatch]:
    listings = world.listings
    new = np.flatnonzero(listings.created >= world.season.start)
    is_gouged = world.plays(Abuse.PRICE_GOUGING, listings.seller[new], listings.created[new])
    is_planted = (listings.abuse[new] == Abuse.COUNTERFEIT) | is_gouged
    created = make_batch(
        Kind.LISTING_CREATED,
        listings.created[new],
        market=listings.market[new],
        seller=listings.seller[new],
        listing=new,
        price=listings.price[new],
        title=listings.title[new],
        text=listings.text[new],
        abuse=np.where(is_planted, listings.abuse[new], -1),
    )
    old = np.flatnonzero(listings.changed < world.season.end)
    is_gouged = listings.abuse[old] == Abuse.PRICE_GOUGING
    updated = make_batch(
        Kind.LISTING_UPDATED,
        listings.changed[old],
        market=listings.market[old],
        seller=listings.seller[old],
        listing=old,
        price=listings.new_price[old],
        title=listings.title[old],
        abuse=np.where(is_gouged, Abuse.PRICE_GOUGING, -1),
    )
    return [created, updated]


def _write_bans(rng: np.random.Generator, world: World) -> list[EventBatch]:
    """Ban, and let the banned and their heirs sign in, so that the shared device is seen on both sides."""
    bans, sellers = world.cast.bans, world.sellers
    banned = make_batch(
        Kind.ACCOUNT_BANNED,
        bans.at,
        market=sellers.market[bans.sellers],
        seller=bans.sellers,
        device=sellers.device[bans.sellers],
        reason=rng.choice(BAN_REASONS, len(bans.sellers)),
    )
    visitors = np.repeat(np.concatenate([bans.sellers, bans.heirs]), _VISITS)
    low = np.maximum(sellers.registered[visitors] + 60, world.season.start)
    high = np.minimum(sellers.closed[visitors], world.season.end) - 1
    visits = make_batch(
        Kind.LOGIN,
        draw_between(rng, world.season, sellers.market[visitors], low, high),
        market=sellers.market[visitors],
        seller=visitors,
        device=sellers.device[visitors],
    )
    return [banned, visits]


def _write_ring(rng: np.random.Generator, world: World, ring: Ring, number: int, first_order: int) -> list[EventBatch]:
    """Let each member sign in, order, receive and praise within a few days."""
    size = len(ring.members)
    listing = world.listings.first[ring.seller]
    placed = ring.begins + rng.integers(0, 2 * DAY, size)
    price = world.listings.price_at(np.full(size, listing), placed)
    dispatched = placed + rng.integers(2 * HOUR, 16 * HOUR, size)
    delivered = dispatched + rng.integers(16 * HOUR, 40 * HOUR, size)
    market = int(world.sellers.market[ring.seller])
    shared: dict[str, NDArray[np.int64] | int] = {
        "market": market,
        "order": first_order + np.arange(size),
        "seller": ring.seller,
        "buyer": ring.members,
        "listing": int(listing),
    }
    device = world.buyers.device[ring.members]
    where = np.full(size, market)
    carrier = world.book.pools.pick(rng, Purpose.CARRIER, where)
    due = placed + 2 * DAY
    return [
        make_batch(
            Kind.LOGIN,
            placed - rng.integers(60, 1800, size),
            market=market,
            buyer=ring.members,
            device=device,
        ),
        make_batch(Kind.ORDER_PLACED, placed, price=price, quantity=1, amount=price, device=device, **shared),
        make_batch(Kind.ORDER_DISPATCHED, dispatched, due=due, carrier=carrier, **shared),
        make_batch(Kind.ORDER_DELIVERED, delivered, due=due + 6 * DAY, carrier=carrier, **shared),
        make_batch(
            Kind.REVIEW_POSTED,
            delivered + rng.integers(HOUR, 20 * HOUR, size),
            rating=5,
            title=world.book.pools.pick(rng, Purpose.RING_TITLE, where),
            text=world.book.rings.pick(rng, np.zeros(size, dtype=np.int64), np.full(size, number)),
            device=device,
            abuse=Abuse.FAKE_REVIEWS,
            **shared,
        ),
    ]


def _write_scam(rng: np.random.Generator, world: World) -> EventBatch:
    """Send the new phrase from its first day on, more of it every day, by more and more senders."""
    senders = world.cast.sellers[Abuse.EMERGING_SCAM]
    begins = int(world.cast.begins[Abuse.EMERGING_SCAM][0])
    size = max(_SCAM_AT_LEAST, round(_SCAM_SHARE * world.request.events))
    progress = rng.random(size) ** (1.0 / 2.5)
    at = begins + (progress * (world.season.end - 1 - begins)).astype(np.int64)
    known = np.minimum(1 + (progress * len(senders)).astype(np.int64), len(senders))
    seller = senders[(rng.random(size) * known).astype(np.int64)]
    market = world.sellers.market[seller]
    return make_batch(
        Kind.MESSAGE_SENT,
        at,
        market=market,
        serial=np.arange(size),
        seller=seller,
        buyer=world.crowds.buyers.draw(rng, market, at),
        listing=world.listings.first[seller],
        reason=FROM_SELLER,
        text=world.book.pools.pick(rng, Purpose.SCAM, market),
        abuse=Abuse.EMERGING_SCAM,
    )


def write_script(world: World) -> tuple[EventBatch, int, int]:
    """Return the known events by time, the number of orders and the number of messages among them."""
    rng = world.stream(_SCRIPT_STREAM)
    batches = [*_write_registrations(world), *_write_listings(world), *_write_bans(rng, world)]
    orders = 0
    for number, ring in enumerate(world.cast.rings):
        batches += _write_ring(rng, world, ring, number, orders)
        orders += len(ring.members)
    scam = _write_scam(rng, world)
    script = sort_batch(join_batches([*batches, scam]))
    return script.take(script["at"] < world.season.end), orders, len(scam)
