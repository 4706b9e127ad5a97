"""Say what an engine must be able to compute; what all engines do alike is done here."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from policies.engines.ibis.library import load_ibis, load_operations
from policies.engines.ibis.literals import literal, when
from policies.engines.ibis.patterns import UnportableError
from policies.engines.ibis.refusals import CannotExpressError
from policies.engines.ibis.spelling import Spelling, respell
from policies.rulelang import Text
from policies.rulelang.wording import gettext_noop

CAPITALS, SMALLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"

DAY = 86_400_000_000
YEAR_ONE = 62_135_596_800_000_000
"""Microseconds from the beginning of the year 1 to 1970: added to a point in time they make it positive."""


class Dialect(ABC):
    """How one engine computes. No method may ever fail on a value: what has no result is NULL.

    Arguments are NULL where a value is null or unknown, and then so is the result. Only the arithmetic of
    doubles takes and may give infinities and NaN; `settle` takes them out.
    """

    name: str
    """What people call the engine."""

    max_literals = 1_000
    """Entries of a list that are written into the query; a longer one is sent as a table."""

    # Whole numbers of 64 bits ------------------------------------------------------------------------------------

    @abstractmethod
    def negate_int(self, a: Any) -> Any:
        """Return the negative."""

    @abstractmethod
    def add_int(self, a: Any, b: Any) -> Any:
        """Add."""

    @abstractmethod
    def subtract_int(self, a: Any, b: Any) -> Any:
        """Subtract."""

    @abstractmethod
    def multiply_int(self, a: Any, b: Any) -> Any:
        """Multiply."""

    @abstractmethod
    def divide_int(self, a: Any, b: Any) -> Any:
        """Divide, cut off towards zero."""

    @abstractmethod
    def modulo_int(self, a: Any, b: Any) -> Any:
        """Return the rest of `divide_int`, NULL where that overflows."""

    @abstractmethod
    def quotient(self, a: Any, fixed: int) -> Any:
        """Divide a whole number, cut off towards zero, by a fixed positive one: cannot fail."""

    @abstractmethod
    def rest(self, a: Any, fixed: int) -> Any:
        """Return the rest of `quotient`."""

    # Numbers -----------------------------------------------------------------------------------------------------

    def negate_double(self, a: Any) -> Any:
        """Return the negative."""
        return -a

    def add_double(self, a: Any, b: Any) -> Any:
        """Add."""
        return a + b

    def subtract_double(self, a: Any, b: Any) -> Any:
        """Subtract."""
        return a - b

    def multiply_double(self, a: Any, b: Any) -> Any:
        """Multiply."""
        return a * b

    @abstractmethod
    def divide_double(self, a: Any, b: Any) -> Any:
        """Divide; NULL by zero and by what is not finite."""

    @abstractmethod
    def truncate(self, a: Any) -> Any:
        """Turn a number into a whole one without its fraction; NULL beyond 64 bits."""

    @abstractmethod
    def settle(self, a: Any) -> Any:
        """Return a number, or NULL where it is not finite."""

    def is_missing(self, a: Any) -> Any:
        """Tell whether a column has no value."""
        return a.isnull()

    def settle_stored(self, a: Any) -> Any:
        """Return a number out of a column, or NULL where it is not finite."""
        return self.settle(a)

    def double_of_decimal(self, a: Any) -> Any:
        """Return a decimal as a double: by way of its digits, which is rounded correctly."""
        return a.cast("string").cast("float64")

    # Texts -------------------------------------------------------------------------------------------------------

    def text(self, value: str) -> Any:
        """Return a fixed text."""
        return literal(value)

    def lower(self, a: Any) -> Any:
        """Set A to Z in small letters."""
        return a.translate(CAPITALS, SMALLS)

    def upper(self, a: Any) -> Any:
        """Set a to z in capital letters."""
        return a.translate(SMALLS, CAPITALS)

    def size_string(self, a: Any) -> Any:
        """Count the characters (code points)."""
        return a.length().cast("int64")

    def ordered(self, a: Any) -> Any:
        """Return what orders texts by code point."""
        return a

    def contains(self, a: Any, b: Any) -> Any:
        """Tell whether b occurs in a."""
        return a.contains(b)

    def starts_with(self, a: Any, b: Any) -> Any:
        """Tell whether a begins with b."""
        return a.startswith(b)

    def ends_with(self, a: Any, b: Any) -> Any:
        """Tell whether a ends with b."""
        return a.endswith(b)

    @abstractmethod
    def matches(self, a: Any, pattern: str) -> Any:
        """Tell whether a regular expression of RE2 is found in a."""

    def respelled(self, pattern: str, spelling: Spelling) -> Any:
        """Return a pattern of RE2 as the engine writes it, or refuse it."""
        try:
            return literal(respell(pattern, spelling))
        except UnportableError as error:
            raise self.refuse(
                gettext_noop("%(part)s in a regular expression"),
                gettext_noop("Write it with plain characters, classes and repetition, or use the engine duckdb."),
                part=error.reason,
            ) from error

    # Times -------------------------------------------------------------------------------------------------------

    @abstractmethod
    def microseconds(self, column: Any) -> Any:
        """Return a column of points in time as microseconds since 1970."""

    @abstractmethod
    def calendar(self, moment: Any) -> Any:
        """Return a point in time, in microseconds, as a date or time in UTC to take year, month and day from."""

    # Lists -------------------------------------------------------------------------------------------------------

    def fixed_list(self, values: Sequence[Any], type_name: str) -> Any:
        """Return a fixed list; `type_name` is its Ibis type."""
        if not values:
            return load_ibis().literal([], type=type_name)
        return load_ibis().array([self.fixed(value) for value in values])

    def fixed(self, value: Any) -> Any:
        """Return a fixed scalar that is not null."""
        return self.text(value) if isinstance(value, str) else literal(value)

    def size_list(self, items: Any) -> Any:
        """Count the elements."""
        return items.length().cast("int64")

    def holds(self, items: Any, a: Any) -> Any:
        """Tell whether a list holds a value that is there."""
        return items.contains(a)

    def filter(self, items: Any, variable: Any, condition: Any) -> Any:
        """Keep the elements for which the condition on the variable holds."""
        made = load_operations().ArrayFilter(items, param=variable.op(), index=None, body=condition).to_expr()
        return when(items.notnull(), made)

    def map(self, items: Any, variable: Any, value: Any) -> Any:
        """Compute a value from each element."""
        made = load_operations().ArrayMap(items, param=variable.op(), index=None, body=value).to_expr()
        return when(items.notnull(), made)

    def among(self, a: Any, entries: Sequence[Any]) -> Any:
        """Tell whether a value that is there is among a few fixed entries of its kind."""
        return a.isin([self.fixed(entry) for entry in entries]) if entries else literal(value=False)

    def numbers_below(self, count: Any) -> Any:
        """Return the list of whole numbers from 0 to one less than a count."""
        return load_ibis().range(literal(0), count)

    def share_in_common(self, left: Any, right: Any) -> Any:
        """Return the number of elements in both lists over the number in either; 0 when there are none."""
        shared, all_pieces = self.size_list(left.intersect(right)), self.size_list(left.union(right))
        share = shared.cast("float64") / all_pieces.cast("float64").nullif(literal(0.0))
        return load_ibis().coalesce(share, literal(0.0))

    def refuse(self, what: str, advice: str, **values: object) -> CannotExpressError:
        """Return the error for a part that this engine cannot compute the same; both are templates of sentences."""
        template = gettext_noop("%(engine)s cannot compute %(what)s as the language says")
        return CannotExpressError(
            None, Text(template, {"engine": self.name, "what": Text(what, values)}), Text(advice, values)
        )


def variable(name: str, items: Any) -> Any:
    """Return the element at hand of a loop over a list; no two loops of a query may share a name."""
    return load_operations().Argument(name=name, shape=items.op().shape, dtype=items.type().value_type).to_expr()
