"""Estimate what a condition costs on one record, at the bounds of its lists: one table for everyone who asks.

The unit is a comparison of two numbers, some thirty nanoseconds in the row engine. The lowering orders
conditions by these figures, the checker warns of dear ones.
"""

from policies.rulelang.limits import MAX_RECORD_LIST, MAX_WALKED_LIST
from policies.rulelang.typed import Apply, Choice, Const, FieldRef, ListRef, TypedNode, VarRef, Walk, every, parts
from policies.rulelang.types import Kind

OVERLOAD_COSTS: dict[str, float] = {
    **dict.fromkeys(("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"), 1.0),
    **dict.fromkeys(("is_null", "is_not_null", "not", "and", "or", "choose"), 0.5),
    **dict.fromkeys(("widen", "double_of_int", "double_of_double", "int_of_int", "negate_double"), 1.5),
    **dict.fromkeys(("int_of_double", "negate_int"), 4.0),
    **dict.fromkeys(("add_int", "subtract_int", "multiply_int"), 4.0),
    **dict.fromkeys(("add_double", "subtract_double", "multiply_double", "divide_double"), 4.0),
    **dict.fromkeys(("divide_int", "modulo_int"), 8.0),
    **dict.fromkeys(("add_timestamp_duration", "add_duration_timestamp", "subtract_timestamp_duration"), 6.0),
    **dict.fromkeys(("add_duration", "subtract_duration"), 10.0),
    "subtract_timestamp": 3.0,
    "days_since": 12.0,
    **dict.fromkeys(("full_year", "month", "date", "day_of_month", "hours", "minutes", "seconds", "milliseconds"), 2.0),
    **dict.fromkeys(("total_hours", "total_minutes", "total_seconds"), 8.0),
    "day_of_week": 3.0,
    "day_of_year": 20.0,
    "in": 1.5,
    "in_as_double": 4.0,
    "size_string": 1.5,
    "size_list": 1.5,
    "add_string": 4.0,
    "starts_with": 2.5,
    "ends_with": 2.5,
    "contains": 3.0,
    "lower": 4.0,
    "upper": 4.0,
    "matches": 25.0,
    "similarity": 150.0,
    **dict.fromkeys(("exists", "all", "filter", "map"), 6.0),
}
"""By overload, without its arguments; a loop's figure is that of one element, without the body."""

_OVERLOAD_CHANCES: dict[str, float] = {
    "equal": 0.1,
    "in": 0.2,
    "in_as_double": 0.2,
    "is_null": 0.3,
    "matches": 0.05,
    "contains": 0.05,
    "starts_with": 0.1,
    "ends_with": 0.1,
}

_READING = 0.5
_DEAREST_LIST_SCAN = 20.0
"""Looking a value up in a list of the record, which is no set, takes this many comparisons more."""


def cost_of(node: TypedNode) -> float:
    """Return the estimated cost of a node with everything below it; loops count at the bound of their list."""
    match node:
        case Const():
            return 0.0
        case FieldRef() | ListRef() | VarRef():
            return _READING
        case Apply():
            own = OVERLOAD_COSTS[node.overload.id]
            if node.overload.id in ("in", "in_as_double") and not isinstance(node.arguments[1], Const | ListRef):
                own += _DEAREST_LIST_SCAN
            return own + sum(cost_of(argument) for argument in node.arguments)
        case Walk():
            once, each = _cost_in_loop(node.body)
            return cost_of(node.items) + once + _length_of(node.items) * (OVERLOAD_COSTS[node.name] + each)
        case _:
            return sum(_READING + cost_of(part) for part in parts(node))


def depends_on_loop(node: TypedNode) -> bool:
    """Tell whether a node may give something else for each element of a loop around it."""
    return any(isinstance(part, VarRef) for part in every(node))


def _cost_in_loop(node: TypedNode) -> tuple[float, float]:
    """Return what the body of a loop costs once, for values that do not depend on the element, and for each."""
    if isinstance(node, Walk):
        return 0.0, cost_of(node)
    if isinstance(node, Apply) and node.type.kind is not Kind.BOOL and not depends_on_loop(node):
        return cost_of(node), _READING
    inner = [_cost_in_loop(part) for part in parts(node)]
    own = cost_of(node) - sum(cost_of(part) for part in parts(node))
    return sum(once for once, _ in inner), own + sum(each for _, each in inner)


def chance_of(node: TypedNode) -> float:
    """Return the share of records on which a condition is taken to be true, knowing nothing of the records."""
    return _OVERLOAD_CHANCES.get(node.overload.id, 0.5) if isinstance(node, Apply) else 0.5


def _length_of(items: TypedNode) -> int:
    """Return how many elements a list may have."""
    match items:
        case Const():
            return len(items.value) if isinstance(items.value, tuple) else 0
        case ListRef():
            return MAX_WALKED_LIST
        case Walk():
            return _length_of(items.items)
        case Choice():
            return max(_length_of(items.then), _length_of(items.otherwise))
        case _:
            return MAX_RECORD_LIST
