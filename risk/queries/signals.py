"""Read the definitions of signals and scorecards that hold now."""

from dataclasses import dataclass

from policies.domain.signals import ScorecardSpec, SignalSpec, parse_scorecard, parse_signal
from risk.models import Scorecard, SignalDefinition


class BrokenDefinitionError(Exception):
    """A stored definition does not read: a later program wrote it, or somebody changed the row."""


@dataclass(frozen=True)
class CardInForce:
    """A scorecard and the key of its row."""

    id: int
    spec: ScorecardSpec


def signals_in_force() -> tuple[SignalSpec, ...]:
    """Return the newest version of each signal by name; `version` is the number in this database."""
    rows = SignalDefinition.objects.order_by("name", "-version").distinct("name")
    return tuple(_signal(row) for row in rows)


def scorecards_in_force() -> dict[str, CardInForce]:
    """Return the newest scorecard per entity type."""
    rows = Scorecard.objects.order_by("entity_type", "-version").distinct("entity_type")
    return {row.entity_type: CardInForce(row.pk, _scorecard(row)) for row in rows}


def _signal(row: SignalDefinition) -> SignalSpec:
    spec = parse_signal(row.definition | {"version": row.version})
    if not isinstance(spec, SignalSpec):
        raise BrokenDefinitionError(f"signal {row}: {'; '.join(str(problem) for problem in spec)}")
    return spec


def _scorecard(row: Scorecard) -> ScorecardSpec:
    card = parse_scorecard(row.definition)
    if not isinstance(card, ScorecardSpec):
        raise BrokenDefinitionError(f"scorecard {row}: {'; '.join(str(problem) for problem in card)}")
    return card
