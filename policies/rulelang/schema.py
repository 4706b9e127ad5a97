"""Say which names a condition may use: the fields of a record with their types, and the named lists."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from policies.rulelang.limits import INT_MAX, INT_MIN, MAX_NAME_PARTS
from policies.rulelang.types import DOUBLE, INT, STRING, Kind, Type, parse_type

LISTS = "lists"
"""The name under which a condition finds the named lists."""

KEYWORDS = frozenset({"true", "false", "null", "in"})
RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let"}
    | {"loop", "package", "namespace", "return", "var", "void", "while"}
)
"""Words that CEL keeps for itself: no bare field may have such a name."""

LIST_ELEMENT_KINDS = frozenset({Kind.STRING, Kind.INT, Kind.DOUBLE})
_PART = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class SchemaError(ValueError):
    """A schema that cannot be used; `reasons` says for each name what is wrong and what to do."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of a record.

    `nullable` says that it may be null or absent, which mean the same: no data. `doc` is one line for
    the editor. `unit` is `share` (0.1 is shown as 10 %), `count`, a currency or whatever is written
    behind the number. `label` is the name in plain words; empty means: derived from the name.
    """

    type: Type
    nullable: bool = False
    doc: str = ""
    unit: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        if self.type.nullable:
            object.__setattr__(self, "nullable", True)
            object.__setattr__(self, "type", self.type.without_null())

    @property
    def full_type(self) -> Type:
        """The type with null allowed where the field may be null."""
        return self.type.or_null() if self.nullable else self.type


@dataclass(frozen=True)
class Schema:
    """The names a condition may use. Make one with `Schema.build`, which checks it.

    `fields` maps a dotted name (`amount`, `seller.id`) to its field; `lists` maps the name of a list
    (without `lists.`) to the type of its entries.
    """

    fields: Mapping[str, Field]
    lists: Mapping[str, Type]

    @classmethod
    def build(
        cls, *, fields: Mapping[str, Field | Type | str], lists: Mapping[str, Type | str] | None = None
    ) -> "Schema":
        """Build a schema; a type alone, or its spelling such as `"double?"`, stands for a plain field.

        Raises:
            SchemaError: a name cannot be written in a condition, a type is unknown, or a name is both a
                field and the first part of another.
        """
        reasons: list[str] = []
        built: dict[str, Field] = {}
        for name, given in fields.items():
            reasons += _faults_of_name(name)
            try:
                built[name] = _as_field(given)
            except ValueError as error:
                reasons.append(f"{name}: {error}")
        entry_types: dict[str, Type] = {}
        for name, given_type in (lists or {}).items():
            if not _PART.fullmatch(name) or name in KEYWORDS:
                reasons.append(f"{LISTS}.{name}: {_NAME_RULE}")
            try:
                entry_types[name] = _as_entry_type(given_type)
            except ValueError as error:
                reasons.append(f"{LISTS}.{name}: {error}")
        reasons += _faults_between(built)
        if reasons:
            raise SchemaError(reasons)
        return cls(MappingProxyType(built), MappingProxyType(entry_types))

    @classmethod
    def from_form(
        cls,
        fields: Mapping[str, str | Mapping[str, str]],
        lists: Mapping[str, Sequence[object]] | None = None,
    ) -> "Schema":
        """Build a schema from the form of a rules file.

        A field is a spelling (`"double?"`) or a mapping with `type` and, if wished, `doc`, `unit` and
        `label`. The type of a list's entries is read off the entries.

        Raises:
            SchemaError: as `build`, or the form is not as described.
        """
        reasons: list[str] = []
        built: dict[str, Field | Type | str] = {}
        for name, form in fields.items():
            try:
                built[name] = form if isinstance(form, str) else _field_of_form(form)
            except ValueError as error:
                reasons.append(f"{name}: {error}")
        entries: dict[str, Type | str] = {}
        for name, values in (lists or {}).items():
            try:
                entries[name] = entry_type_of(values)
            except ValueError as error:
                reasons.append(f"{LISTS}.{name}: {error}")
        if reasons:
            raise SchemaError(reasons)
        return cls.build(fields=built, lists=entries)

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The first parts of dotted names, such as `seller` and `event`, in alphabetical order."""
        return tuple(sorted({name.split(".")[0] for name in self.fields if "." in name}))

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """Every dotted beginning that is not itself a field: `seller`, `seller.bank`."""
        found: set[str] = set()
        for name in self.fields:
            parts = name.split(".")
            found.update(".".join(parts[:count]) for count in range(1, len(parts)))
        return frozenset(found)


def entry_type_of(values: Sequence[object]) -> Type:
    """Return the type that the entries of a list have in common; an empty list counts as one of texts.

    Raises:
        ValueError: the entries are not all text or all numbers, or a number is beyond what a field can hold.
    """
    if all(isinstance(value, str) for value in values):
        return STRING
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        raise ValueError("the entries must be all text or all numbers; put quotes around words such as true and 0123")
    kind = INT if all(isinstance(number, int) for number in numbers) else DOUBLE
    for number in numbers:
        if kind == INT and not INT_MIN <= number <= INT_MAX:
            raise ValueError(f"{number} is beyond the whole numbers of 64 bits; with .0 behind it is a double")
        if not math.isfinite(number):
            raise ValueError("a number is too large for a double")
    return kind


def typed_entries(kind: Type, values: Iterable[Any]) -> frozenset[Any]:
    """Return the entries of a list of the type: whole numbers in a list of doubles become doubles.

    Engines compare entries as they are, and beyond 2**53 a whole number and its double are not the same.
    """
    return frozenset(map(float, values) if kind == DOUBLE else values)


_NAME_RULE = (
    "a name consists of letters, digits and _ and begins with a letter, not with __, "
    f"and is none of {', '.join(sorted(KEYWORDS))}"
)
_FORM_KEYS = frozenset({"type", "doc", "unit", "label"})


def _faults_of_name(name: str) -> list[str]:
    parts = name.split(".")
    faults = []
    if any(not _PART.fullmatch(part) or part in KEYWORDS for part in parts):
        faults.append(f"{name}: {_NAME_RULE}")
    if parts[0] in RESERVED:
        faults.append(f"{name}: the word {parts[0]} is reserved; choose another name")
    if parts[0] == LISTS:
        faults.append(f"{name}: {LISTS} is the name of the named lists; choose another name")
    if len(parts) > MAX_NAME_PARTS:
        faults.append(f"{name}: a name has at most {MAX_NAME_PARTS} parts")
    return faults


def _faults_between(fields: Mapping[str, Field]) -> list[str]:
    faults = []
    for name in fields:
        parts = name.split(".")
        for count in range(1, len(parts)):
            beginning = ".".join(parts[:count])
            if beginning in fields:
                faults.append(f"{beginning}: is a field and also the beginning of {name}; rename one of the two")
    return faults


def _as_field(given: Field | Type | str) -> Field:
    if isinstance(given, str):
        given = parse_type(given)
    made = given if isinstance(given, Field) else Field(given)
    if made.type.kind in (Kind.NULL, Kind.ANY) or made.type == Type(Kind.LIST):
        message = f"{made.type} is no type for a field"
        raise ValueError(message)
    return made


def _as_entry_type(given: Type | str) -> Type:
    entry = parse_type(given) if isinstance(given, str) else given
    if entry.kind not in LIST_ELEMENT_KINDS or entry.nullable:
        message = f"the entries of a list are string, int or double, not {entry}"
        raise ValueError(message)
    return entry


def _field_of_form(form: Mapping[str, str]) -> Field:
    strange = sorted(set(form) - _FORM_KEYS)
    if strange:
        message = f"{strange[0]} is not known here; a field has {', '.join(sorted(_FORM_KEYS))}"
        raise ValueError(message)
    if not all(isinstance(value, str) for value in form.values()):
        raise ValueError("type, doc, unit and label are texts; put quotes around them")
    if "type" not in form:
        raise ValueError('the type is missing; write for example type: "double?"')
    return Field(
        parse_type(form["type"]),
        doc=form.get("doc", ""),
        unit=form.get("unit", ""),
        label=form.get("label", ""),
    )
