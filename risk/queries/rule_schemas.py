"""Say which names the conditions of rules may use now."""

from collections.abc import Mapping, Sequence

from policies.domain.conditions import RuleSchemas
from policies.domain.signals import SignalSpec
from policies.queries.lists import list_types
from policies.rulelang import Type
from risk.domain.records import entity_schema, event_schema
from risk.domain.vocabulary import EntityType
from risk.queries.signals import signals_in_force


def rule_schemas() -> RuleSchemas:
    """Return the schemas from the signals and lists that hold now."""
    return schemas_of(signals_in_force(), list_types())


def schemas_of(signals: Sequence[SignalSpec], lists: Mapping[str, Type]) -> RuleSchemas:
    """Return the schemas for these signals and lists."""
    entities = {kind.value: entity_schema(kind, signals, lists) for kind in EntityType}
    return RuleSchemas(event_schema(signals, lists), entities)
