"""Check one event as it came in, and give it back typed or with everything that is wrong with it."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from governance.domain.errors import FieldProblem
from policies.rulelang.moments import parse_timestamp
from risk.domain.json_values import check_object, show_key
from risk.domain.vocabulary import PAYLOAD_FIELDS, EntityType

MAX_EVENT_ID: Final = 160
MAX_ENTITY_ID: Final = 128
MAX_NAME: Final = 240
MAX_ENTITIES: Final = 16
MAX_SOURCE: Final = 48
MAX_PAYLOAD_BYTES: Final = 64 * 1024
MAX_ATTRIBUTES_BYTES: Final = 16 * 1024
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE: Final = timedelta(days=1)  # clocks of senders run ahead; more than that is a mistake

_EVENT_KEYS = frozenset({"id", "type", "occurred_at", "market", "entities", "payload"})
_ENTITY_KEYS = frozenset({"id", "type", "name", "attributes"})
_ENTITY_TYPES = frozenset(item.value for item in EntityType)
_NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,47}", re.ASCII)
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,23}", re.ASCII)
_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,47}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ZONELESS = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d*)?)?)?", re.ASCII)
# Rules name payload fields, roles, `event` and `lists` side by side: a role may not hide one of the others.
_TAKEN_ROLES = frozenset({"event", "lists", *PAYLOAD_FIELDS})
_INSTANT_HINT = "Write it as 2026-01-31T08:00:00Z."


@dataclass(frozen=True, slots=True)
class EntityRef:
    """An entity as an event names it: its key within the market, and what the event tells of it."""

    type: str
    external_id: str
    name: str = ""
    attributes: Mapping[str, Any] = field(default_factory=lambda: _NO_ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class EventItem:
    """One sound event: the moment is in UTC, entities are by role, the payload is JSON-ready."""

    external_id: str
    type: str
    occurred_at: datetime
    market: str
    entities: Mapping[str, EntityRef]
    payload: Mapping[str, Any]


def check_source(source: object) -> list[FieldProblem]:
    """Return what is wrong with the name of a source; it is part of every event's identity."""
    if isinstance(source, str) and _SOURCE.fullmatch(source):
        return []
    hint = f"Use 1 to {MAX_SOURCE} small letters, digits, - and _, beginning with a letter, such as shop."
    return [FieldProblem("source", "is missing" if source is None else "is not a source name", hint)]


def validate_event(raw: object, *, markets: Set[str], now: datetime) -> EventItem | list[FieldProblem]:
    """Return the event, or every problem with its place; never raises on JSON values of any shape.

    markets are the codes that exist, now is the wall clock (aware). Place is a path such as
    `entities.seller.id`, empty for the event as a whole.
    """
    if not isinstance(raw, dict):
        return [FieldProblem("", "is not an object", 'An event is an object: {"id": …, "type": …, …}.')]
    problems: list[FieldProblem] = []
    if not raw.keys() <= _EVENT_KEYS:
        problems += _unknown_keys(raw, _EVENT_KEYS, "")
    external_id, kind, market = raw.get("id"), raw.get("type"), raw.get("market")
    check_text(external_id, "id", MAX_EVENT_ID, problems)
    if not (isinstance(kind, str) and _TYPE.fullmatch(kind)):
        problems.append(_bad_name(kind, "type", 48, "order_placed"))
    if not (isinstance(market, str) and market in markets):
        problems.append(_bad_market(market, markets))
    occurred_at = _read_moment(raw.get("occurred_at"), now, problems)
    entities = _read_entities(raw.get("entities"), problems)
    payload = raw.get("payload")
    if payload is None:
        payload = {}
    elif payload != {}:
        problems += check_object(payload, "payload", MAX_PAYLOAD_BYTES, PAYLOAD_FIELDS)
    if problems or occurred_at is None:
        return problems
    return EventItem(str(external_id), str(kind), occurred_at, str(market), entities, payload)


def check_text(value: object, place: str, limit: int, problems: list[FieldProblem]) -> None:
    """Append what keeps a value from being an identifier: 1 to `limit` characters, no control characters."""
    if type(value) is str and 0 < len(value) <= limit and not _CONTROL.search(value) and value == value.strip():
        if value.isascii() or _is_storable(value):
            return
        problems.append(FieldProblem(place, "holds half a character", "Send the text as UTF-8."))
    elif value is None:
        problems.append(FieldProblem(place, "is missing", f"Send text of 1 to {limit} characters."))
    elif isinstance(value, bool) or not isinstance(value, str):
        hint = f'Send it in quotes: "{value}".' if type(value) is int and abs(value) < 10**20 else "Send text."
        problems.append(FieldProblem(place, f"is {_name_kind(value)}, not text", hint))
    elif not value:
        problems.append(FieldProblem(place, "is empty", f"Send text of 1 to {limit} characters."))
    elif len(value) > limit:
        problems.append(FieldProblem(place, f"has {len(value)} characters", f"At most {limit} are kept."))
    elif _CONTROL.search(value):
        problems.append(FieldProblem(place, "holds a control character", "Leave out line breaks, tabs and NUL."))
    else:
        problems.append(FieldProblem(place, "begins or ends with a space", "Trim it: it would be another identity."))


def _is_storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _name_kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list | tuple) else "an object"


def _unknown_keys(raw: Mapping[Any, Any], known: Set[str], place: str) -> list[FieldProblem]:
    hint = f"Known here: {', '.join(sorted(known))}."
    strangers = sorted(show_key(key) for key in raw if key not in known)[:10]
    return [FieldProblem(f"{place}{key}", "is not a known field", hint) for key in strangers]


def _bad_name(value: object, place: str, limit: int, example: str) -> FieldProblem:
    message = "is missing" if value is None else "is not a name"
    hint = f"Use 1 to {limit} small letters, digits and _, beginning with a letter, such as {example}."
    return FieldProblem(place, message, hint)


def _bad_market(value: object, markets: Set[str]) -> FieldProblem:
    shown = ", ".join(sorted(markets)[:30])
    if value is None:
        return FieldProblem("market", "is missing", f"Send one of: {shown}.")
    if isinstance(value, str) and value.upper() in markets:
        return FieldProblem("market", "is not in capitals", f"Send {value.upper()}.")
    return FieldProblem("market", "is not a market of this console", f"Send one of: {shown}.")


def _read_moment(value: object, now: datetime, problems: list[FieldProblem]) -> datetime | None:
    if not isinstance(value, str):
        message = "is missing" if value is None else f"is {_name_kind(value)}, not a moment"
        problems.append(FieldProblem("occurred_at", message, _INSTANT_HINT))
        return None
    try:
        moment = parse_timestamp(value)
    except ValueError:
        if _ZONELESS.fullmatch(value):
            problem = FieldProblem("occurred_at", "has no time zone", "Add it: Z for UTC, or an offset such as -03:00.")
        else:
            problem = FieldProblem("occurred_at", "is not a moment", _INSTANT_HINT)
        problems.append(problem)
        return None
    if moment < EARLIEST:
        problems.append(FieldProblem("occurred_at", "is before the year 2000", "Send the moment of the event."))
    elif moment > now + FUTURE_TOLERANCE:
        problems.append(
            FieldProblem("occurred_at", "is more than a day ahead of now", "Check the sender's clock and time zone.")
        )
    return moment


def _read_entities(value: object, problems: list[FieldProblem]) -> dict[str, EntityRef]:
    if not isinstance(value, dict) or not 0 < len(value) <= MAX_ENTITIES:
        message = "is missing" if value is None else f"is not an object of 1 to {MAX_ENTITIES} roles"
        problems.append(FieldProblem("entities", message, 'Name whom the event touches: {"seller": "S1"}.'))
        return {}
    found: dict[str, EntityRef] = {}
    for role, described in value.items():
        if not (isinstance(role, str) and _ROLE.fullmatch(role)) or role in _TAKEN_ROLES:
            problems.append(_bad_role(role))
            continue
        if type(described) is str and role in _ENTITY_TYPES:
            check_text(described, f"entities.{role}", MAX_ENTITY_ID, problems)
            found[role] = EntityRef(role, described)
        else:
            _read_entity(role, described, found, problems)
    return found


def _bad_role(role: object) -> FieldProblem:
    place = f"entities.{show_key(role)}"
    if role in _TAKEN_ROLES:
        return FieldProblem(
            place, "cannot be a role: rules use that name for something else", "Name the role otherwise."
        )
    return _bad_name(role, place, 24, "seller")


def _read_entity(role: str, described: object, found: dict[str, EntityRef], problems: list[FieldProblem]) -> None:
    place = f"entities.{role}"
    if isinstance(described, str):
        described = {"id": described}
    if not isinstance(described, dict):
        problems.append(FieldProblem(place, "is neither text nor an object", 'Send "S1" or {"id": "S1", "type": …}.'))
        return
    before = len(problems)
    if not described.keys() <= _ENTITY_KEYS:
        problems += _unknown_keys(described, _ENTITY_KEYS, f"{place}.")
    check_text(described.get("id"), f"{place}.id", MAX_ENTITY_ID, problems)
    kind = described.get("type", role)
    if not (isinstance(kind, str) and kind in _ENTITY_TYPES):
        problems.append(_bad_entity_type(described.get("type"), role))
    name = described.get("name")
    if name is not None and name != "":
        check_text(name, f"{place}.name", MAX_NAME, problems)
    attributes = described.get("attributes")
    if attributes is None or attributes == {}:
        attributes = _NO_ATTRIBUTES
    else:
        problems += check_object(attributes, f"{place}.attributes", MAX_ATTRIBUTES_BYTES, {})
    if len(problems) == before:
        found[role] = EntityRef(str(kind), str(described["id"]), name or "", attributes)


def _bad_entity_type(given: object, role: str) -> FieldProblem:
    known = ", ".join(sorted(_ENTITY_TYPES))
    if given is None:
        return FieldProblem(
            f"entities.{role}.type", f"is missing: the role {role} is no entity type", f"One of: {known}."
        )
    return FieldProblem(f"entities.{role}.type", "is not an entity type", f"One of: {known}.")
