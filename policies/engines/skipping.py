"""Tell from the statistics of a row group whether a formula can hold on any of its rows.

The answer errs on the side of yes: a formula that holds on a row is never ruled out. Statistics leave out
NaN and null; a NaN is unknown to a rule, so that it cannot hit, and nulls are counted.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from policies.engines.binding import Bound
from policies.rulelang import Kind
from policies.rulelang.lower import Atom, Every, Formula
from policies.rulelang.typed import Apply, Const, FieldRef, ListRef, TypedNode


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of a field in some rows: bounds of its values (None: not known), and whether rows lack it."""

    lowest: Any = None
    highest: Any = None
    has_values: bool = True
    has_nulls: bool = True

    @property
    def is_bounded(self) -> bool:
        """Both bounds are known."""
        return self.lowest is not None and self.highest is not None


ANYTHING = Span()
NOTHING = Span(has_values=False)


def spans_of(group: Any, bound: Mapping[str, Bound]) -> dict[str, Span]:
    """Return what the metadata of a row group tells about bound fields."""
    paths = [group.column(place).path_in_schema for place in range(group.num_columns)]
    # A dotted column and a struct may share a path; then nothing is known of either.
    places = {path: place for place, path in enumerate(paths) if paths.count(path) == 1}
    spans = {}
    for name, found in bound.items():
        if not found.path:
            spans[name] = NOTHING
        elif found.column in places:
            spans[name] = _span(group.column(places[found.column]), found.field.type.kind, group.num_rows)
    return spans


def can_hold(formula: Formula, spans: Mapping[str, Span], lists: Mapping[str, frozenset[Any]]) -> bool:
    """Tell whether a formula can hold on rows of which this much is known."""
    if isinstance(formula, Atom):
        return _atom_can_hold(formula, spans, lists)
    combine = all if isinstance(formula, Every) else any
    return combine(can_hold(part, spans, lists) for part in formula.parts)


def _span(column: Any, kind: Kind, rows: int) -> Span:
    try:
        found = column.statistics
        if found is None:
            return ANYTHING
        nulls = found.null_count if found.has_null_count else None
        lowest, highest = (found.min, found.max) if found.has_min_max else (None, None)
    except (ValueError, OverflowError, NotImplementedError):
        return ANYTHING
    lowest, highest = _value(lowest, kind), _value(highest, kind)
    if lowest is None or highest is None or lowest > highest:
        lowest = highest = None
    return Span(lowest, highest, nulls is None or nulls < rows, nulls is None or nulls > 0)


def _value(given: object, kind: Kind) -> Any:
    """Return a bound as a value of the kind, None when it is none, or a NaN."""
    found: Any = given
    wanted = _BOUNDS.get(kind)
    if wanted is None or not isinstance(given, wanted) or found != found:
        return None
    if isinstance(found, bool):
        return found if kind is Kind.BOOL else None
    if kind is Kind.DOUBLE:
        return float(found)
    if isinstance(found, datetime):
        if hasattr(found, "to_pydatetime"):  # a time with nanoseconds, which rules do not see
            found = found.to_pydatetime(warn=False)
        return found.replace(tzinfo=UTC) if found.utcoffset() is None else found
    return found


_BOUNDS: dict[Kind, type | tuple[type, ...]] = {
    Kind.BOOL: bool,
    Kind.INT: (int, float),
    Kind.DOUBLE: (int, float),
    Kind.STRING: str,
    Kind.TIMESTAMP: datetime,
}

_TESTS: dict[str, Callable[[Span, Any], bool]] = {
    "less": lambda span, limit: span.lowest < limit,
    "less_equal": lambda span, limit: span.lowest <= limit,
    "greater": lambda span, limit: span.highest > limit,
    "greater_equal": lambda span, limit: span.highest >= limit,
    "equal": lambda span, value: span.lowest <= value <= span.highest,
    "starts_with": lambda span, start: span.lowest[: len(start)] <= start <= span.highest[: len(start)],
}


_OVER_NULL = frozenset({"equal", "in", "in_as_double"})


def _atom_can_hold(atom: Atom, spans: Mapping[str, Span], lists: Mapping[str, frozenset[Any]]) -> bool:
    node = atom.node
    if isinstance(node, FieldRef):
        truth = spans.get(node.name, ANYTHING)
        return truth.has_values and (not truth.is_bounded or bool(truth.highest if atom.wanted else not truth.lowest))
    span = _span_of(node.arguments[0], spans) if isinstance(node, Apply) else None
    if span is None or not isinstance(node, Apply):
        return True
    if node.overload.id == "is_null":
        return span.has_nulls if atom.wanted else span.has_values
    if not atom.wanted:
        return span.has_nulls or _differs(node, span)
    if node.overload.id in _OVER_NULL and not _is_fixed(node.arguments[1]):
        # Null equals null, and may stand in a computed list.
        return True
    return span.has_values and (not span.is_bounded or _compares(node, span, lists))


def _is_fixed(node: TypedNode) -> bool:
    return isinstance(node, ListRef) or (isinstance(node, Const) and node.value is not None)


def _span_of(node: TypedNode, spans: Mapping[str, Span]) -> Span | None:
    """Return what is known of a field, or of one read as a number with decimals; None for anything else."""
    if isinstance(node, FieldRef):
        return spans.get(node.name, ANYTHING)
    if isinstance(node, Apply) and node.overload.id == "widen" and isinstance(node.arguments[0], FieldRef):
        span = spans.get(node.arguments[0].name, ANYTHING)
        if not span.is_bounded:
            return span
        # Rounding keeps the order, so that rounded bounds bound the rounded values.
        return Span(float(span.lowest), float(span.highest), span.has_values, span.has_nulls)
    return None


def _differs(node: Apply, span: Span) -> bool:
    """Tell whether an atom that is not wanted can be FALSE on rows with a value."""
    value = node.arguments[1] if node.overload.id == "equal" else None
    if not span.has_values:
        return False
    if not isinstance(value, Const) or not span.is_bounded:
        return True
    return not span.lowest == span.highest == value.value


def _compares(node: Apply, span: Span, lists: Mapping[str, frozenset[Any]]) -> bool:
    other = node.arguments[1]
    test = _TESTS.get(node.overload.id)
    if test is not None:
        return not isinstance(other, Const) or other.value is None or test(span, other.value)
    if node.overload.id not in ("in", "in_as_double"):
        return True
    if isinstance(other, Const) and isinstance(other.value, tuple):
        entries = _in_order(frozenset(other.value), node.overload.id)
    elif isinstance(other, ListRef):
        entries = _in_order(lists[other.name], node.overload.id)
    else:
        return True
    place = bisect_left(entries, span.lowest)
    return place < len(entries) and entries[place] <= span.highest


@lru_cache(maxsize=1_000)
def _in_order(entries: frozenset[Any], overload_id: str) -> tuple[Any, ...]:
    return tuple(sorted(map(float, entries) if overload_id == "in_as_double" else entries))
