"""Say what an engine must be able to compute; what all engines do alike is done here."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from policies.engines.ibis.library import load_arrow, load_ibis, load_operations
from policies.engines.ibis.literals import literal, plain, when
from policies.engines.ibis.refusals import CannotExpressError
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

    # Times -------------------------------------------------------------------------------------------------------

    @abstractmethod
    def microseconds(self, column: Any) -> Any:
        """Return a column of points in time as microseconds since 1970."""

    @abstractmethod
    def calendar(self, moment: Any) -> Any:
        """Return a point in time, in microseconds, as a date or time in UTC to take year, month and day from."""

    # Lists -------------------------------------------------------------------------------------------------------

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

    def among(self, a: Any, entries: Sequence[Any], *, is_in_loop: bool) -> Any:
        """Tell whether a value that is there is among fixed entries, sorted and of its kind."""
        if not entries:
            return literal(value=False)
        if len(entries) <= self.max_literals:
            return a.isin([self.text(entry) if isinstance(entry, str) else literal(entry) for entry in entries])
        if is_in_loop:
            raise self.refuse(
                gettext_noop("`in` with a list of more than %(limit)s entries inside a loop"),
                gettext_noop("Shorten the list, or use the engine row or columnar."),
                limit=self.max_literals,
            )
        column = load_arrow().table({"entry": [plain(entry) for entry in entries]})
        return a.isin(load_ibis().memtable(column).entry)

    def pieces(self, word: Any, counter: str) -> Any:
        """Return all stretches of three characters of a text of at least two, one after the other."""
        numbers = load_ibis().range(literal(0), self.size_string(word) - literal(2))
        at = variable(counter, numbers)
        return self.map(numbers, at, word.substr(at, 3))

    def share_in_common(self, left: Any, right: Any) -> Any:
        """Return the number of elements in both lists over the number in either; 0 when there are none."""
        shared = self.size_list(left.intersect(right))
        either_way = self.size_list(left) + self.size_list(right) - shared
        share = shared.cast("float64") / either_way.cast("float64")
        return load_ibis().cases((either_way > literal(0), share), (either_way == literal(0), literal(0.0)))

    def refuse(self, what: str, advice: str, **values: object) -> CannotExpressError:
        """Return the error for a part that this engine cannot compute the same; both are templates of sentences."""
        template = gettext_noop("%(engine)s cannot compute %(what)s as the language says")
        return CannotExpressError(
            None, Text(template, {"engine": self.name, "what": Text(what, values)}), Text(advice, values)
        )


def variable(name: str, items: Any) -> Any:
    """Return the element at hand of a loop over a list; no two loops of a query may share a name."""
    return load_operations().Argument(name=name, shape=items.op().shape, dtype=items.type().value_type).to_expr()
