"""Compute in DuckDB, which has `TRY` for what may fail and whose regular expressions are RE2's own."""

from typing import Any

from policies.engines.ibis.dialects.base import Dialect
from policies.engines.ibis.library import call
from policies.engines.ibis.literals import literal, when


class DuckDB(Dialect):
    """DuckDB, embedded or in a file."""

    name = "DuckDB"

    def negate_int(self, a: Any) -> Any:
        """Return the negative."""
        return call("TRY", "int64", -a)

    def add_int(self, a: Any, b: Any) -> Any:
        """Add."""
        return call("TRY", "int64", a + b)

    def subtract_int(self, a: Any, b: Any) -> Any:
        """Subtract."""
        return call("TRY", "int64", a - b)

    def multiply_int(self, a: Any, b: Any) -> Any:
        """Multiply."""
        return call("TRY", "int64", a * b)

    def divide_int(self, a: Any, b: Any) -> Any:
        """Divide; the function, as the operator of Ibis goes by way of a double."""
        return call("TRY", "int64", call("divide", "int64", a, b))

    def modulo_int(self, a: Any, b: Any) -> Any:
        """Return the rest of a division."""
        return call("TRY", "int64", call("mod", "int64", a, b))

    def quotient(self, a: Any, fixed: int) -> Any:
        """Divide by a fixed positive number."""
        return call("divide", "int64", a, literal(fixed))

    def rest(self, a: Any, fixed: int) -> Any:
        """Return the rest of a division by a fixed positive number."""
        return call("mod", "int64", a, literal(fixed))

    def divide_double(self, a: Any, b: Any) -> Any:
        """Divide."""
        return when(call("isfinite", "boolean", b) & (b != literal(0.0)), a / b)

    def truncate(self, a: Any) -> Any:
        """Cut the fraction off."""
        return call("trunc", "float64", a).try_cast("int64")

    def settle(self, a: Any) -> Any:
        """Take out what is not finite."""
        return when(call("isfinite", "boolean", a), a)

    def matches(self, a: Any, pattern: str) -> Any:
        """Search with RE2; the function itself, as Ibis would let a point stand for a line break too."""
        return call("regexp_matches", "boolean", a, self.text(pattern))

    def microseconds(self, column: Any) -> Any:
        """Return microseconds since 1970."""
        return call("epoch_us", "int64", column)

    def calendar(self, moment: Any) -> Any:
        """Return a timestamp without zone, which is in UTC."""
        return call("make_timestamp", "timestamp", moment)
