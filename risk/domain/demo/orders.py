"""Let orders run their course: placed, dispatched and delivered or cancelled; reviews, refunds, questions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.batches import EventBatch, make_batch
from risk.domain.demo.phrases import Purpose
from risk.domain.demo.seasons import DAY, HOUR
from risk.domain.demo.vocabulary import (
    BUYER_CANCEL_REASONS,
    BUYER_FAULT,
    FROM_BUYER,
    FROM_SELLER,
    REFUND_REASONS,
    SELLER_CANCEL_REASONS,
    SELLER_FAULT,
    Abuse,
    Kind,
)
from risk.domain.demo.world import World

DISPATCH_WITHIN = 2 * DAY
DELIVER_WITHIN = 8 * DAY
"""Promised seconds from the order to its dispatch and to its delivery."""

_BUYER_CANCEL_SHARE = 0.016
_LOST_SHARE = 0.006
_LOST_CLAIM_SHARE = 0.8
_REVIEW_SHARE = 0.25
_FAIR_SHARE = 0.09
_LATE_ANNOYANCE = 0.25
_QUESTION_SHARE = 0.08
_ANSWER_SHARE = 0.75
_OFF_PLATFORM_SHARE = 0.45
_QUANTITIES = np.array([1, 1, 1, 1, 1, 1, 2, 2, 3, 4])
_REFUND_WEIGHTS = (0.2, 0.26, 0.26, 0.1, 0.18)
_CLAIM_WEIGHTS = (0.62, 0.24, 0.14, 0.0, 0.0)

STAGES = ((1.0, 0), (0.026, 8), (0.974, 24), (0.968, 88), (0.242, 130), (0.036, 130), (0.145, 14))
"""Expected events per order and the mean hours after it: placed, cancelled, dispatched, delivered, review,
refund, messages. Only a forecast: sign-ins make up for what comes out differently."""


@dataclass(frozen=True, eq=False)
class Orders:
    """Orders of one chunk as columns."""

    at: NDArray[np.int64]
    market: NDArray[np.int64]
    number: NDArray[np.int64]
    seller: NDArray[np.int64]
    buyer: NDArray[np.int64]
    listing: NDArray[np.int64]
    amount: NDArray[np.int64]

    def follow(
        self, kind: Kind, rows: NDArray[np.int64], at: NDArray[np.int64], **columns: NDArray[np.int64] | int
    ) -> EventBatch:
        """Return events of one type about some of the orders."""
        return make_batch(
            kind,
            at,
            market=self.market[rows],
            order=self.number[rows],
            seller=self.seller[rows],
            buyer=self.buyer[rows],
            listing=self.listing[rows],
            **columns,
        )


def place_orders(
    rng: np.random.Generator, world: World, at: NDArray[np.int64], market: NDArray[np.int64], first: int
) -> list[EventBatch]:
    """Return the events of orders placed at the given times, numbered from `first`; some lie after the period."""
    seller = world.crowds.sellers.draw(rng, market, at)
    buyer = world.crowds.buyers.draw(rng, market, at)
    listing = world.listings.pick(rng, seller, at)
    price = world.listings.price_at(listing, at)
    quantity = _QUANTITIES[rng.integers(0, len(_QUANTITIES), len(at))]
    number = first + np.arange(len(at))
    orders = Orders(at, market, number, seller, buyer, listing, price * quantity)
    everything = np.arange(len(at))
    placed = orders.follow(
        Kind.ORDER_PLACED,
        everything,
        at,
        price=price,
        quantity=quantity,
        amount=orders.amount,
        device=world.buyers.device[buyer],
    )
    cancelled, is_kept = _cancel(rng, world, orders)
    return [
        placed,
        cancelled,
        *_deliver(rng, world, orders, np.flatnonzero(is_kept)),
        *_talk(rng, world, orders),
    ]


def _cancel(rng: np.random.Generator, world: World, orders: Orders) -> tuple[EventBatch, NDArray[np.bool_]]:
    luck = rng.random(len(orders.at))
    by_seller = luck < world.habits.cancel_share[orders.seller]
    by_buyer = ~by_seller & (luck > 1.0 - _BUYER_CANCEL_SHARE)
    rows = np.flatnonzero(by_seller | by_buyer)
    wait = 600 + rng.exponential(7 * HOUR, len(rows)).astype(np.int64)
    is_fault = by_seller[rows]
    reason = np.where(
        is_fault, rng.choice(SELLER_CANCEL_REASONS, len(rows)), rng.choice(BUYER_CANCEL_REASONS, len(rows))
    )
    fault = np.where(is_fault, SELLER_FAULT, BUYER_FAULT)
    cancelled = orders.follow(
        Kind.ORDER_CANCELLED, rows, orders.at[rows] + np.minimum(wait, 2 * DAY), reason=reason, fault=fault
    )
    return cancelled, ~(by_seller | by_buyer)


def _deliver(rng: np.random.Generator, world: World, orders: Orders, rows: NDArray[np.int64]) -> list[EventBatch]:
    """Dispatch the kept orders, late by the seller's habit or part, and deliver all but a few lost ones."""
    seller, placed, size = orders.seller[rows], orders.at[rows], len(rows)
    is_planted = world.plays(Abuse.LATE_DISPATCH, seller, placed)
    share = np.where(is_planted, world.planted_late[seller], world.habits.late_share[seller])
    is_late = rng.random(size) < share
    overdue = 900 + rng.exponential(np.where(is_planted, 40.0, 18.0) * HOUR).astype(np.int64)
    handling = HOUR + (rng.beta(2.0, 2.6, size) * (DISPATCH_WITHIN - 2 * HOUR)).astype(np.int64)
    due = placed + DISPATCH_WITHIN
    at = np.where(is_late, due + np.minimum(overdue, 12 * DAY), placed + handling)
    carrier = world.book.pools.pick(rng, Purpose.CARRIER, orders.market[rows])
    abuse = np.where(is_planted & is_late, Abuse.LATE_DISPATCH, -1)
    dispatched = orders.follow(Kind.ORDER_DISPATCHED, rows, at, due=due, carrier=carrier, abuse=abuse)
    transport = np.clip(rng.lognormal(4.05, 0.45, size), 12.0, 480.0)
    arrived = at + (transport * HOUR).astype(np.int64)
    promised = placed + DELIVER_WITHIN
    is_lost = rng.random(size) < _LOST_SHARE
    here = np.flatnonzero(~is_lost)
    delivered = orders.follow(
        Kind.ORDER_DELIVERED, rows[here], arrived[here], due=promised[here], carrier=carrier[here]
    )
    return [
        dispatched,
        delivered,
        _review(rng, world, orders, rows[here], arrived[here], is_late[here]),
        _ask_refund(rng, world, orders, rows, np.where(is_lost, promised, arrived), is_lost),
    ]


def _review(
    rng: np.random.Generator,
    world: World,
    orders: Orders,
    rows: NDArray[np.int64],
    arrived: NDArray[np.int64],
    is_late: NDArray[np.bool_],
) -> EventBatch:
    """Review a quarter of what arrived: mostly praise, sometimes not, more often not when it was late."""
    written = np.flatnonzero(rng.random(len(rows)) < _REVIEW_SHARE)
    rows, arrived, is_late = rows[written], arrived[written], is_late[written]
    luck = rng.random(len(rows))
    poor_share = world.habits.poor_share[orders.seller[rows]] + _LATE_ANNOYANCE * is_late
    is_poor = luck < poor_share
    is_fair = ~is_poor & (luck < poor_share + _FAIR_SHARE)
    tone = np.where(is_poor, 0, np.where(is_fair, 1, 2))
    low = np.array([1, 3, 4])[tone]
    rating = low + np.where(is_fair, 0, rng.random(len(rows)) < np.where(is_poor, 0.4, 0.72))
    market = orders.market[rows]
    return orders.follow(
        Kind.REVIEW_POSTED,
        rows,
        arrived + 2 * HOUR + rng.exponential(42 * HOUR, len(rows)).astype(np.int64),
        rating=rating,
        title=world.book.pools.pick(rng, Purpose.REVIEW_TITLE_POOR + tone, market),
        text=world.book.pools.pick(rng, Purpose.REVIEW_POOR + tone, market),
        device=world.buyers.device[orders.buyer[rows]],
    )


def _ask_refund(
    rng: np.random.Generator,
    world: World,
    orders: Orders,
    rows: NDArray[np.int64],
    after: NDArray[np.int64],
    is_lost: NDArray[np.bool_],
) -> EventBatch:
    """Ask for money back: what was lost, what did not please, and the claims of those who live from it."""
    buyer = orders.buyer[rows]
    share = np.where(is_lost, _LOST_CLAIM_SHARE, world.claim_share[buyer])
    claimed = np.flatnonzero(rng.random(len(rows)) < share)
    rows, after, is_lost, buyer = rows[claimed], after[claimed], is_lost[claimed], buyer[claimed]
    is_planted = np.isin(buyer, world.cast.claimants) & ~is_lost
    size = len(rows)
    usual = rng.choice(REFUND_REASONS, size, p=_REFUND_WEIGHTS)
    reason = np.where(is_planted, rng.choice(REFUND_REASONS, size, p=_CLAIM_WEIGHTS), usual)
    part = np.where(~is_planted & (rng.random(size) < 0.3), rng.uniform(0.2, 0.8, size), 1.0)
    return orders.follow(
        Kind.REFUND_REQUESTED,
        rows,
        after + 3 * HOUR + rng.exponential(36 * HOUR, size).astype(np.int64),
        reason=np.where(is_lost, REFUND_REASONS[0], reason),
        amount=np.rint(orders.amount[rows] * part).astype(np.int64),
        abuse=np.where(is_planted, Abuse.REFUND_ABUSE, -1),
    )


def _talk(rng: np.random.Generator, world: World, orders: Orders) -> list[EventBatch]:
    """Let buyers ask, sellers answer, and some sellers offer to be paid outside the marketplace."""
    pools = world.book.pools
    asked = np.flatnonzero(rng.random(len(orders.at)) < _QUESTION_SHARE)
    at = orders.at[asked] + 300 + rng.exponential(9 * HOUR, len(asked)).astype(np.int64)
    text = pools.pick(rng, Purpose.BUYER_MESSAGE, orders.market[asked])
    is_answered = rng.random(len(asked)) < _ANSWER_SHARE
    answered = asked[is_answered]
    reply_at = at[is_answered] + 120 + rng.exponential(5 * HOUR, len(answered)).astype(np.int64)
    reply = pools.pick(rng, Purpose.SELLER_MESSAGE, orders.market[answered])
    is_luring = world.plays(Abuse.OFF_PLATFORM_PAYMENT, orders.seller, orders.at)
    lured = np.flatnonzero(is_luring & (rng.random(len(orders.at)) < _OFF_PLATFORM_SHARE))
    lure_at = orders.at[lured] + 600 + rng.exponential(4 * HOUR, len(lured)).astype(np.int64)
    lure = pools.pick(rng, Purpose.OFF_PLATFORM, orders.market[lured])
    planted = Abuse.OFF_PLATFORM_PAYMENT
    return [
        orders.follow(Kind.MESSAGE_SENT, asked, at, text=text, reason=FROM_BUYER),
        orders.follow(Kind.MESSAGE_SENT, answered, reply_at, text=reply, reason=FROM_SELLER),
        orders.follow(Kind.MESSAGE_SENT, lured, lure_at, text=lure, reason=FROM_SELLER, abuse=planted),
    ]
