"""Hold what a condition is evaluated on, and read typed values out of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from policies.rulelang.limits import INT_MAX, INT_MIN, MAX_RECORD_LIST, MAX_RECORD_TEXT
from policies.rulelang.moments import is_duration_in_range, parse_duration, parse_timestamp
from policies.rulelang.schema import Field, Schema
from policies.rulelang.types import Kind, Type


class Unknown(Enum):
    """The outcome of what cannot be computed; null, in contrast, is a value: `None`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Record:
    """One event or entity as conditions see it.

    `values` is a nested mapping: the field `seller.id` is `values["seller"]["id"]`. A missing key and
    None both mean: no data. `now` is the instant of evaluation, aware of its zone; without it
    `days_since` is unknown. `lists` maps the name of each named list to its entries, which
    are of the type of the list: floats where it is one of doubles (`typed_entries`).
    """

    values: Mapping[str, Any]
    now: datetime | None = None
    lists: Mapping[str, frozenset[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.now is not None and self.now.utcoffset() is None:
            raise ValueError("the instant of evaluation has no time zone; pass an aware datetime")


def read_bool(value: Any) -> Any:
    """Return a yes/no value, or UNKNOWN."""
    return value if value is True or value is False else UNKNOWN


def read_int(value: Any) -> Any:
    """Return a whole number of 64 bits, or UNKNOWN; a float counts when it has no fraction, as JSON knows one kind."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is int or (isinstance(value, int) and not isinstance(value, bool)):
        return value if INT_MIN <= value <= INT_MAX else UNKNOWN
    return UNKNOWN


def read_double(value: Any) -> Any:
    """Return a finite number as float, or UNKNOWN; whole and decimal numbers are converted."""
    if type(value) is not float:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return UNKNOWN
        try:
            value = float(value)
        except (OverflowError, ValueError):
            return UNKNOWN
    return value if math.isfinite(value) else UNKNOWN


def read_string(value: Any) -> Any:
    """Return text, or UNKNOWN; a very long one, or one with half of a surrogate pair, cannot be used."""
    if not isinstance(value, str) or len(value) > MAX_RECORD_TEXT:
        return UNKNOWN
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return UNKNOWN
    return value


def read_timestamp(value: Any) -> Any:
    """Return a point in time in UTC from an aware datetime or RFC 3339 text, or UNKNOWN."""
    try:
        if isinstance(value, str):
            return parse_timestamp(value)
        if isinstance(value, datetime) and value.utcoffset() is not None:
            return value if value.tzinfo is UTC else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return UNKNOWN
    return UNKNOWN


def read_duration(value: Any) -> Any:
    """Return a length of time from a timedelta or text such as `90s`, or UNKNOWN."""
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ValueError:
            return UNKNOWN
    return value if isinstance(value, timedelta) and is_duration_in_range(value) else UNKNOWN


_SCALAR_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.BOOL: read_bool,
    Kind.INT: read_int,
    Kind.DOUBLE: read_double,
    Kind.STRING: read_string,
    Kind.TIMESTAMP: read_timestamp,
    Kind.DURATION: read_duration,
}


def reader_of(wanted: Type) -> Callable[[Any], Any]:
    """Return the function that turns a raw value, not null, into one of the type, or into UNKNOWN."""
    if wanted.element is None:
        return _SCALAR_READERS[wanted.kind]
    read_element = _SCALAR_READERS[wanted.element.kind]

    def read_list(value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) > MAX_RECORD_LIST:
            return UNKNOWN
        elements = tuple(read_element(element) for element in value)
        return UNKNOWN if UNKNOWN in elements else elements

    return read_list


def field_reader(name: str, described: Field) -> Callable[[Mapping[str, Any]], Any]:
    """Return the function that reads a field from the values of a record.

    It gives the typed value, None for no data where the field may be null, and UNKNOWN where the
    value is missing against the schema or is of another kind.
    """
    *path, last = name.split(".")
    read = reader_of(described.type)
    absent = None if described.nullable else UNKNOWN

    def read_top(values: Mapping[str, Any]) -> Any:
        value = values.get(last)
        return absent if value is None else read(value)

    def read_nested(values: Mapping[str, Any]) -> Any:
        inner: Any = values
        for part in path:
            inner = inner.get(part)
            if type(inner) is not dict and not isinstance(inner, Mapping):
                return absent if inner is None else UNKNOWN
        value = inner.get(last)
        return absent if value is None else read(value)

    return read_nested if path else read_top


def misfit_finder(schema: Schema) -> Callable[[Mapping[str, Any]], list[str]]:
    """Return the function that lists in words every field whose value does not fit the schema.

    Keys that the schema does not name are no misfit.
    """
    readers = [(name, described, field_reader(name, described)) for name, described in schema.fields.items()]

    def find(values: Mapping[str, Any]) -> list[str]:
        return [
            _describe_misfit(name, described, values) for name, described, read in readers if read(values) is UNKNOWN
        ]

    return find


def find_misfits(schema: Schema, values: Mapping[str, Any]) -> list[str]:
    """List in words every field of one record that does not fit the schema; none means that all fit."""
    return misfit_finder(schema)(values)


def _describe_misfit(name: str, described: Field, values: Mapping[str, Any]) -> str:
    raw = _dig(values, name)
    shown = "nothing is there" if raw is None else f"{_shorten(raw)} does not fit"
    return f"{name}: {shown}, the schema wants {described.type.words()} ({described.full_type})"


def _dig(values: Any, name: str) -> Any:
    for part in name.split("."):
        if not isinstance(values, Mapping):
            break
        values = values.get(part)
    return values


def _shorten(raw: Any) -> str:
    try:
        shown = repr(raw)
    except ValueError:  # an integer of more digits than Python is willing to print
        shown = "a number of thousands of digits"
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
