"""Evaluate a checked condition: every node becomes a closure, logic is Kleene's.

The simplest evaluator that is right; faster engines are measured against it. Inside, a value is the typed
value, None for null, or UNKNOWN for what cannot be computed; logic gives True, False or UNKNOWN.
"""

import operator
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from policies.rulelang.arithmetic import days_between
from policies.rulelang.computing import OF_ONE, OF_TWO
from policies.rulelang.limits import MAX_WALKED_LIST
from policies.rulelang.patterns import compile_test
from policies.rulelang.record import UNKNOWN, Record, field_reader
from policies.rulelang.typed import (
    Apply,
    Choice,
    Const,
    FieldRef,
    ListRef,
    Logic,
    TypedNode,
    VarRef,
    Walk,
)

Run: TypeAlias = Callable[[Record, list[Any]], Any]
"""Computes a node on a record; the list holds the elements at hand of the loops around it, by slot."""


class MissingListError(LookupError):
    """A record came without a named list that the condition uses: a fault of the caller, not of the data."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the list {name} is not loaded; pass its entries in Record.lists")


def compile_node(node: TypedNode) -> Run:  # noqa: PLR0911 - one return per kind of node
    """Turn a node into the closure that computes it."""
    match node:
        case Const():
            return _fixed(node.value)
        case FieldRef():
            read = field_reader(node.name, node.field)
            return lambda record, _: read(record.values)
        case ListRef():
            return _named_list(node.name)
        case VarRef():
            slot = node.slot
            return lambda _, at_hand: at_hand[slot]
        case Apply():
            return _apply(node)
        case Logic():
            runs = tuple(compile_node(operand) for operand in node.operands)
            return _every(runs) if node.sign == "&&" else _any(runs)
        case Choice():
            return _choice(compile_node(node.condition), compile_node(node.then), compile_node(node.otherwise))
        case _:
            return _walk(node)


def slots_of(node: TypedNode) -> int:
    """Return how many slots for loop elements a node needs."""
    match node:
        case Walk():
            return max(slots_of(node.items), node.slot + 1, slots_of(node.body))
        case Apply():
            return max((slots_of(argument) for argument in node.arguments), default=0)
        case Logic():
            return max(slots_of(operand) for operand in node.operands)
        case Choice():
            return max(slots_of(part) for part in (node.condition, node.then, node.otherwise))
        case _:
            return 0


def _fixed(value: Any) -> Run:
    return lambda _record, _at_hand: value


def _named_list(name: str) -> Run:
    def run(record: Record, _: list[Any]) -> Any:
        entries = record.lists.get(name)
        if entries is None:
            raise MissingListError(name)
        return entries

    return run


def _every(runs: tuple[Run, ...]) -> Run:
    def run(record: Record, at_hand: list[Any]) -> Any:
        answer: Any = True
        for part in runs:
            value = part(record, at_hand)
            if value is False:
                return False
            if value is not True:
                answer = UNKNOWN
        return answer

    return run


def _any(runs: tuple[Run, ...]) -> Run:
    def run(record: Record, at_hand: list[Any]) -> Any:
        answer: Any = False
        for part in runs:
            value = part(record, at_hand)
            if value is True:
                return True
            if value is not False:
                answer = UNKNOWN
        return answer

    return run


def _choice(condition: Run, then: Run, otherwise: Run) -> Run:
    def run(record: Record, at_hand: list[Any]) -> Any:
        value = condition(record, at_hand)
        if value is True:
            return then(record, at_hand)
        return otherwise(record, at_hand) if value is False else UNKNOWN

    return run


def _apply(node: Apply) -> Run:
    overload_id = node.overload.id
    if overload_id in _SPECIAL:
        return _SPECIAL[overload_id](node)
    if overload_id in OF_ONE:
        return _lift_one(compile_node(node.arguments[0]), OF_ONE[overload_id])
    left, right = node.arguments
    if isinstance(right, Const):
        return _lift_fixed(compile_node(left), OF_TWO[overload_id], right.value)
    return _lift_two(compile_node(left), compile_node(right), OF_TWO[overload_id])


def _lift_one(argument: Run, function: Callable[[Any], Any]) -> Run:
    def run(record: Record, at_hand: list[Any]) -> Any:
        value = argument(record, at_hand)
        return UNKNOWN if value is None or value is UNKNOWN else function(value)

    return run


def _lift_fixed(argument: Run, function: Callable[[Any, Any], Any], fixed: Any) -> Run:
    """As `_lift_two` where the right side is fixed, the common case."""

    def run(record: Record, at_hand: list[Any]) -> Any:
        value = argument(record, at_hand)
        return UNKNOWN if value is None or value is UNKNOWN else function(value, fixed)

    return run


def _lift_two(left: Run, right: Run, function: Callable[[Any, Any], Any]) -> Run:
    def run(record: Record, at_hand: list[Any]) -> Any:
        a, b = left(record, at_hand), right(record, at_hand)
        if a is None or b is None or a is UNKNOWN or b is UNKNOWN:
            return UNKNOWN
        return function(a, b)

    return run


def _equality(node: Apply) -> Run:
    left, right = (compile_node(argument) for argument in node.arguments)
    compare = operator.eq if node.overload.id == "equal" else operator.ne

    def run(record: Record, at_hand: list[Any]) -> Any:
        a, b = left(record, at_hand), right(record, at_hand)
        return UNKNOWN if a is UNKNOWN or b is UNKNOWN else compare(a, b)

    return run


def _null_test(node: Apply) -> Run:
    argument, is_null = compile_node(node.arguments[0]), node.overload.id == "is_null"

    def run(record: Record, at_hand: list[Any]) -> Any:
        value = argument(record, at_hand)
        return UNKNOWN if value is UNKNOWN else (value is None) is is_null

    return run


def _widening(node: Apply) -> Run:
    argument = compile_node(node.arguments[0])

    def run(record: Record, at_hand: list[Any]) -> Any:
        value = argument(record, at_hand)
        return value if value is None or value is UNKNOWN else float(value)

    return run


def _membership(node: Apply) -> Run:
    element, within = node.arguments
    look_up = compile_node(element)
    entries = (
        _fixed(frozenset(within.value))
        if isinstance(within, Const) and isinstance(within.value, tuple)
        else compile_node(within)
    )
    holds = holds_as_double if node.overload.id == "in_as_double" else operator.contains

    def run(record: Record, at_hand: list[Any]) -> Any:
        value, found = look_up(record, at_hand), entries(record, at_hand)
        if value is UNKNOWN or found is UNKNOWN or found is None:
            return UNKNOWN
        return holds(found, value)

    return run


def holds_as_double(entries: Any, value: Any) -> bool:
    """Tell whether a list of whole numbers holds a number, the entries being rounded to doubles."""
    if value in entries:
        return True
    # Below 2**53 every whole number is a double, so that looking it up was enough.
    # A list that `map` made may hold nulls.
    return (
        value is not None
        and abs(value) >= 2**53
        and any(entry is not None and float(entry) == value for entry in entries)
    )


def _matching(node: Apply) -> Run:
    text, pattern = node.arguments
    # The checker lets only fixed patterns pass.
    return _lift_one(compile_node(text), compile_test(str(cast("Const", pattern).value)))


def _age(node: Apply) -> Run:
    argument = compile_node(node.arguments[0])

    def run(record: Record, at_hand: list[Any]) -> Any:
        moment = argument(record, at_hand)
        if moment is None or moment is UNKNOWN or record.now is None:
            return UNKNOWN
        return days_between(moment, record.now)

    return run


_SPECIAL: dict[str, Callable[[Apply], Run]] = {
    "equal": _equality,
    "not_equal": _equality,
    "is_null": _null_test,
    "is_not_null": _null_test,
    "widen": _widening,
    "in": _membership,
    "in_as_double": _membership,
    "matches": _matching,
    "days_since": _age,
}


def _walk(node: Walk) -> Run:
    items, body, slot = compile_node(node.items), compile_node(node.body), node.slot
    finish = _FINISHES[node.name]

    def run(record: Record, at_hand: list[Any]) -> Any:
        elements = items(record, at_hand)
        if elements is None or elements is UNKNOWN or len(elements) > MAX_WALKED_LIST:
            return UNKNOWN

        def look_at(element: Any) -> Any:
            at_hand[slot] = element
            return body(record, at_hand)

        return finish(elements, look_at)

    return run


def _exists(elements: Any, look_at: Callable[[Any], Any]) -> Any:
    answer: Any = False
    for element in elements:
        value = look_at(element)
        if value is True:
            return True
        if value is not False:
            answer = UNKNOWN
    return answer


def _all(elements: Any, look_at: Callable[[Any], Any]) -> Any:
    answer: Any = True
    for element in elements:
        value = look_at(element)
        if value is False:
            return False
        if value is not True:
            answer = UNKNOWN
    return answer


def _filter(elements: Any, look_at: Callable[[Any], Any]) -> Any:
    kept = []
    for element in elements:
        value = look_at(element)
        if value is True:
            kept.append(element)
        elif value is not False:
            return UNKNOWN
    return tuple(kept)


def _map(elements: Any, look_at: Callable[[Any], Any]) -> Any:
    made = tuple(look_at(element) for element in elements)
    return UNKNOWN if UNKNOWN in made else made


_FINISHES: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "exists": _exists,
    "all": _all,
    "filter": _filter,
    "map": _map,
}

IMPLEMENTED = frozenset({*OF_ONE, *OF_TWO, *_SPECIAL, *_FINISHES})
"""Ids of the overloads that this engine computes."""
