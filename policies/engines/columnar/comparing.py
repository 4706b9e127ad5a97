"""Ask comparisons of columns: where does one hold (is TRUE), or where does its opposite (is FALSE).

Equality, membership and the tests for null answer over null too; where a value is unknown, nothing holds.
"""

import operator
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import numpy as np

from policies.engines.columnar import texts
from policies.engines.columnar.fitting import as_number
from policies.engines.columnar.vectors import Mask, Vector, both, within

Compare: TypeAlias = Callable[[Any, Any], Any]

ORDERINGS: dict[str, Compare] = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}
_MOST_ASKED_ONE_BY_ONE = 8


def fixed_data(value: Any) -> Any:
    """Return a fixed value as it stands in the data of a vector."""
    if isinstance(value, datetime | timedelta):
        return np.int64(as_number(value))
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int):
        return np.int64(value)
    return np.float64(value) if isinstance(value, float) else value


def ordering(overload_id: str, *, of_text: bool) -> Callable[[Vector, Vector], Mask]:
    """Return the test `a < b` and the like, which null never passes."""
    compare = texts.compare(overload_id) if of_text else ORDERINGS[overload_id]

    def run(a: Vector, b: Vector) -> Mask:
        return _restricted(compare(a.data, b.data), both(a.known, b.known))

    return run


def equality(*, wanted: bool, of_text: bool) -> Callable[[Vector, Vector], Mask]:
    """Return the test `a == b`, or `a != b` where not wanted; null is the same as null and as nothing else."""
    compare = texts.compare("equal") if of_text else operator.eq

    def same(a: Vector, b: Vector) -> Mask:
        found = _restricted(compare(a.data, b.data), both(a.known, b.known))
        return found if a.null is None or b.null is None else found | (a.null & b.null)

    def different(a: Vector, b: Vector) -> Mask:
        found = _restricted(~compare(a.data, b.data), both(a.known, b.known))
        for one, other in ((a, b), (b, a)):
            if one.null is not None:
                found = found | (one.null if other.known is None else one.null & other.known)
        return found

    return same if wanted else different


def is_null(vector: Vector, count: int) -> Mask:
    """Return where there is no data."""
    return np.zeros(count, np.bool_) if vector.null is None else vector.null


def is_there(vector: Vector, count: int) -> Mask:
    """Return where there is a value."""
    return np.ones(count, np.bool_) if vector.known is None else vector.known


def membership(entries: frozenset[Any], *, wanted: bool, of_text: bool) -> Callable[[Vector], Mask]:
    """Return the test `a in entries`, or its opposite, which null passes."""
    holds = texts.holds(entries) if of_text else _number_holder(entries)

    def run(a: Vector) -> Mask:
        found = holds(a.data)
        if wanted:
            return _restricted(found, a.known)
        found = _restricted(~found, a.known)
        return found if a.null is None else found | a.null

    return run


def _restricted(found: Any, known: Mask | None) -> Mask:
    if isinstance(found, np.ndarray) and found.ndim:
        return within(found, known)
    # Two fixed sides give one answer for all rows.
    answer: Mask = found if known is None else found & known
    return answer


def _number_holder(entries: frozenset[Any]) -> Callable[[Any], Mask]:
    numbers = np.sort(np.array([fixed_data(entry) for entry in entries]))
    if not len(numbers):
        return lambda data: np.zeros(len(data), np.bool_)
    if len(numbers) <= _MOST_ASKED_ONE_BY_ONE:
        singles = numbers.tolist()

        def ask_each(data: Any) -> Mask:
            found = data == singles[0]
            for single in singles[1:]:
                found |= data == single
            return np.asarray(found)

        return ask_each

    def look_up(data: Any) -> Mask:
        places = np.searchsorted(numbers, data)
        return np.asarray(numbers[np.minimum(places, len(numbers) - 1)] == data)

    return look_up
