"""Read the fields of a table that an engine has: what does not fit its field is unknown, as in a record.

The rules are those of `policies.engines.columnar.fitting`.
"""

from collections.abc import Callable
from typing import Any

from policies.engines.arrow import load_arrow
from policies.engines.binding import Bound, is_text, storage_of
from policies.engines.errors import DataError
from policies.engines.ibis.dialects.base import Dialect, variable
from policies.engines.ibis.literals import literal, missing, when
from policies.engines.ibis.moments import is_moment, is_span
from policies.rulelang import Kind, Type
from policies.rulelang.limits import INT_MAX, MAX_DURATION_SECONDS, MAX_RECORD_LIST, MAX_RECORD_TEXT

_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}


def raw_of(table: Any, bound: Bound) -> Any:
    """Return the column of a bound field as it is; it must have one."""
    value = table[bound.path[0]]
    for part in bound.path[1:]:
        value = value[part]
    return value


def fitted(table: Any, bound: Bound, dialect: Dialect) -> Any:
    """Return the value of a bound field, NULL where there is none or where it does not fit.

    Raises:
        DataError: the engine cannot read the column as the other engines do.
    """
    if not bound.path or load_arrow().types.is_null(bound.kept_as):
        return missing(bound.field.type)
    try:
        return _fit(raw_of(table, bound), storage_of(bound.kept_as), bound.field.type, dialect, bound.name)
    except DataError as error:
        raise DataError(error.reason, column=bound.name) from error


def _fit(value: Any, kept_as: Any, wanted: Type, dialect: Dialect, name: str) -> Any:
    if wanted.element is not None:
        return _fit_list(value, storage_of(kept_as.value_type), wanted.element, dialect, name)
    return _FITTERS[wanted.kind](value, kept_as, dialect)


def _fit_bool(value: Any, _: Any, __: Dialect) -> Any:
    return value


def _fit_int(value: Any, kept_as: Any, dialect: Dialect) -> Any:
    types = load_arrow().types
    if types.is_floating(kept_as):
        number = value.cast("float64")
        whole = dialect.truncate(number)
        return when(whole.cast("float64") == number, whole)
    whole = value.cast("int64")
    return when(value <= literal(INT_MAX), whole) if types.is_uint64(kept_as) else whole


def _fit_double(value: Any, kept_as: Any, dialect: Dialect) -> Any:
    if load_arrow().types.is_decimal(kept_as):
        return dialect.settle(dialect.double_of_decimal(value))
    number = value.cast("float64")
    return dialect.settle_stored(number) if load_arrow().types.is_floating(kept_as) else number


def _fit_string(value: Any, _: Any, dialect: Dialect) -> Any:
    return when(dialect.size_string(value) <= literal(MAX_RECORD_TEXT), value)


def _fit_timestamp(value: Any, kept_as: Any, dialect: Dialect) -> Any:
    _refuse_text(kept_as, dialect)
    micros = dialect.microseconds(value)
    return when(is_moment(micros), micros)


def _fit_duration(value: Any, kept_as: Any, dialect: Dialect) -> Any:
    _refuse_text(kept_as, dialect)
    number = value.cast("int64")
    if kept_as.unit == "ns":
        down = dialect.rest(number, 1_000) < literal(0)
        micros = dialect.quotient(number, 1_000) - down.ifelse(literal(1), literal(0))
    else:
        factor = _MICROSECONDS[kept_as.unit]
        longest = literal(MAX_DURATION_SECONDS * (1_000_000 // factor))
        micros = when(number.between(-longest, longest), number * literal(factor))
    return when(is_span(micros), micros)


def _fit_list(value: Any, kept_as: Any, element: Type, dialect: Dialect, name: str) -> Any:
    at_hand = variable(f"in_{name.replace('.', '_')}", value)
    fit = dialect.map(value, at_hand, _FITTERS[element.kind](at_hand, kept_as, dialect))
    one = variable(f"of_{name.replace('.', '_')}", fit)
    known = dialect.size_list(dialect.filter(fit, one, one.notnull()))
    size = dialect.size_list(value)
    return when((size <= literal(MAX_RECORD_LIST)) & (known == size), fit)


def _refuse_text(kept_as: Any, dialect: Dialect) -> None:
    if is_text(kept_as):
        reason = f"the column holds text, and {dialect.name} needs times kept as times; use the engine columnar"
        raise DataError(reason)


_FITTERS: dict[Kind, Callable[[Any, Any, Dialect], Any]] = {
    Kind.BOOL: _fit_bool,
    Kind.INT: _fit_int,
    Kind.DOUBLE: _fit_double,
    Kind.STRING: _fit_string,
    Kind.TIMESTAMP: _fit_timestamp,
    Kind.DURATION: _fit_duration,
}
