"""Name the types of the rule language and the words in which a policy manager reads them."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from policies.rulelang.wording import Text, gettext_noop


class Kind(StrEnum):
    """The shape of a value, without regard to whether it may be missing."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    LIST = "list"
    NULL = "null"
    ANY = "any"
    """Only in signatures of functions: takes a value of whatever kind."""


SCALAR_KINDS = (Kind.BOOL, Kind.INT, Kind.DOUBLE, Kind.STRING, Kind.TIMESTAMP, Kind.DURATION)
NUMBER_KINDS = frozenset({Kind.INT, Kind.DOUBLE})

_WORDS = {
    Kind.BOOL: gettext_noop("a yes/no value"),
    Kind.INT: gettext_noop("a whole number"),
    Kind.DOUBLE: gettext_noop("a number"),
    Kind.STRING: gettext_noop("text"),
    Kind.TIMESTAMP: gettext_noop("a point in time"),
    Kind.DURATION: gettext_noop("a length of time"),
    Kind.LIST: gettext_noop("a list"),
    Kind.NULL: gettext_noop("null"),
    Kind.ANY: gettext_noop("any value"),
}
_LISTS = {
    Kind.BOOL: gettext_noop("a list of yes/no values"),
    Kind.INT: gettext_noop("a list of whole numbers"),
    Kind.DOUBLE: gettext_noop("a list of numbers"),
    Kind.STRING: gettext_noop("a list of texts"),
    Kind.TIMESTAMP: gettext_noop("a list of points in time"),
    Kind.DURATION: gettext_noop("a list of lengths of time"),
}
_SPELLING = re.compile(r"(?P<name>[a-z]+)(<(?P<element>[a-z]+)>)?(?P<nullable>\?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Type:
    """A kind, the kind of the elements for a list, and whether the value may be null (no data)."""

    kind: Kind
    element: "Type | None" = None
    nullable: bool = False

    @property
    def is_number(self) -> bool:
        """Tell whether values of this type can be computed with."""
        return self.kind in NUMBER_KINDS

    def or_null(self) -> Self:
        """Return the same type with null allowed."""
        return replace(self, nullable=True)

    def without_null(self) -> Self:
        """Return the same type for values that are known to be there."""
        return replace(self, nullable=False)

    def words(self) -> Text:
        """Name the type for a person: `a number`, `a list of texts`."""
        if self.kind is Kind.LIST and self.element is not None and self.element.kind in _LISTS:
            return Text(_LISTS[self.element.kind])
        return Text(_WORDS[self.kind])

    def __str__(self) -> str:
        inner = f"<{self.element}>" if self.element is not None else ""
        return f"{self.kind}{inner}{'?' if self.nullable else ''}"


BOOL = Type(Kind.BOOL)
INT = Type(Kind.INT)
DOUBLE = Type(Kind.DOUBLE)
STRING = Type(Kind.STRING)
TIMESTAMP = Type(Kind.TIMESTAMP)
DURATION = Type(Kind.DURATION)
NULL = Type(Kind.NULL)
ANY = Type(Kind.ANY)
ANY_LIST = Type(Kind.LIST)
SCALARS = {kind: Type(kind) for kind in SCALAR_KINDS}


def list_of(element: Type) -> Type:
    """Return the type of a list whose elements are of the given type."""
    return Type(Kind.LIST, element=element)


def parse_type(spelling: str) -> Type:
    """Read a type as written in a rules file: `double`, `string?`, `list<string>`, `list<int>?`.

    Raises:
        ValueError: the spelling names no type; the message lists what may be written.
    """
    match = _SPELLING.fullmatch(spelling)
    element = match["element"] if match else None
    found: Type | None = None
    if match and element is None and match["name"] in SCALARS:
        found = SCALARS[Kind(match["name"])]
    elif match and match["name"] == Kind.LIST and element in SCALARS:
        found = list_of(SCALARS[Kind(element)])
    if match is None or found is None:
        known = ", ".join(SCALARS)
        message = f"{spelling!r} is no type; write {known} or list<…> of one of them, with ? if it may be null"
        raise ValueError(message)
    return found.or_null() if match["nullable"] else found
