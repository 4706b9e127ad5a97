"""Read the events and entities of a mapping."""

import re
import string
from collections.abc import Iterator, Sequence
from typing import Final

from policies.domain.reading import Reader, did_you_mean
from risk.domain.mapping.spec import (
    Cell,
    CellType,
    EntitySpec,
    EventSpec,
    MissingRole,
    RoleSpec,
    Test,
    TestKind,
)
from risk.domain.vocabulary import PAYLOAD_FIELDS, EntityType

_TYPE = re.compile(r"[a-z][a-z0-9_]{0,47}", re.ASCII)
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,23}", re.ASCII)
_CODE = re.compile(r"[A-Z]{2}", re.ASCII)
_ENTITY_TYPES: Final = tuple(item.value for item in EntityType)
_SOURCES = ("column", "first", "template", "constant")
_CELL_KEYS = (*_SOURCES, "type", "rename")
_NOTHING = Cell()


def read_events(reader: Reader, known: Sequence[str], market: str | None) -> Iterator[EventSpec]:
    """Yield the events; `market` is that of the whole mapping."""
    for item in reader.items() if reader.is_given else []:
        fields = item.fields(("from", "type", "id", "occurred_at", "roles"), ("market", "payload", "when"))
        yield EventSpec(
            path=item.path,
            source=fields["from"].name_in(known, "file or table"),
            type=_read_word(fields["type"], _TYPE, "an event type", "order_placed"),
            id=_read_cell(fields["id"]),
            occurred_at=_read_cell(fields["occurred_at"], CellType.TIMESTAMP),
            market=_read_market(item, fields["market"], market),
            roles=tuple(sorted(_read_roles(fields["roles"]), key=lambda role: role.role)),
            payload=dict(sorted(_read_payload(fields["payload"]))),
            when=tuple(_read_tests(fields["when"])),
        )


def read_entities(reader: Reader, known: Sequence[str], market: str | None) -> Iterator[EntitySpec]:
    """Yield the entities; `market` is that of the whole mapping."""
    for item in reader.items() if reader.is_given else []:
        optional = ("market", "name", "attributes", "attributes_from", "described_at", "when")
        fields = item.fields(("from", "type", "id"), optional)
        kind = _read_word(fields["type"], _TYPE, "an entity type", "seller")
        word = kind.constant
        if isinstance(word, str) and _TYPE.fullmatch(word) and word not in _ENTITY_TYPES:
            hint = did_you_mean(word, _ENTITY_TYPES, f"One of: {', '.join(_ENTITY_TYPES)}.")
            fields["type"].reject(f"{word} is not an entity type", hint)
        attributes = fields["attributes"]
        described = fields["described_at"]
        yield EntitySpec(
            path=item.path,
            source=fields["from"].name_in(known, "file or table"),
            type=kind,
            id=_read_cell(fields["id"]),
            market=_read_market(item, fields["market"], market),
            name=_read_cell(fields["name"]) if fields["name"].is_given else None,
            attributes={
                name: _read_cell(cell) for name, cell in sorted(attributes.entries() if attributes.is_given else [])
            },
            merged=fields["attributes_from"].optional_text(),
            described_at=_read_cell(described, CellType.TIMESTAMP) if described.is_given else None,
            when=tuple(_read_tests(fields["when"])),
        )


def _read_market(item: Reader, reader: Reader, market: str | None) -> Cell:
    if reader.is_given:
        return _read_word(reader, _CODE, "a market code", "BR")
    if market is None:
        item.reject("the market is not named", "Add market, here or for the whole mapping, such as market: BR.")
    return Cell(constant=market)


def _read_word(reader: Reader, pattern: re.Pattern[str], kind: str, example: str) -> Cell:
    """Return a constant for a plain word, and otherwise the cell that says where the word comes from."""
    cell = Cell(constant=reader.text()) if isinstance(reader.value, str) else _read_cell(reader)
    word = cell.constant
    if word not in (None, "") and not pattern.fullmatch(str(word)):
        reader.reject(f"{word} is not {kind}", f"Write it as {example}, or {{column: name}} to read it from the rows.")
    return cell


def _read_cell(reader: Reader, otherwise: CellType = CellType.STRING) -> Cell:
    """Return where a value comes from: `column`, `"{a}:{b}"`, or keys and values."""
    if isinstance(reader.value, str):
        text = reader.text()
        has_place = "{" in text or "}" in text
        return _read_template(reader, text, otherwise) if has_place else Cell(columns=(text,), type=otherwise)
    if not reader.is_given:
        reader.reject("is empty", "Name the column that holds it.")
        return _NOTHING
    fields = reader.fields((), _CELL_KEYS)
    given = [key for key in _SOURCES if fields[key].is_given]
    if len(given) != 1:
        if isinstance(reader.value, dict):
            reason = f"{' and '.join(given)} are given at once" if given else "does not say where the value comes from"
            reader.reject(reason, f"Give one of {', '.join(_SOURCES)}.")
        return _NOTHING
    if fields["rename"].is_given and given[0] in ("template", "constant"):
        fields["rename"].reject(f"a {given[0]} is not renamed", "Use rename with column or first.")
    kind = fields["type"].choice(CellType) if fields["type"].is_given else otherwise
    place = fields[given[0]]
    if given == ["template"]:
        return _read_template(place, place.text(), kind)
    if given == ["constant"]:
        return _read_constant(place, kind)
    renamed = _read_names(fields["rename"]) if fields["rename"].is_given else None
    columns = [item.text() for item in place.filled_items()] if given == ["first"] else [place.text()]
    return Cell(columns=tuple(columns), type=kind, renamed=renamed)


def _read_constant(reader: Reader, kind: CellType) -> Cell:
    if not isinstance(reader.value, str | int | float | bool):
        reader.reject("is no single value", "Use text, a number, true or false.")
        return _NOTHING
    return Cell(constant=reader.value, type=kind)


def _read_names(reader: Reader) -> dict[str, str]:
    return {key: item.text() for key, item in reader.entries()}


def _read_template(reader: Reader, text: str, kind: CellType) -> Cell:
    columns: list[str] = []
    pattern = ""
    is_sound = True
    try:
        for literal, column, form, conversion in string.Formatter().parse(text):
            pattern += literal.replace("{", "{{").replace("}", "}}")
            if column is not None:
                is_sound = is_sound and bool(column) and not form and not conversion
                columns.append(column)
                pattern += "{}"
    except ValueError:
        is_sound = False
    if not (is_sound and columns):
        hint = 'Write column names in braces, such as "{order_id}:{seller_id}".'
        reader.reject(f"{text} is not a template over columns", hint)
    return Cell(columns=tuple(columns), template=pattern, type=kind)


def _read_roles(reader: Reader) -> Iterator[RoleSpec]:
    if reader.value == {}:
        reader.reject("an event touches nobody", "Add a role, such as seller: seller_id.")
    for role, item in reader.entries():
        if not _ROLE.fullmatch(role) or role in {"event", "lists", *PAYLOAD_FIELDS}:
            item.reject(f"{role} cannot be a role", "Use a name such as seller that is no name of a payload field.")
        fields = item.fields((), ("type", "missing", "id")) if isinstance(item.value, dict) else {}
        kind = fields["type"].text() if fields and fields["type"].is_given else role
        if kind not in _ENTITY_TYPES:
            hint = did_you_mean(kind, _ENTITY_TYPES, f"Add type, one of: {', '.join(_ENTITY_TYPES)}.")
            item.reject(f"{kind} is not an entity type", hint)
        is_said = bool(fields) and fields["missing"].is_given
        cell = fields["id"] if fields else item
        if fields and not cell.is_given:
            item.reject("the id is missing", "Add id: the column that holds it.")
        yield RoleSpec(
            role=role,
            type=kind,
            id=_read_cell(cell),
            missing=fields["missing"].choice(MissingRole) if is_said else MissingRole.REJECT,
        )


def _read_payload(reader: Reader) -> Iterator[tuple[str, Cell]]:
    for name, item in reader.entries() if reader.is_given else []:
        known = PAYLOAD_FIELDS.get(name)
        cell = _read_cell(item, CellType(known.value) if known else CellType.STRING)
        if known and cell != _NOTHING and cell.type != known.value:
            item.reject(f"{name} is {known.value} in rules, not {cell.type.value}", "Leave the type out.")
        yield name, cell


def _read_tests(reader: Reader) -> Iterator[Test]:
    if not reader.is_given:
        return
    single = isinstance(reader.value, dict)
    for item in [reader] if single else reader.items():
        fields = item.fields(("column",), ("present", "equals", "in", "not_in"))
        column = fields["column"].text()
        given = [key for key in ("present", "equals", "in", "not_in") if fields[key].is_given]
        if len(given) != 1:
            if isinstance(item.value, dict):
                reason = f"{' and '.join(given)} are asked at once" if given else "does not say what is asked"
                item.reject(reason, "Give one of present, equals, in and not_in; of several tests make a list.")
            continue
        asked = fields[given[0]]
        if given == ["present"]:
            yield Test(column, TestKind.PRESENT if asked.flag() else TestKind.ABSENT)
        elif given == ["equals"]:
            yield Test(column, TestKind.IN, frozenset({_as_text(asked)}))
        else:
            values = frozenset(_as_text(value) for value in asked.filled_items())
            yield Test(column, TestKind.IN if given == ["in"] else TestKind.NOT_IN, values)


def _as_text(reader: Reader) -> str:
    if isinstance(reader.value, bool):
        return "true" if reader.value else "false"
    if isinstance(reader.value, int | float):
        return str(reader.value)
    return reader.text()
