"""Compute in PostgreSQL, where each overflow is an error: whole numbers as `numeric`, doubles guarded by size."""

import sys
from collections.abc import Sequence
from typing import Any

from policies.engines.ibis.dialects.base import YEAR_ONE, Dialect
from policies.engines.ibis.library import call, load_ibis
from policies.engines.ibis.literals import literal, when
from policies.engines.ibis.spelling import POSTGRES
from policies.rulelang.limits import INT_MAX, INT_MIN
from policies.rulelang.wording import gettext_noop

_NUMERIC = "decimal(38, 0)"
_SECOND = 1_000_000

_SAFE_SUM = 8e307
_HALF_OF_TOO_LARGE = 2.0**1023
_LOG_SAFE, _LOG_TOO_LARGE = 709.78, 709.79
_LOG_NOT_TINY, _LOG_ZERO = -744.0, -746.0
"""Natural logarithms: a result between the safe bounds is a number, beyond the others too large or zero."""
_DOWN, _UP = 2.0**-512, 2.0**512
_TINY = 2.0**537
_SHRINKS, _GROWS = 1e-100, 1e100
"""From what size a number can be made smaller, and up to what size larger, by these powers."""


class Postgres(Dialect):
    """PostgreSQL 15 or later, in a database of UTF-8."""

    name = "PostgreSQL"

    def negate_int(self, a: Any) -> Any:
        """Return the negative."""
        return _within_64_bits(-_numeric(a))

    def add_int(self, a: Any, b: Any) -> Any:
        """Add."""
        return _within_64_bits(_numeric(a) + _numeric(b))

    def subtract_int(self, a: Any, b: Any) -> Any:
        """Subtract."""
        return _within_64_bits(_numeric(a) - _numeric(b))

    def multiply_int(self, a: Any, b: Any) -> Any:
        """Multiply."""
        return _within_64_bits(_numeric(a) * _numeric(b))

    def divide_int(self, a: Any, b: Any) -> Any:
        """Divide."""
        return _within_64_bits(call("div", _NUMERIC, _numeric(a), _numeric(b.nullif(literal(0)))))

    def modulo_int(self, a: Any, b: Any) -> Any:
        """Return the rest of a division."""
        does_fit = (a != literal(INT_MIN)) | (b != literal(-1))
        return when(does_fit, call("mod", "int64", a, b.nullif(literal(0))))

    def quotient(self, a: Any, fixed: int) -> Any:
        """Divide by a fixed positive number."""
        return call("div", _NUMERIC, _numeric(a), _numeric(literal(fixed))).cast("int64")

    def rest(self, a: Any, fixed: int) -> Any:
        """Return the rest of a division by a fixed positive number."""
        return call("mod", "int64", a, literal(fixed))

    def add_double(self, a: Any, b: Any) -> Any:
        """Add; of large numbers first the halves, which cannot exceed the range."""
        sizes = (a.abs(), b.abs())
        is_safe = (_largest(*sizes) < literal(_SAFE_SUM)) | (_least(*sizes) < literal(1.0))
        halves = _shrunk(a, 0.5) + _shrunk(b, 0.5)
        return load_ibis().cases((is_safe, a + b), (halves.abs() < literal(_HALF_OF_TOO_LARGE), a + b))

    def subtract_double(self, a: Any, b: Any) -> Any:
        """Subtract."""
        return self.add_double(a, -b)

    def multiply_double(self, a: Any, b: Any) -> Any:
        """Multiply."""
        is_zero = (a == literal(0.0)) | (b == literal(0.0))
        return _guarded(
            is_zero,
            a.abs().ln() + b.abs().ln(),
            a * b,
            scaled_down=_shrunk(a, _DOWN) * _shrunk(b, _DOWN),
            scaled_up=_grown(a, _TINY) * _grown(b, _TINY),
        )

    def divide_double(self, a: Any, b: Any) -> Any:
        """Divide."""
        quotient = _guarded(
            a == literal(0.0),
            a.abs().ln() - b.abs().ln(),
            a / b,
            scaled_down=_shrunk(a, _DOWN) / _grown(b, _UP),
            scaled_up=_grown(a, _TINY) / _shrunk(b, 1 / _TINY),
        )
        return when(b != literal(0.0), quotient)

    def truncate(self, a: Any) -> Any:
        """Cut the fraction off."""
        does_fit = (a >= literal(-(2.0**63))) & (a < literal(2.0**63))
        return when(does_fit, call("trunc", "float64", a).cast("int64"))

    def settle(self, a: Any) -> Any:
        """Return the number: none of the above gives one that is not finite."""
        return a

    def settle_stored(self, a: Any) -> Any:
        """Take infinities and NaN, the largest of all, out of a column."""
        return when(a.between(literal(-sys.float_info.max), literal(sys.float_info.max)), a)

    def double_of_decimal(self, a: Any) -> Any:
        """Return a `numeric` as a double where its size is within the range."""
        bounds = [load_ibis().literal(bound).cast("decimal(1000, 400)") for bound in ("1e-300", "1e308")]
        does_fit = (a == a - a) | a.abs().between(*bounds)
        return when(does_fit, super().double_of_decimal(a))

    def text(self, value: str) -> Any:
        """Return a fixed text."""
        if "\0" in value:
            raise self.refuse(
                gettext_noop("a text with the character NUL"),
                gettext_noop("Leave the character out; no text has it there."),
            )
        return literal(value)

    def ordered(self, a: Any) -> Any:
        """Return the bytes of a text: the order of the database is that of some language."""
        return call("convert_to", "binary", a, literal("UTF8"))

    def matches(self, a: Any, pattern: str) -> Any:
        """Search with the expression in PostgreSQL's spelling."""
        return a.re_search(self.respelled(pattern, POSTGRES))

    def microseconds(self, column: Any) -> Any:
        """Return microseconds since 1970; the fraction on its own, as a double could not hold both."""
        second = call(
            "date_part", "float64", literal("epoch"), call("date_trunc", "timestamp", literal("minute"), column)
        )
        rest = call("date_part", "float64", literal("microseconds"), column)
        micros = second.cast("int64") * literal(_SECOND) + rest.cast("int64")
        return when(call("isfinite", "boolean", column), micros)

    def calendar(self, moment: Any) -> Any:
        """Return a timestamp of whole seconds; the session is in UTC."""
        seconds = self.quotient(moment + literal(YEAR_ONE), _SECOND) - literal(YEAR_ONE // _SECOND)
        return call("to_timestamp", "timestamp", seconds.cast("float64"))

    def fixed_list(self, values: Sequence[Any], type_name: str) -> Any:
        """Return a fixed list; an empty one needs its type spelled out."""
        return super().fixed_list(values, type_name) if values else load_ibis().literal("{}").cast(type_name)

    def numbers_below(self, count: Any) -> Any:
        """Return the list of whole numbers from 0 to one less than a count."""
        return super().numbers_below(_largest(count, literal(0)))


def _numeric(a: Any) -> Any:
    return a.cast(_NUMERIC)


def _within_64_bits(a: Any) -> Any:
    """Return a `numeric` as a whole number of 64 bits, or NULL beyond: drawn to just beyond, then struck out.

    LEAST and GREATEST pass over NULL; what they make of it is struck out too.
    """
    ibis = load_ibis()
    below, above = (_numeric(ibis.literal(str(bound))) for bound in (INT_MIN - 1, INT_MAX + 1))
    return ibis.greatest(ibis.least(a, above), below).nullif(above).nullif(below).cast("int64")


def _largest(a: Any, b: Any) -> Any:
    return load_ibis().greatest(a, b)


def _least(a: Any, b: Any) -> Any:
    return load_ibis().least(a, b)


def _grown(a: Any, factor: float) -> Any:
    """Multiply by a large power of two where that is safe.

    The condition is also for fixed numbers: PostgreSQL computes with those beforehand, but for branches that it
    can rule out.
    """
    return when(a.abs() <= literal(_GROWS), a * literal(factor))


def _shrunk(a: Any, factor: float) -> Any:
    """Multiply by a small power of two where that is safe."""
    return when(a.abs() >= literal(_SHRINKS), a * literal(factor))


def _guarded(is_zero: Any, log: Any, result: Any, *, scaled_down: Any, scaled_up: Any) -> Any:
    """Return a product or quotient; NULL beyond the range and 0 where it is too small for a double.

    `log` is the natural logarithm of its size, which decides but for a narrow zone at each end. There the same is
    computed on numbers scaled by powers of two: `scaled_down` is below 1 if the result is within the range, and
    `scaled_up` above 0.5 if it is not rounded to 0.
    """
    ibis = load_ibis()
    large = ibis.cases((scaled_down.abs() < literal(1.0), result))
    tiny = ibis.cases((scaled_up.abs() <= literal(0.5), literal(0.0)), else_=result)
    return ibis.cases(
        (is_zero, result),
        (log.between(literal(_LOG_NOT_TINY), literal(_LOG_SAFE)), result),
        (log < literal(_LOG_ZERO), literal(0.0)),
        (log < literal(0.0), tiny),
        (log < literal(_LOG_TOO_LARGE), large),
    )
