"""List the entities: accounts, shops and offers before the first event, orders and texts as they come."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.accounts import Accounts
from risk.domain.demo.batches import EventBatch
from risk.domain.demo.columns import Coded, Column, Fixed, Frame, Joined, Moments, Numbers, Words
from risk.domain.demo.grammar import GRAMMARS
from risk.domain.demo.identifiers import PREFIXES, write_digits, write_ids
from risk.domain.demo.names import TIERS, choose_tiers, name_creators, name_sellers
from risk.domain.demo.render import is_livestream
from risk.domain.demo.vocabulary import BRANDS, CATEGORIES, Kind
from risk.domain.demo.world import World

EntityRows = tuple[str, Frame]
"""Rows of one entity type and that type."""

_SLICE = 200_000
_THING_NAMES = {
    "device": ("Phone", "Tablet", "Laptop", "Desktop"),
    "payment_account": ("Card", "Wallet", "Bank account"),
    "address": ("Home", "Office", "Pick-up point"),
}


class EntityRegister:
    """Writes rows of the entities table, a slice at a time."""

    def __init__(self, world: World) -> None:
        """Prepare names and vocabularies."""
        self._world = world
        self._seed = world.request.seed
        self._types = {name: Words((name,)) for name in PREFIXES}
        self._markets = Words(world.request.markets)
        self._locales = Words([profile.market.locale for profile in world.request.profiles])
        self._categories = Words(CATEGORIES)
        self._brands = Words((*BRANDS, ""))
        self._tiers = Words(TIERS)
        self._currencies = Words([profile.market.currency for profile in world.request.profiles])
        self._things = {kind: Words(names) for kind, names in _THING_NAMES.items()}
        handles = [
            f"{head}.{tail}."
            for profile in world.request.profiles
            for head in GRAMMARS[profile.language].handle_heads
            for tail in GRAMMARS[profile.language].handle_tails
        ]
        self._handles = Words(handles)
        self._handles_per_market = len(handles) // len(world.request.profiles)

    def _ids(self, entity_type: str, numbers: NDArray[Any]) -> Fixed:
        return Fixed(write_ids(entity_type, numbers.astype(np.int64), self._seed))

    def _frame(
        self,
        entity_type: str,
        numbers: NDArray[Any],
        market: NDArray[Any],
        registered: NDArray[np.int64],
        **columns: Column,
    ) -> EntityRows:
        size = len(numbers)
        blank = Coded(np.full(size, -1, dtype=np.int8), self._tiers)
        return entity_type, Frame(
            size,
            {
                "type": Coded(np.zeros(size, dtype=np.int8), self._types[entity_type]),
                "external_id": self._ids(entity_type, numbers),
                "market": Coded(market, self._markets),
                "name": columns.get("name", blank),
                "registered_at": Moments(registered),
                "category": columns.get("category", blank),
                "locale": Coded(market, self._locales),
                "country": Coded(market, self._markets),
                "tier": columns.get("tier", blank),
                "attributes": columns.get("attributes", blank),
            },
        )

    def list_standing(self) -> Iterator[EntityRows]:
        """Return the entities that are known before the first event, in slices."""
        yield from self._list_sellers()
        yield from self._list_creators()
        for rows in _cut(len(self._world.buyers)):
            yield self._list_buyers(rows)
        for rows in _cut(len(self._world.listings)):
            yield self._list_offers(rows)
        yield from self._list_things("device", "device")
        yield from self._list_things("payment_account", "payment")
        yield from self._list_things("address", "address")

    def _account_attributes(self, accounts: Accounts, rows: NDArray[np.int64], role: str) -> Joined:
        field = "payment_account_id" if role == "buyer" else "payout_account_id"
        return Joined(
            (
                f'{{"{field}": "',
                self._ids("payment_account", accounts.payment[rows]),
                '", "device_id": "',
                self._ids("device", accounts.device[rows]),
                '"}',
            )
        )

    def _list_sellers(self) -> Iterator[EntityRows]:
        world, sellers = self._world, self._world.sellers
        names = Words(name_sellers(world))
        tiers = choose_tiers(world)
        for rows in _cut(len(sellers)):
            yield self._frame(
                "seller",
                rows,
                sellers.market[rows],
                sellers.registered[rows],
                name=Coded(rows, names),
                category=Coded(world.habits.category[rows], self._categories),
                tier=Coded(tiers[rows], self._tiers),
                attributes=self._account_attributes(sellers, rows, "seller"),
            )

    def _list_creators(self) -> Iterator[EntityRows]:
        creators = self._world.creators
        names = Words(name_creators(self._world))
        for rows in _cut(len(creators)):
            yield self._frame(
                "creator",
                rows,
                creators.market[rows],
                creators.registered[rows],
                name=Coded(rows, names),
                attributes=self._account_attributes(creators, rows, "creator"),
            )

    def _list_buyers(self, rows: NDArray[np.int64]) -> EntityRows:
        buyers = self._world.buyers
        market = buyers.market[rows]
        handle = market * self._handles_per_market + rows * 7919 % self._handles_per_market
        number = rows // self._handles_per_market * 37 % 9973 + 11
        return self._frame(
            "buyer",
            rows,
            market,
            buyers.registered[rows],
            name=Joined((Coded(handle, self._handles), Fixed(write_digits(number, 4)))),
            attributes=self._account_attributes(buyers, rows, "buyer"),
        )

    def _list_offers(self, rows: NDArray[np.int64]) -> EntityRows:
        listings = self._world.listings
        market = listings.market[rows]
        brand = np.where(listings.brand[rows] < 0, len(BRANDS), listings.brand[rows])
        attributes = Joined(
            (
                '{"seller_id": "',
                self._ids("seller", listings.seller[rows]),
                '", "brand": "',
                Coded(brand, self._brands),
                '", "price": ',
                Numbers(listings.price[rows] / 100.0),
                ', "reference_price": ',
                Numbers(listings.reference[rows] / 100.0),
                ', "currency": "',
                Coded(market, self._currencies),
                '"}',
            )
        )
        return self._frame(
            "listing",
            rows,
            market,
            listings.created[rows],
            name=Coded(listings.title[rows], self._world.book.words),
            category=Coded(listings.category[rows], self._categories),
            attributes=attributes,
        )

    def _list_things(self, entity_type: str, column: str) -> Iterator[EntityRows]:
        """Return devices, payment accounts or delivery addresses, each since its first user registered."""
        world = self._world
        owners = [world.buyers] if column == "address" else [world.sellers, world.creators, world.buyers]
        numbers = [getattr(accounts, column) for accounts in owners]
        if column == "device":
            owners.append(world.buyers)
            numbers.append(world.buyers.second_device)
        used, place = np.unique(np.concatenate(numbers), return_inverse=True)
        since = np.full(len(used), np.iinfo(np.int64).max)
        np.minimum.at(since, place, np.concatenate([accounts.registered for accounts in owners]))
        market = np.empty(len(used), dtype=np.int64)
        market[place] = np.concatenate([accounts.market for accounts in owners])
        sorts = len(_THING_NAMES[entity_type])
        for rows in _cut(len(used)):
            name = Coded(used[rows] * 7919 % 1013 % sorts, self._things[entity_type])
            yield self._frame(entity_type, used[rows], market[rows], since[rows], name=name)

    def list_arrivals(self, batch: EventBatch) -> Iterator[EntityRows]:
        """Return the orders, reviews, messages and videos that begin with the events of a chunk."""
        arrivals = (
            ("order", Kind.ORDER_PLACED, "order"),
            ("review", Kind.REVIEW_POSTED, "order"),
            ("message", Kind.MESSAGE_SENT, "serial"),
            ("video", Kind.VIDEO_POSTED, "serial"),
        )
        for entity_type, kind, column in arrivals:
            rows = np.flatnonzero(batch["kind"] == kind)
            yield self._list_rows(entity_type, batch, rows, column)
            if kind is Kind.VIDEO_POSTED:
                live = rows[is_livestream(batch["serial"][rows])]
                yield self._list_rows("livestream", batch, live, column)

    def _list_rows(self, entity_type: str, batch: EventBatch, rows: NDArray[np.int64], column: str) -> EntityRows:
        words = self._world.book.words
        name = Coded(batch["title"][rows], words)
        if entity_type in ("video", "livestream"):
            name = Coded(batch["text"][rows], words)
        category = self._world.listings.category[batch["listing"][rows]]
        return self._frame(
            entity_type,
            batch[column][rows],
            batch["market"][rows],
            batch["at"][rows],
            name=name,
            category=Coded(category, self._categories),
        )


def _cut(size: int) -> Iterator[NDArray[np.int64]]:
    for first in range(0, size, _SLICE):
        yield np.arange(first, min(first + _SLICE, size))
