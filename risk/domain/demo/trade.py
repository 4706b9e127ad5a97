"""Run the marketplace through its period, chunk by chunk, so that memory does not grow with the events."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.batches import EventBatch, join_batches, make_batch, sort_batch
from risk.domain.demo.orders import STAGES, place_orders
from risk.domain.demo.phrases import Purpose
from risk.domain.demo.script import write_script
from risk.domain.demo.seasons import HOUR, cut_chunks, deal_out, draw_times, split_by_market
from risk.domain.demo.vocabulary import Kind
from risk.domain.demo.world import World

_TRADE_STREAM = 3
_SIGN_INS_PER_ORDER = 0.9
_VIDEO_SHARE = 0.012
_SELLER_SIGN_INS = 0.17
_CREATOR_SIGN_INS = 0.03
_SECOND_DEVICE_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Forecast:
    """How much is planned: orders and videos over the period, and the share of activity before each hour."""

    orders: float
    videos: float
    curve: NDArray[np.float64]

    def expect(self, first: int, last: int) -> float:
        """Return the expected number of events that the orders and videos of these hours cause."""
        end = len(self.curve) - 1
        total = 0.0
        for share, lag in STAGES:
            reach = np.minimum([first, last], max(end - lag, 0))
            total += share * float(self.curve[reach[1]] - self.curve[reach[0]])
        return total * self.orders + self.videos * float(self.curve[last] - self.curve[first])


def make_forecast(world: World, scripted: int) -> Forecast:
    """Return the plan that reaches the requested number of events with the script and the usual sign-ins."""
    curve = world.season.total
    end = len(curve) - 1
    per_order = Forecast(1.0, 0.0, curve).expect(0, end) + _SIGN_INS_PER_ORDER
    videos = _VIDEO_SHARE * world.request.events
    return Forecast((world.request.events - scripted - videos) / per_order, videos, curve)


def _film(
    rng: np.random.Generator, world: World, counts: NDArray[np.int64], hours: tuple[int, int], first: int
) -> EventBatch:
    at, market = draw_times(rng, world.season, counts, *hours)
    seller = world.crowds.sellers.draw(rng, market, at)
    return make_batch(
        Kind.VIDEO_POSTED,
        at,
        market=market,
        serial=first + np.arange(len(at)),
        creator=world.crowds.creators.draw(rng, market, at),
        listing=world.listings.pick(rng, seller, at),
        text=world.book.pools.pick(rng, Purpose.CAPTION, market),
    )


def _sign_in(rng: np.random.Generator, world: World, total: int, hours: tuple[int, int]) -> list[EventBatch]:
    """Return exactly `total` sign-ins of buyers, sellers and creators between two hours."""
    curves = world.season.curves
    weights = world.season.shares * (curves[:, hours[1]] - curves[:, hours[0]])
    at, market = draw_times(rng, world.season, deal_out(total, weights), *hours)
    luck = rng.random(total)
    crowds = (
        ("creator", world.creators, world.crowds.creators, luck < _CREATOR_SIGN_INS),
        ("seller", world.sellers, world.crowds.sellers, luck > 1.0 - _SELLER_SIGN_INS),
        (
            "buyer",
            world.buyers,
            world.crowds.buyers,
            (luck >= _CREATOR_SIGN_INS) & (luck <= 1.0 - _SELLER_SIGN_INS),
        ),
    )
    batches = []
    for role, accounts, crowd, chosen in crowds:
        who = crowd.draw(rng, market[chosen], at[chosen])
        is_second = rng.random(len(who)) < _SECOND_DEVICE_SHARE
        device = np.where(is_second, accounts.second_device[who], accounts.device[who])
        batches.append(make_batch(Kind.LOGIN, at[chosen], market=market[chosen], device=device, **{role: who}))
    return batches


class Trade:
    """The course of one marketplace; iterate once to get its events by time in chunks.

    Orders in flight at the end of a chunk wait in `_pending`; the number of sign-ins is chosen so that the
    period ends with exactly the number of events asked for.
    """

    def __init__(self, world: World) -> None:
        """Write the script and plan the rest."""
        self._world = world
        self._script, self._next_order, self._next_message = write_script(world)
        self._forecast = make_forecast(world, len(self._script))
        self._next_video = 0
        self._pending = join_batches([])
        self._made = 0

    def __iter__(self) -> Iterator[EventBatch]:
        world = self._world
        edges = cut_chunks(world.season, world.request.events)
        for number, (first, last) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
            yield self._advance(world.stream(_TRADE_STREAM, number), (first, last))

    def _advance(self, rng: np.random.Generator, hours: tuple[int, int]) -> EventBatch:
        world, season = self._world, self._world.season
        counts = split_by_market(season, self._forecast.orders, *hours)
        at, market = draw_times(rng, season, counts, *hours)
        batches = place_orders(rng, world, at, market, self._next_order)
        self._next_order += len(at)
        films = split_by_market(season, self._forecast.videos, *hours)
        batches.append(_film(rng, world, films, hours, self._next_video))
        self._next_video += int(films.sum())
        waiting = join_batches([self._pending, *batches])
        waiting = self._number_messages(waiting.take(waiting["at"] < season.end))
        sign_ins = self._count_sign_ins(len(waiting), hours)
        waiting = join_batches([waiting, *_sign_in(rng, world, sign_ins, hours)])
        edge = season.start + hours[1] * HOUR
        is_due = waiting["at"] < edge
        self._pending = waiting.take(~is_due)
        chunk = sort_batch(join_batches([self._take_script(edge), waiting.take(is_due)]))
        self._made += len(chunk)
        return chunk

    def _take_script(self, edge: int) -> EventBatch:
        cut = int(np.searchsorted(self._script["at"], edge))
        taken, self._script = self._script.take(slice(0, cut)), self._script.take(slice(cut, None))
        return taken

    def _number_messages(self, batch: EventBatch) -> EventBatch:
        is_new = (batch["kind"] == Kind.MESSAGE_SENT) & (batch["serial"] < 0)
        size = int(is_new.sum())
        batch["serial"][is_new] = self._next_message + np.arange(size)
        self._next_message += size
        return batch

    def _count_sign_ins(self, waiting: int, hours: tuple[int, int]) -> int:
        """Return this chunk's part of the sign-ins that are still needed to meet the number of events."""
        curve = self._forecast.curve
        first, last = hours
        known = self._made + waiting + len(self._script) + self._forecast.expect(last, len(curve) - 1)
        missing = max(self._world.request.events - known, 0.0)
        part = float(curve[last] - curve[first]) / float(curve[-1] - curve[first])
        return round(missing * part)
