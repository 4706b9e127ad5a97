"""What a signal measures and how signals add up to a score."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from policies.domain.policies import SUBJECT_TYPES
from policies.domain.reading import NAME, Problem, Reader

EVENT_TYPES = frozenset(
    {
        "account_registered",
        "login",
        "listing_created",
        "listing_updated",
        "order_placed",
        "order_dispatched",
        "order_delivered",
        "order_cancelled",
        "refund_requested",
        "review_posted",
        "message_sent",
        "video_posted",
        "account_banned",
    }
)
MOST_COUNT = 1_000_000_000


class SignalUnit(StrEnum):
    """How to read a value: a share from 0 to 1, or a number of events."""

    SHARE = "share"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Events of one type, of which those count that meet `where` (rule language; None: all)."""

    event: str
    where: str | None


@dataclass(frozen=True, slots=True)
class CountDefinition:
    """The number of events in the window."""

    count: EventFilter


@dataclass(frozen=True, slots=True)
class RateDefinition:
    """Events of the numerator divided by events of the denominator, both in the window."""

    numerator: EventFilter
    denominator: EventFilter


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """One version of a windowed feature of an entity type.

    An event belongs to the entity that it touches in `role`. A rate whose denominator counts fewer than
    `min_volume` events is null, never 0; `null_meaning` says what null tells the reader.
    """

    name: str
    entity_type: str
    role: str
    version: int
    owner: str
    unit: SignalUnit
    window_days: int
    min_volume: int
    null_meaning: str
    title: str
    doc: str
    definition: CountDefinition | RateDefinition


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Values from `starts_at` up to the next bin bring `points`."""

    starts_at: Decimal
    points: int


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one signal contributes; `null_points` while it is not known."""

    signal: str
    null_points: int
    bins: tuple[ScoreBin, ...]

    @property
    def most_points(self) -> int:
        """Return the largest contribution this signal can make."""
        return max(self.null_points, *(score_bin.points for score_bin in self.bins))


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """Scores from `starts_at` up to the next band are called `name`."""

    name: str
    starts_at: int


@dataclass(frozen=True, slots=True)
class ScorecardSpec:
    """One version of a score: the sum of the parts, from 0 to `maximum`."""

    entity_type: str
    version: int
    effective_from: dt.date
    maximum: int
    bands: tuple[ScoreBand, ...]
    parts: tuple[ScorePart, ...]


def parse_signal(data: object) -> SignalSpec | tuple[Problem, ...]:
    """Return the signal that parsed data describes, or every problem with it."""
    problems: list[Problem] = []
    signal = read_signal(Reader("signal", "", data, problems))
    return tuple(problems) or signal


def parse_scorecard(data: object) -> ScorecardSpec | tuple[Problem, ...]:
    """Return the scorecard that parsed data describes, or every problem with it."""
    problems: list[Problem] = []
    card = read_scorecard(Reader("scorecard", "", data, problems))
    return tuple(problems) or card


def read_signal(reader: Reader) -> SignalSpec:
    """Read one signal."""
    fields = reader.fields(_SIGNAL_KEYS)
    unit = fields["unit"].choice(SignalUnit)
    definition = _read_definition(fields["definition"])
    if (unit is SignalUnit.SHARE) is isinstance(definition, CountDefinition):
        fields["unit"].reject(f"{unit} does not fit the definition", "A rate is a share, a count is a count.")
    return SignalSpec(
        name=fields["name"].matching(NAME),
        entity_type=fields["entity_type"].name_in(SUBJECT_TYPES, "entity type"),
        role=fields["role"].name_in(SUBJECT_TYPES, "role"),
        version=fields["version"].integer(1, 10_000),
        owner=fields["owner"].short_text(80),
        unit=unit,
        window_days=fields["window_days"].integer(1, 3_650),
        min_volume=fields["min_volume"].integer(0, MOST_COUNT),
        null_meaning=fields["null_meaning"].text(),
        title=fields["title"].short_text(120),
        doc=fields["doc"].text(),
        definition=definition,
    )


_SIGNAL_KEYS = (
    "name",
    "entity_type",
    "role",
    "version",
    "owner",
    "unit",
    "window_days",
    "min_volume",
    "null_meaning",
    "title",
    "doc",
    "definition",
)


def read_scorecard(reader: Reader) -> ScorecardSpec:
    """Read one scorecard; the largest contributions must add up to the maximum."""
    fields = reader.fields(("entity_type", "version", "effective_from", "maximum", "bands", "parts"))
    card = ScorecardSpec(
        entity_type=fields["entity_type"].name_in(SUBJECT_TYPES, "entity type"),
        version=fields["version"].integer(1, 10_000),
        effective_from=fields["effective_from"].day(),
        maximum=fields["maximum"].integer(1, 1_000_000),
        bands=tuple(_read_band(item) for item in fields["bands"].filled_items()),
        parts=tuple(_read_part(item) for item in fields["parts"].filled_items()),
    )
    total = sum(part.most_points for part in card.parts)
    if card.parts and total != card.maximum:
        fields["parts"].reject(
            f"the parts add up to {total} at most, the maximum is {card.maximum}", "Make the two equal."
        )
    _check_starts([Decimal(band.starts_at) for band in card.bands], fields["bands"])
    for band, place in zip(card.bands, fields["bands"].items(), strict=True):
        if band.starts_at >= card.maximum:
            place.at("starts_at").reject(f"no score reaches band {band.name}", f"Start below {card.maximum}.")
    return card


def _read_definition(reader: Reader) -> CountDefinition | RateDefinition:
    if reader.at("rate").is_given:
        rate = reader.fields(("rate",))["rate"].fields(("numerator", "denominator"))
        return RateDefinition(_read_filter(rate["numerator"]), _read_filter(rate["denominator"]))
    return CountDefinition(_read_filter(reader.fields(("count",))["count"]))


def _read_filter(reader: Reader) -> EventFilter:
    fields = reader.fields(("event",), ("where",))
    return EventFilter(fields["event"].name_in(EVENT_TYPES, "event type"), fields["where"].optional_text())


def _read_band(reader: Reader) -> ScoreBand:
    fields = reader.fields(("name", "starts_at"))
    return ScoreBand(fields["name"].matching(NAME), fields["starts_at"].integer(0, 1_000_000))


def _read_part(reader: Reader) -> ScorePart:
    fields = reader.fields(("signal", "null_points", "bins"))
    bins = tuple(_read_bin(item) for item in fields["bins"].filled_items())
    _check_starts([score_bin.starts_at for score_bin in bins], fields["bins"])
    return ScorePart(fields["signal"].matching(NAME), fields["null_points"].integer(0, 1_000_000), bins or _NO_BINS)


_NO_BINS = (ScoreBin(Decimal(0), 0),)  # keeps `most_points` defined while the missing bins are reported


def _read_bin(reader: Reader) -> ScoreBin:
    fields = reader.fields(("starts_at", "points"))
    return ScoreBin(fields["starts_at"].decimal(0, MOST_COUNT), fields["points"].integer(0, 1_000_000))


def _check_starts(starts: Sequence[Decimal], reader: Reader) -> None:
    """Note steps that do not begin at 0 or do not rise."""
    if starts and starts[0] != 0:
        reader.reject(f"the first step starts at {starts[0]}", "Start at 0, so that every value falls into one.")
    if any(later <= earlier for earlier, later in itertools.pairwise(starts)):
        reader.reject("the steps do not rise", "Order them by starts_at, without repeats.")
