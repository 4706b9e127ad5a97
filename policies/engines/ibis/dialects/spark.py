"""Compute in Spark 4, which has `try_…` functions for what may fail; regular expressions are Java's."""

import re
import sys
from collections.abc import Sequence
from typing import Any

from policies.engines.ibis.dialects.base import Dialect
from policies.engines.ibis.library import call
from policies.engines.ibis.literals import literal, when
from policies.engines.ibis.spelling import JAVA
from policies.rulelang.limits import INT_MIN
from policies.rulelang.wording import gettext_noop

_EXACT = "decimal(20, 0)"
_PLAIN = re.compile(r"[\w .,:;@/+-]*")


class Spark(Dialect):
    """Apache Spark 4, with the session in UTC."""

    name = "Spark"

    def negate_int(self, a: Any) -> Any:
        """Return the negative."""
        return call("try_subtract", "int64", literal(0), a)

    def add_int(self, a: Any, b: Any) -> Any:
        """Add."""
        return call("try_add", "int64", a, b)

    def subtract_int(self, a: Any, b: Any) -> Any:
        """Subtract."""
        return call("try_subtract", "int64", a, b)

    def multiply_int(self, a: Any, b: Any) -> Any:
        """Multiply."""
        return call("try_multiply", "int64", a, b)

    def divide_int(self, a: Any, b: Any) -> Any:
        """Divide: as decimals, without the rest, since the quotient of decimals is rounded."""
        whole = (a - call("try_mod", "int64", a, b)).cast(_EXACT)
        return call("try_divide", "decimal(38, 18)", whole, b.cast(_EXACT)).try_cast("int64")

    def modulo_int(self, a: Any, b: Any) -> Any:
        """Return the rest of a division."""
        return when((a != literal(INT_MIN)) | (b != literal(-1)), call("try_mod", "int64", a, b))

    def quotient(self, a: Any, fixed: int) -> Any:
        """Divide by a fixed positive number."""
        return self.divide_int(a, literal(fixed))

    def rest(self, a: Any, fixed: int) -> Any:
        """Return the rest of a division by a fixed positive number."""
        return call("try_mod", "int64", a, literal(fixed))

    def divide_double(self, a: Any, b: Any) -> Any:
        """Divide."""
        return when(_is_finite(b), call("try_divide", "float64", a, b))

    def truncate(self, a: Any) -> Any:
        """Cut the fraction off."""
        return a.try_cast("int64")

    def settle(self, a: Any) -> Any:
        """Take out what is not finite."""
        return when(_is_finite(a), a)

    def is_missing(self, a: Any) -> Any:
        """Tell whether a column has no value; to Ibis, NaN is none in Spark."""
        return call("isnull", "boolean", a)

    def text(self, value: str) -> Any:
        """Return a fixed text; one with anything but plain characters goes as its bytes.

        Spark reads fewer escapes with a backslash than are written to it, and what it does not know it mangles.
        """
        if _PLAIN.fullmatch(value):
            return literal(value)
        octets = call("unhex", "binary", literal(value.encode().hex()))
        return call("decode", "string", octets, literal("UTF-8"))

    def among(self, a: Any, entries: Sequence[Any]) -> Any:
        """Look up; in a set of Java the two zeros would differ."""
        return super().among(a + literal(0.0) if a.type().is_floating() else a, entries)

    def matches(self, a: Any, pattern: str) -> Any:
        """Search with the expression in Java's spelling."""
        return a.re_search(self.respelled(pattern, JAVA))

    def share_in_common(self, left: Any, right: Any) -> Any:
        """Refuse: planning such a query takes Spark more memory than a driver has by default."""
        raise self.refuse(gettext_noop("`similarity`"), gettext_noop("Use the engine duckdb or columnar."))

    def microseconds(self, column: Any) -> Any:
        """Return microseconds since 1970."""
        return call("unix_micros", "int64", column.cast("timestamp('UTC')"))

    def calendar(self, moment: Any) -> Any:
        """Return a timestamp; the session is in UTC."""
        return call("timestamp_micros", "timestamp", moment)


def _is_finite(a: Any) -> Any:
    """Return the condition that a number is finite; NaN is the largest of all in Spark."""
    return a.between(literal(-sys.float_info.max), literal(sys.float_info.max))
