"""The names that conditions may use today, for the engines and for the rule editor."""

from policies.queries.lists import list_types

from policies.rulelang import Schema
from risk.domain.records import entity_schema, event_schema
from risk.queries.signals import signals_in_force


def rule_schema(entity_type: str = "") -> Schema:
    """Return the schema of rules on entities of the type, or of rules on events when no type is given."""
    lists = list_types()
    signals = signals_in_force()
    return entity_schema(entity_type, signals, lists) if entity_type else event_schema(signals, lists)
