"""Write down the ground truth: which entities and which events are planted abuse."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.accounts import NEVER
from risk.domain.demo.batches import EventBatch
from risk.domain.demo.columns import Coded, Column, Fixed, FixedText, Frame, Moments, Words
from risk.domain.demo.identifiers import ID_LENGTH, write_ids
from risk.domain.demo.render import write_event_ids
from risk.domain.demo.seasons import DAY
from risk.domain.demo.vocabulary import ABUSE_KINDS, Abuse
from risk.domain.demo.world import World

LABELLED_TYPES = ("seller", "buyer", "listing")
_BURST = 6 * DAY
_NOTHING = Words(("",))


@dataclass(frozen=True, eq=False)
class EntityLabels:
    """One row per entity and kind of abuse: type code, running number, market, kind, first and last second."""

    entity_type: NDArray[np.int64]
    number: NDArray[np.int64]
    market: NDArray[np.int64]
    abuse: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class EventLabels:
    """One row per planted event: its running number, market, kind and time."""

    number: NDArray[np.int64]
    market: NDArray[np.int64]
    abuse: NDArray[np.int64]
    at: NDArray[np.int64]


def _label(
    world: World, entity_type: int, places: NDArray[np.int64], abuse: int, starts: NDArray[np.int64]
) -> EntityLabels:
    source = (world.sellers, world.buyers, world.listings)[entity_type]
    ends = np.full(len(places), world.season.end - 1)
    if abuse == Abuse.FAKE_REVIEWS:
        ends = np.minimum(starts + _BURST, ends)
    return EntityLabels(
        entity_type=np.full(len(places), entity_type),
        number=places,
        market=source.market[places],
        abuse=np.full(len(places), abuse),
        starts=np.maximum(starts, world.season.start),
        ends=ends,
    )


def label_entities(world: World) -> EntityLabels:
    """Return the planted sellers, buyers and listings with the time over which each is abusive."""
    rows = []
    for abuse in Abuse:
        places = np.flatnonzero(world.part == abuse)
        rows.append(_label(world, 0, places, abuse, world.part_from[places]))
    rows += [
        _label(world, 1, ring.members, Abuse.FAKE_REVIEWS, np.full(len(ring.members), ring.begins))
        for ring in world.cast.rings
    ]
    claimants = world.cast.claimants
    rows.append(_label(world, 1, claimants, Abuse.REFUND_ABUSE, np.full(len(claimants), world.season.start)))
    listings = world.listings
    copies = np.flatnonzero(listings.abuse == Abuse.COUNTERFEIT)
    rows.append(_label(world, 2, copies, Abuse.COUNTERFEIT, listings.created[copies]))
    gouged = np.flatnonzero(listings.abuse == Abuse.PRICE_GOUGING)
    raised = listings.changed[gouged]
    since = np.where(raised < NEVER, raised, listings.created[gouged])
    rows.append(_label(world, 2, gouged, Abuse.PRICE_GOUGING, since))
    names = EntityLabels.__dataclass_fields__
    return EntityLabels(**{name: np.concatenate([getattr(row, name) for row in rows]) for name in names})


def label_events(batch: EventBatch, first: int) -> EventLabels:
    """Return the planted events of a chunk whose events are numbered from `first`."""
    rows = np.flatnonzero(batch["abuse"] >= 0)
    return EventLabels(
        number=first + rows,
        market=batch["market"][rows].astype(np.int64),
        abuse=batch["abuse"][rows].astype(np.int64),
        at=batch["at"][rows],
    )


def render_entity_labels(world: World, labels: EntityLabels) -> Frame:
    """Return the rows of the labels table about entities."""
    size = len(labels.number)
    ids = np.empty((size, ID_LENGTH), dtype=np.uint8)
    for code, name in enumerate(LABELLED_TYPES):
        rows = labels.entity_type == code
        ids[rows] = write_ids(name, labels.number[rows], world.request.seed).cells
    return Frame(
        size,
        {
            **_share_columns(world, "entity", labels.market, labels.abuse),
            "event_id": Coded(np.full(size, -1), _NOTHING),
            "entity_type": Coded(labels.entity_type, Words(LABELLED_TYPES)),
            "external_id": Fixed(FixedText(ids)),
            "starts_at": Moments(labels.starts),
            "ends_at": Moments(labels.ends),
        },
    )


def render_event_labels(world: World, labels: EventLabels) -> Frame:
    """Return the rows of the labels table about events."""
    size = len(labels.number)
    blank = Coded(np.full(size, -1), _NOTHING)
    return Frame(
        size,
        {
            **_share_columns(world, "event", labels.market, labels.abuse),
            "event_id": Fixed(write_event_ids(world.request, labels.number)),
            "entity_type": blank,
            "external_id": blank,
            "starts_at": Moments(labels.at),
            "ends_at": Moments(labels.at),
        },
    )


def _share_columns(world: World, level: str, market: NDArray[np.int64], abuse: NDArray[np.int64]) -> dict[str, Column]:
    return {
        "level": Coded(np.zeros(len(market), dtype=np.int8), Words((level,))),
        "market": Coded(market, Words(world.request.markets)),
        "abuse": Coded(abuse, Words(ABUSE_KINDS)),
    }
