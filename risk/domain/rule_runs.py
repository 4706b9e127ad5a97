"""Count what a rule would have hit, by market and day, with a sample that is the same at every run."""

import heapq
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

SAMPLE_PER_MARKET = 40


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Change(StrEnum):
    """How a record fares under a text and under the one that is live."""

    SAME = "same"
    NEWLY = "newly"
    NO_LONGER = "no_longer"


@dataclass(frozen=True)
class SampleHit:
    """One record that was hit: the account or thing, the event (0 for a rule on entities), when, and how it changed."""

    market: str
    entity_id: int
    event_id: int
    at: datetime
    change: Change

    @property
    def draw(self) -> int:
        """Return the lot of this record: the lowest lots make the sample, whatever the order of reading."""
        return zlib.crc32(f"{self.entity_id} {self.event_id} {self.at.timestamp()}".encode())


@dataclass
class _MarketTally:
    evaluated: int = 0
    hits: int = 0
    newly: int = 0
    no_longer: int = 0
    entities: set[int] = field(default_factory=set)
    days: Counter[str] = field(default_factory=Counter)
    sample: list[tuple[int, int, SampleHit]] = field(default_factory=list)


@dataclass
class RunTally:
    """Counts while a run reads. zones are the time zones of the markets: a day is a day there."""

    zones: Mapping[str, ZoneInfo]
    evaluated: int = 0
    _markets: dict[str, _MarketTally] = field(default_factory=dict)

    def add_miss(self, market: str) -> None:
        """Count a record that neither the text nor the live one hits."""
        self.evaluated += 1
        self._of(market).evaluated += 1

    def add(self, hit: SampleHit) -> None:
        """Count a record that is hit, or was hit by the live text only."""
        self.evaluated += 1
        tally = self._of(hit.market)
        tally.evaluated += 1
        if hit.change is Change.NO_LONGER:
            tally.no_longer += 1
        else:
            tally.hits += 1
            tally.newly += hit.change is Change.NEWLY
            tally.entities.add(hit.entity_id)
            tally.days[hit.at.astimezone(self.zones[hit.market]).date().isoformat()] += 1
        # A heap of the negated lots keeps the lowest ones; the running number breaks ties.
        item = (-hit.draw, self.evaluated, hit)
        if len(tally.sample) < SAMPLE_PER_MARKET:
            heapq.heappush(tally.sample, item)
        else:
            heapq.heappushpop(tally.sample, item)

    def result(self) -> dict[str, Any]:
        """Return the counts, JSON-ready, by market."""
        return {market: _as_json(tally) for market, tally in sorted(self._markets.items())}

    def _of(self, market: str) -> _MarketTally:
        return self._markets.setdefault(market, _MarketTally())


@dataclass(frozen=True)
class MarketFigures:
    """What a run found in one market, or in several together."""

    market: str
    evaluated: int
    hits: int
    entities: int
    newly: int
    no_longer: int


@dataclass(frozen=True)
class RunFigures:
    """What a run found in the markets that a viewer may see."""

    total: MarketFigures
    markets: tuple[MarketFigures, ...]
    days: dict[str, dict[str, int]]  # market → day → hits
    sample: tuple[SampleHit, ...]

    @property
    def share(self) -> float | None:
        """Return the share of records that were hit, None when nothing was read."""
        return self.total.hits / self.total.evaluated if self.total.evaluated else None

    def as_summary(self) -> dict[str, Any]:
        """Return what an approver is shown, JSON-ready."""
        return {
            "evaluated": self.total.evaluated,
            "hits": self.total.hits,
            "entities": self.total.entities,
            "newly": self.total.newly,
            "no_longer": self.total.no_longer,
            "by_market": {figures.market: figures.hits for figures in self.markets},
        }


def read_result(result: Mapping[str, Any], markets: Collection[str] | None) -> RunFigures:
    """Return the figures of the named markets, of all when None. An entity belongs to one market only."""
    seen = {market: found for market, found in result.items() if markets is None or market in markets}
    each = tuple(
        MarketFigures(market, *(found[name] for name in ("evaluated", "hits", "entities", "newly", "no_longer")))
        for market, found in seen.items()
    )
    hits = (_sample_hit(market, row) for market, found in seen.items() for row in found["sample"])
    return RunFigures(
        total=_sum(each),
        markets=each,
        days={market: dict(found["days"]) for market, found in seen.items()},
        sample=tuple(sorted(hits, key=lambda hit: hit.at, reverse=True)),
    )


def _sum(each: Iterable[MarketFigures]) -> MarketFigures:
    rows = list(each)
    return MarketFigures(
        market="",
        evaluated=sum(row.evaluated for row in rows),
        hits=sum(row.hits for row in rows),
        entities=sum(row.entities for row in rows),
        newly=sum(row.newly for row in rows),
        no_longer=sum(row.no_longer for row in rows),
    )


def _as_json(tally: _MarketTally) -> dict[str, Any]:
    return {
        "evaluated": tally.evaluated,
        "hits": tally.hits,
        "entities": len(tally.entities),
        "newly": tally.newly,
        "no_longer": tally.no_longer,
        "days": dict(sorted(tally.days.items())),
        "sample": [
            [hit.entity_id, hit.event_id, hit.at.isoformat(), hit.change.value]
            for _, _, hit in sorted(tally.sample, reverse=True)
        ],
    }


def _sample_hit(market: str, row: list[Any]) -> SampleHit:
    entity_id, event_id, at, change = row
    return SampleHit(market, entity_id, event_id, datetime.fromisoformat(at), Change(change))
