"""What conditions see of an event or an entity: the names, and the values under them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from policies.domain.signals import SignalSpec, SignalUnit
from policies.rulelang import BOOL, DOUBLE, INT, STRING, TIMESTAMP, Field, Schema, Type
from risk.domain.vocabulary import PAYLOAD_FIELDS, EntityType, PayloadType

PAYLOAD_TYPES: dict[PayloadType, Type] = {
    PayloadType.STRING: STRING,
    PayloadType.DOUBLE: DOUBLE,
    PayloadType.INT: INT,
    PayloadType.BOOL: BOOL,
    PayloadType.TIMESTAMP: TIMESTAMP,
}

EVENT_FIELDS: dict[str, Field] = {
    "event.id": Field(STRING, doc="The event's id at its source."),
    "event.type": Field(STRING, doc="What happened, such as order_placed."),
    "event.market": Field(STRING, doc="The market's code, such as BR."),
    "event.occurred_at": Field(TIMESTAMP, doc="When it happened, by the data's clock."),
}

# Of every entity: its key and what most marketplaces know of it.
ENTITY_FIELDS: dict[str, Field] = {
    "id": Field(STRING, nullable=True, doc="The id at the marketplace; null when the event touches none."),
    "name": Field(STRING, nullable=True, doc="The name that people see."),
    "category": Field(STRING, nullable=True, doc="The main category."),
    "tier": Field(STRING, nullable=True, doc="The tier that the marketplace gave it."),
    "country": Field(STRING, nullable=True, doc="The country of the account."),
    "registered_at": Field(TIMESTAMP, nullable=True, doc="When it was registered."),
}


@dataclass(frozen=True)
class EntitySnapshot:
    """An entity as of a moment: what records and evidence are made of."""

    id: int
    type: str
    external_id: str
    name: str
    attributes: Mapping[str, Any]
    signals: Mapping[str, float | None] = field(default_factory=dict)

    def with_signals(self, signals: Mapping[str, float | None]) -> "EntitySnapshot":
        """Return the entity with these signals."""
        return EntitySnapshot(self.id, self.type, self.external_id, self.name, self.attributes, signals)


def payload_schema() -> Schema:
    """Return the schema of signal definitions: the payload and the event itself."""
    return Schema.build(fields=_payload_fields() | EVENT_FIELDS)


def event_schema(signals: Iterable[SignalSpec], lists: Mapping[str, Type]) -> Schema:
    """Return the schema of rules on events: payload, event, and each role with its attributes and signals."""
    fields = _payload_fields() | EVENT_FIELDS
    known = tuple(signals)
    for role in EntityType:
        fields |= _entity_fields(role, known)
    return Schema.build(fields=fields, lists=lists)


def entity_schema(entity_type: str, signals: Iterable[SignalSpec], lists: Mapping[str, Type]) -> Schema:
    """Return the schema of rules on entities of a type: its attributes and signals, and the market."""
    market = {"event.market": EVENT_FIELDS["event.market"]}
    return Schema.build(fields=market | _entity_fields(EntityType(entity_type), tuple(signals)), lists=lists)


def event_values(
    *,
    external_id: str,
    event_type: str,
    market: str,
    occurred_at: datetime,
    payload: Mapping[str, Any],
    roles: Mapping[str, EntitySnapshot],
) -> dict[str, Any]:
    """Return the values of a record for an event; the payload cannot hide the event or a role."""
    event = {"id": external_id, "type": event_type, "market": market, "occurred_at": occurred_at}
    return {**payload, **{role: entity_values(entity) for role, entity in roles.items()}, "event": event}


def entity_record_values(entity: EntitySnapshot, market: str) -> dict[str, Any]:
    """Return the values of a record for an entity by itself."""
    return {entity.type: entity_values(entity), "event": {"market": market}}


def entity_values(entity: EntitySnapshot) -> dict[str, Any]:
    """Return what stands under a role; attributes cannot hide the key, the name or a signal."""
    return {**entity.attributes, "id": entity.external_id, "name": entity.name or None, **entity.signals}


def fields_by_role(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return which fields of each role these field names ask for; those of the payload and the event are left out."""
    found: dict[str, set[str]] = {}
    for name in names:
        role, dot, rest = name.partition(".")
        if dot and role != "event":
            found.setdefault(role, set()).add(rest)
    return {role: frozenset(fields) for role, fields in found.items()}


def _payload_fields() -> dict[str, Field]:
    return {name: Field(PAYLOAD_TYPES[kind], nullable=True) for name, kind in PAYLOAD_FIELDS.items()}


def _entity_fields(role: EntityType, signals: tuple[SignalSpec, ...]) -> dict[str, Field]:
    fields = {f"{role}.{name}": described for name, described in ENTITY_FIELDS.items()}
    for spec in signals:
        if spec.entity_type == role:
            unit = spec.unit.value
            doc = f"{spec.title} ({spec.window_days} d)"
            kind = DOUBLE if spec.unit is SignalUnit.SHARE else INT
            fields[f"{role}.{spec.name}"] = Field(kind, nullable=True, doc=doc, unit=unit, label=spec.title)
    return fields
