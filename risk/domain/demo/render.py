"""Turn the small numbers of events into the columns of the events table."""

from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.batches import EventBatch
from risk.domain.demo.columns import Coded, Column, Fixed, FixedText, Frame, Moments, Numbers, Words
from risk.domain.demo.identifiers import scramble, write_digits, write_ids
from risk.domain.demo.markets import MARKETS
from risk.domain.demo.request import DemoRequest
from risk.domain.demo.vocabulary import BRANDS, CATEGORIES, EVENT_TYPES, FAULTS, REASONS, Kind
from risk.domain.demo.world import World

_RENDER_STREAM = 4
_ABROAD_SHARE = 0.02
_LIVESTREAM_EVERY = 6
_EVENT_DIGITS = 10
_WITH_COUNTRY = (Kind.ACCOUNT_REGISTERED, Kind.LOGIN, Kind.ORDER_PLACED)
_WITH_OFFER = (Kind.LISTING_CREATED, Kind.LISTING_UPDATED, Kind.ORDER_PLACED)


def is_livestream(serial: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each video number whether the video is the recording of a livestream."""
    return np.asarray(scramble(serial, key=97) % np.uint64(_LIVESTREAM_EVERY) == 0)


def write_event_ids(request: DemoRequest, numbers: NDArray[np.int64]) -> FixedText:
    """Return the ids of events by their running numbers; another request gives other ids."""
    return write_digits(numbers, _EVENT_DIGITS, f"E{crc32(repr(request).encode()):08x}-")


class EventRenderer:
    """Write event columns; keeps the vocabularies, so that each is converted once by whoever stores them."""

    def __init__(self, world: World) -> None:
        """Prepare the vocabularies of one marketplace."""
        self._world = world
        request = world.request
        self._types = Words(EVENT_TYPES)
        self._markets = Words(request.markets)
        self._countries = Words(tuple(MARKETS))
        self._currencies = Words([profile.market.currency for profile in request.profiles])
        self._categories = Words(CATEGORIES)
        self._brands = Words(BRANDS)
        self._reasons = Words(REASONS)
        self._faults = Words(FAULTS)
        self._sellers = Words(self._write_all("seller", len(world.sellers)))
        self._listings = Words(self._write_all("listing", len(world.listings)))
        self._creators = Words(self._write_all("creator", len(world.creators)))
        self._home = np.array([tuple(MARKETS).index(code) for code in request.markets])

    def _write_all(self, entity_type: str, count: int) -> FixedText:
        return write_ids(entity_type, np.arange(count), self._world.request.seed)

    def write_id_column(
        self, entity_type: str, numbers: NDArray[Any], present: NDArray[np.bool_] | None = None
    ) -> Fixed:
        """Return the external ids of running numbers; null where the number is -1 or the flag is not set."""
        flags = numbers >= 0 if present is None else present & (numbers >= 0)
        return Fixed(write_ids(entity_type, numbers[flags], self._world.request.seed), flags)

    def render(self, batch: EventBatch, first: int, chunk: int) -> Frame:
        """Return the columns of a chunk of events that are numbered from `first`."""
        rng = self._world.stream(_RENDER_STREAM, chunk)
        columns: dict[str, Column] = {
            "event_id": Fixed(write_event_ids(self._world.request, first + np.arange(len(batch)))),
            "type": Coded(batch["kind"], self._types),
            "occurred_at": Moments(batch["at"]),
            "market": Coded(batch["market"], self._markets),
            **self._render_roles(batch),
            **self._render_offer(batch),
            "title": Coded(batch["title"], self._world.book.words),
            "text": Coded(batch["text"], self._world.book.words),
            "rating": Numbers(batch["rating"], batch["rating"] >= 0),
            "dispatch_due_at": Moments(batch["due"], batch["kind"] == Kind.ORDER_DISPATCHED),
            "delivery_due_at": Moments(batch["due"], batch["kind"] == Kind.ORDER_DELIVERED),
            "reason": Coded(batch["reason"], self._reasons),
            "fault": Coded(batch["fault"], self._faults),
            "ip_country": Coded(self._draw_countries(rng, batch), self._countries),
            "carrier": Coded(batch["carrier"], self._world.book.words),
        }
        return Frame(len(batch), columns)

    def _render_roles(self, batch: EventBatch) -> dict[str, Column]:
        kind, order, serial = batch["kind"], batch["order"], batch["serial"]
        is_video = kind == Kind.VIDEO_POSTED
        return {
            "order_id": self.write_id_column("order", order),
            "seller_id": Coded(batch["seller"], self._sellers),
            "buyer_id": self.write_id_column("buyer", batch["buyer"]),
            "listing_id": Coded(batch["listing"], self._listings),
            "review_id": self.write_id_column("review", order, kind == Kind.REVIEW_POSTED),
            "creator_id": Coded(batch["creator"], self._creators),
            "video_id": self.write_id_column("video", serial, is_video),
            "livestream_id": self.write_id_column("livestream", serial, is_video & is_livestream(serial)),
            "message_id": self.write_id_column("message", serial, kind == Kind.MESSAGE_SENT),
            "device_id": self.write_id_column("device", batch["device"]),
            "payment_account_id": self.write_id_column("payment_account", self._find_payments(batch)),
            "address_id": self.write_id_column("address", self._find_addresses(batch)),
        }

    def _find_payments(self, batch: EventBatch) -> NDArray[np.int64]:
        """Return the account that is charged for an order, or paid out to by a registered or banned account."""
        world, kind = self._world, batch["kind"]
        found = np.full(len(batch), -1, dtype=np.int64)
        is_account = (kind == Kind.ACCOUNT_REGISTERED) | (kind == Kind.ACCOUNT_BANNED)
        for role, accounts in (("seller", world.sellers), ("creator", world.creators)):
            rows = is_account & (batch[role] >= 0)
            found[rows] = accounts.payment[batch[role][rows]]
        rows = (is_account | (kind == Kind.ORDER_PLACED)) & (batch["buyer"] >= 0)
        found[rows] = world.buyers.payment[batch["buyer"][rows]]
        return found

    def _find_addresses(self, batch: EventBatch) -> NDArray[np.int64]:
        found = np.full(len(batch), -1, dtype=np.int64)
        rows = batch["kind"] == Kind.ORDER_PLACED
        found[rows] = self._world.buyers.address[batch["buyer"][rows]]
        return found

    def _render_offer(self, batch: EventBatch) -> dict[str, Column]:
        listings = self._world.listings
        has_offer = np.isin(batch["kind"], _WITH_OFFER)
        offer = batch["listing"][has_offer]
        category, brand = np.full((2, len(batch)), -1, dtype=np.int16)
        reference = np.zeros(len(batch), dtype=np.int64)
        category[has_offer], brand[has_offer] = listings.category[offer], listings.brand[offer]
        reference[has_offer] = listings.reference[offer]
        has_money = has_offer | (batch["amount"] >= 0)
        return {
            "amount": Numbers(batch["amount"] / 100.0, batch["amount"] >= 0),
            "currency": Coded(np.where(has_money, batch["market"], -1), self._currencies),
            "quantity": Numbers(batch["quantity"], batch["quantity"] >= 0),
            "price": Numbers(batch["price"] / 100.0, batch["price"] >= 0),
            "reference_price": Numbers(reference / 100.0, has_offer),
            "category": Coded(category, self._categories),
            "brand": Coded(brand, self._brands),
        }

    def _draw_countries(self, rng: np.random.Generator, batch: EventBatch) -> NDArray[np.int64]:
        """Return where the request came from: the market's own country, now and then another."""
        size = len(batch)
        is_abroad = rng.random(size) < _ABROAD_SHARE
        country = np.where(is_abroad, rng.integers(0, len(MARKETS), size), self._home[batch["market"]])
        return np.where(np.isin(batch["kind"], _WITH_COUNTRY), country, -1)
