"""Give generated code what it calls: readers of fields, the functions of the language, the missing values.

Inside generated code a field without a usable value is NAN when it is a number, so that every ordering is
false without a further question, and None otherwise. Values computed from fields are as in `evaluate`: the
typed value, None for null, or UNKNOWN.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from policies.rulelang.arithmetic import days_between
from policies.rulelang.computing import OF_ONE, OF_TWO
from policies.rulelang.evaluate import MissingListError, holds_as_double
from policies.rulelang.limits import MAX_RECORD_TEXT
from policies.rulelang.record import (
    UNKNOWN,
    field_reader,
    read_double,
    read_int,
    read_string,
    reader_of,
)
from policies.rulelang.schema import Field
from policies.rulelang.types import Kind, Type

NAN: Final = float("nan")
"""One object, known by its identity."""


class _Later:
    """The mark of what was not read or computed yet."""


LATER: Final = _Later()
LONGEST_TEXT = MAX_RECORD_TEXT
NUMBERS = frozenset({Kind.INT, Kind.DOUBLE})


class _Misfit:
    """What stands where a group of fields should be: none of its fields has a usable value."""

    def get(self, _: str) -> object:
        return self


_MISFIT = _Misfit()
_NOTHING: Mapping[str, Any] = {}


def as_group(value: object) -> object:
    """Return what stands for a group of fields: the mapping itself, an empty one for null, else a misfit."""
    if value is None:
        return _NOTHING
    return value if isinstance(value, Mapping) else _MISFIT


def number_or_nan(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Turn a reader of numbers into one that gives NAN for what is unknown."""

    def run(value: Any) -> Any:
        found = read(value)
        return NAN if found is UNKNOWN else found

    return run


def value_or_none(wanted: Type) -> Callable[[Any], Any]:
    """Return the reader of a type that gives None for what is unknown."""
    read = reader_of(wanted)

    def run(value: Any) -> Any:
        found = read(value)
        return None if found is UNKNOWN else found

    return run


def late_reader(name: str, described: Field) -> Callable[[Mapping[str, Any]], Any]:
    """Return the reader of a whole field, its path included, that gives the missing value of its kind."""
    read = field_reader(name, described)
    missing = NAN if described.type.kind in NUMBERS else None

    def run(values: Mapping[str, Any]) -> Any:
        found = read(values)
        return missing if found is None or found is UNKNOWN else found

    return run


def late_pair_reader(name: str, described: Field) -> Callable[[Mapping[str, Any]], tuple[Any, bool]]:
    """Return as `late_reader` the value, and whether it is unknown rather than null."""
    read = field_reader(name, described)
    missing = NAN if described.type.kind in NUMBERS else None

    def run(values: Mapping[str, Any]) -> tuple[Any, bool]:
        found = read(values)
        return (missing, found is UNKNOWN) if found is None or found is UNKNOWN else (found, False)

    return run


def named_list(lists: Mapping[str, Any], name: str) -> Any:
    """Return the entries of a named list.

    Raises:
        MissingListError: the record came without the list.
    """
    entries = lists.get(name)
    if entries is None:
        raise MissingListError(name)
    return entries


def _on_one(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: UNKNOWN if value is None or value is UNKNOWN else function(value)


def _on_two(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if left is None or right is None or left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        return function(left, right)

    return run


def _widen(value: Any) -> Any:
    return value if value is None or value is UNKNOWN else float(value)


LIFTED: dict[str, Callable[..., Any]] = {
    **{overload_id: _on_one(function) for overload_id, function in OF_ONE.items()},
    **{overload_id: _on_two(function) for overload_id, function in OF_TWO.items()},
    "widen": _widen,
    "days_since": _on_two(days_between),
}
"""Functions of values that may be null or unknown, by overload."""

NAMES: dict[str, object] = {
    "NAN": NAN,
    "LATER": LATER,
    "UNKNOWN": UNKNOWN,
    "int": int,
    "float": float,
    "str": str,
    "dict": dict,
    "type": type,
    "len": len,
    "as_group": as_group,
    "named_list": named_list,
    "holds_as_double": holds_as_double,
    "read_int": number_or_nan(read_int),
    "read_double": number_or_nan(read_double),
    "read_text": value_or_none(Type(Kind.STRING)),
    "tuple": tuple,
    **{f"do_{overload_id}": function for overload_id, function in LIFTED.items()},
}
"""Everything that generated code may name, apart from its own variables and constants."""

__all__ = ["LATER", "LONGEST_TEXT", "NAMES", "NAN", "late_pair_reader", "late_reader", "read_string", "value_or_none"]
