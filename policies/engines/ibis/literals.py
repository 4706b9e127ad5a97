"""Write fixed values as Ibis literals: the only door by which a word of a rule comes into a query."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from policies.engines.ibis.library import load_ibis
from policies.rulelang import Kind, Type

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_TYPES = {
    Kind.BOOL: "boolean",
    Kind.INT: "int64",
    Kind.DOUBLE: "float64",
    Kind.STRING: "string",
    Kind.TIMESTAMP: "int64",
    Kind.DURATION: "int64",
}


def type_name(wanted: Type) -> str:
    """Return the name of the Ibis type that carries values of a type of the language."""
    if wanted.kind is Kind.LIST:
        return f"array<{type_name(wanted.element) if wanted.element is not None else 'string'}>"
    return _TYPES.get(wanted.kind, "boolean")


def plain(value: Any) -> Any:
    """Return a typed value as what is stored and sent: times as microseconds, everything else as it is."""
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    return value


def literal(value: Any) -> Any:
    """Return a fixed scalar as an expression of exactly its type.

    Numbers go as text that the engine reads: their own literals would be narrow integers or decimals.
    """
    ibis = load_ibis()
    value = plain(value)
    if isinstance(value, bool | str):
        return ibis.literal(value)
    # Zero has one sign, as engines differ on whether the two are the same.
    return ibis.literal(repr(value + 0)).cast("int64" if isinstance(value, int) else "float64")


def missing(wanted: Type) -> Any:
    """Return NULL of a type."""
    return load_ibis().null(type_name(wanted))


def when(condition: Any, value: Any) -> Any:
    """Return the value where the condition holds and NULL elsewhere; engines compute it only where it holds."""
    return load_ibis().cases((condition, value))


def both(*conditions: Any) -> Any:
    """Join conditions by AND, balanced, so that a long chain is no deep one."""
    return _joined(conditions, lambda a, b: a & b)


def either(*conditions: Any) -> Any:
    """Join conditions by OR, balanced."""
    return _joined(conditions, lambda a, b: a | b)


def total(*numbers: Any) -> Any:
    """Add up numbers that cannot overflow."""
    return reduce(lambda a, b: a + b, numbers)


def _joined(conditions: tuple[Any, ...], join: Any) -> Any:
    while len(conditions) > 1:
        pairs = [conditions[at : at + 2] for at in range(0, len(conditions), 2)]
        conditions = tuple(join(*pair) if len(pair) == 2 else pair[0] for pair in pairs)
    return conditions[0]
