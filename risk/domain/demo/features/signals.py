"""Signals as of every event: those of a pack, and some more that only the rules of the demo marketplace read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from policies.domain.signals import CountDefinition, EventFilter, RateDefinition, SignalSpec, SignalUnit
from risk.domain.demo.features.history import Flags
from risk.domain.demo.features.table import EventTable, Feature

FilterFlags: TypeAlias = Mapping[EventFilter, Flags]
"""For each filter, the events that it takes."""
Definition: TypeAlias = CountDefinition | RateDefinition


def _spec(
    name: str, role: str, days: int, least: int, doc: str, definition: CountDefinition | RateDefinition
) -> SignalSpec:
    unit = SignalUnit.COUNT if isinstance(definition, CountDefinition) else SignalUnit.SHARE
    meaning = f"There were fewer than {least}." if least else ""
    return SignalSpec(name, role, role, 1, "demo", unit, days, least, meaning, doc, doc, definition)


def _count(event: str, where: str | None = None) -> CountDefinition:
    return CountDefinition(EventFilter(event, where))


def _rate(event: str, where: str, denominator: str, denominator_where: str | None = None) -> RateDefinition:
    return RateDefinition(EventFilter(event, where), EventFilter(denominator, denominator_where))


LATE = "event.occurred_at > dispatch_due_at"
FIVE_STARS = "rating == 5"
DEMO_SIGNALS = (
    _spec(
        "late_dispatch_rate_7d", "seller", 7, 5, "Late dispatch rate, 7 days",
        _rate("order_dispatched", LATE, "order_dispatched", "dispatch_due_at != null"),
    ),
    _spec(
        "late_dispatches_7d", "seller", 7, 0, "Orders dispatched late in 7 days", _count("order_dispatched", LATE),
    ),
    _spec("reviews_7d", "seller", 7, 0, "Reviews in 7 days", _count("review_posted")),
    _spec("five_star_reviews_3d", "seller", 3, 0, "Five-star reviews in 3 days", _count("review_posted", FIVE_STARS)),
    _spec(
        "five_star_reviews_60d", "seller", 60, 0, "Five-star reviews in 60 days", _count("review_posted", FIVE_STARS),
    ),
    _spec(
        "not_as_described_rate_60d", "seller", 60, 10, "Refunds for wrong or other goods, per order of 60 days",
        _rate("refund_requested", 'reason in ["not_as_described", "wrong_item"]', "order_placed"),
    ),
    _spec("refunds_14d", "buyer", 14, 0, "Refunds requested in 14 days", _count("refund_requested")),
    _spec(
        "not_received_claims_60d", "buyer", 60, 0, "Refunds in 60 days for goods that did not come",
        _count("refund_requested", 'reason == "item_not_received"'),
    ),
    _spec(
        "cancellations_60d", "buyer", 60, 0, "Orders that the buyer cancelled in 60 days",
        _count("order_cancelled", 'fault == "buyer"'),
    ),
)  # fmt: skip
"""In the form of a pack's signals; a marketplace that wants them adds them to its pack."""


def read_signals_as_of_events(table: EventTable, specs: Sequence[SignalSpec], taken: FilterFlags) -> dict[str, Feature]:
    """Return each signal, under its name with the role before it, as of every event that touches the role.

    The same reading as the workers do for the last event of a day: (event - window, event], no value where a rate
    counts fewer events than its minimum volume.
    """
    return {f"{spec.role}.{spec.name}": _read(table, spec, taken) for spec in specs}


def filters_of(specs: Iterable[SignalSpec]) -> set[EventFilter]:
    """Return every distinct filter of events."""
    found: set[EventFilter] = set()
    for spec in specs:
        definition = spec.definition
        if isinstance(definition, CountDefinition):
            found.add(definition.count)
        else:
            found |= {definition.numerator, definition.denominator}
    return found


def _read(table: EventTable, spec: SignalSpec, taken: FilterFlags) -> Feature:
    history, is_touched = table.history(spec.role), table.has(spec.role)
    definition = spec.definition
    if isinstance(definition, CountDefinition):
        counted = history.count(taken[definition.count], spec.window_days)
        return Feature(counted, is_touched & (counted >= spec.min_volume))
    counted = history.count(taken[definition.numerator], spec.window_days)
    volume = history.count(taken[definition.denominator], spec.window_days)
    return Feature(counted / np.maximum(volume, 1), is_touched & (volume >= max(spec.min_volume, 1)))
