"""Lower atoms: comparisons, membership, tests of texts, loops that answer yes or no."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from policies.engines.ibis.context import Context
from policies.engines.ibis.dialects.base import variable
from policies.engines.ibis.literals import both, either, literal
from policies.engines.ibis.value import Value
from policies.engines.ibis.values import settled, walk_items
from policies.rulelang.typed import Apply, Const, ListRef, TypedNode, Walk
from policies.rulelang.types import DOUBLE, Kind, Type
from policies.rulelang.wording import gettext_noop


class Lower(Protocol):
    """Tells when a condition holds."""

    def __call__(self, node: Any, context: Context, *, wanted: bool) -> Any:
        """Return the condition that an atom is TRUE (wanted) or FALSE; NULL counts as no."""


def _yes_or_no(node: TypedNode, context: Context, *, wanted: bool) -> Any:
    expr = context.value(node, context).expr
    return expr if wanted else ~expr


def _is_null(node: Apply, context: Context, *, wanted: bool) -> Any:
    value = settled(node.arguments[0], context)
    if not wanted:
        return value.expr.notnull()
    return literal(value=False) if value.null is None else value.null


def _equal(node: Apply, context: Context, *, wanted: bool) -> Any:
    """Compare; null is a value here that is the same as null only."""
    left, right = (settled(argument, context) for argument in node.arguments)
    ways = [left.expr == right.expr if wanted else left.expr != right.expr]
    if wanted and left.null is not None and right.null is not None:
        ways.append(left.null & right.null)
    if not wanted and left.null is not None:
        ways.append(left.null & right.expr.notnull())
    if not wanted and right.null is not None:
        ways.append(left.expr.notnull() & right.null)
    return either(*ways)


def _ordering(compare: Callable[[Any, Any], Any]) -> Lower:
    def lower_ordering(node: Apply, context: Context, *, wanted: bool) -> Any:
        left, right = (settled(argument, context).expr for argument in node.arguments)
        if node.arguments[0].type.kind is Kind.STRING:
            left, right = context.dialect.ordered(left), context.dialect.ordered(right)
        return compare(left, right)

    return lower_ordering


def _text_test(name: str) -> Lower:
    def lower_test(node: Apply, context: Context, *, wanted: bool) -> Any:
        text, part = (context.value(argument, context).expr for argument in node.arguments)
        found = getattr(context.dialect, name)(text, part)
        return found if wanted else ~found

    return lower_test


def _matches(node: Apply, context: Context, *, wanted: bool) -> Any:
    text, pattern = node.arguments
    # The checker lets only fixed patterns pass.
    found = context.dialect.matches(context.value(text, context).expr, str(pattern.value))  # type: ignore[union-attr]
    return found if wanted else ~found


def _membership(node: Apply, context: Context, *, wanted: bool) -> Any:
    element, within = node.arguments
    value = settled(element, context)
    kind = DOUBLE if node.overload.id == "in_as_double" else element.type
    if isinstance(within, Const) and isinstance(within.value, tuple):
        return _among(value, within.value, kind, context, wanted=wanted)
    if isinstance(within, ListRef):
        return _among(value, context.entries(within.name), kind, context, wanted=wanted)
    return _in_list(value, context.value(within, context), node, context, wanted=wanted)


def _among(value: Value, entries: Iterable[Any], kind: Type, context: Context, *, wanted: bool) -> Any:
    """Look a value up among fixed entries, none of which is null."""
    if kind.kind is Kind.DOUBLE:
        entries = {float(entry) for entry in entries}
    found = _found(value.expr, sorted(entries), context)
    if wanted:
        return found
    missed = value.expr.notnull() & ~found
    return missed if value.null is None else either(missed, value.null)


def _found(value: Any, entries: Sequence[Any], context: Context) -> Any:
    """Write a short list into the query and send a long one as a table, which no loop can look into."""
    limit = context.dialect.max_literals
    if len(entries) <= limit:
        return context.dialect.among(value, entries)
    if context.variables:
        raise context.dialect.refuse(
            gettext_noop("`in` with a list of more than %(limit)s entries inside a loop"),
            gettext_noop("Shorten the list, or use the engine row or columnar."),
            limit=limit,
        )
    return value.isin(context.send(tuple(entries)))


def _in_list(value: Value, items: Value, node: Apply, context: Context, *, wanted: bool) -> Any:
    """Look a value up in a list of the record."""
    dialect, held = context.dialect, items.expr
    if node.overload.id == "in_as_double":
        at_hand = variable(context.new_name(), held)
        held = dialect.map(held, at_hand, at_hand.cast("float64"))
    found = dialect.holds(held, value.expr)
    element = node.arguments[1].type.element
    has_gaps = element is not None and element.nullable
    ways = [both(items.expr.notnull(), value.expr.notnull(), found if wanted else ~found)]
    if value.null is not None:
        gap = _has_gap(items.expr, context) if has_gaps else literal(value=False)
        ways.append(both(items.expr.notnull(), value.null, gap if wanted else ~gap))
    return either(*ways)


def _has_gap(items: Any, context: Context) -> Any:
    at_hand = variable(context.new_name(), items)
    return context.dialect.size_list(context.dialect.filter(items, at_hand, at_hand.isnull())) > 0


def _loop(node: Walk, context: Context, *, wanted: bool) -> Any:
    """Ask whether one element decides (`exists` true, `all` false) or none is left (`exists` false, `all` true)."""
    items, nullable = walk_items(node, context)
    with context.element(node.slot, items, nullable=nullable) as at_hand:
        condition = context.truth(node.body, context, wanted=wanted)
        count = context.dialect.size_list(context.dialect.filter(items, at_hand, condition))
    is_one_enough = (node.name == "exists") is wanted
    return items.notnull() & (count > 0 if is_one_enough else count == context.dialect.size_list(items))


ATOMS: dict[str, Lower] = {
    "": _yes_or_no,
    "is_null": _is_null,
    "equal": _equal,
    "less": _ordering(lambda a, b: a < b),
    "less_equal": _ordering(lambda a, b: a <= b),
    "greater": _ordering(lambda a, b: a > b),
    "greater_equal": _ordering(lambda a, b: a >= b),
    "in": _membership,
    "in_as_double": _membership,
    "contains": _text_test("contains"),
    "starts_with": _text_test("starts_with"),
    "ends_with": _text_test("ends_with"),
    "matches": _matches,
    "exists": _loop,
    "all": _loop,
}
