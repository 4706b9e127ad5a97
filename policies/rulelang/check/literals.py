"""Read fixed values: lists written out, points and lengths of time; widen whole numbers."""

from collections.abc import Callable
from datetime import datetime, timedelta

from policies.rulelang.check.context import Context
from policies.rulelang.check.sizes import check_list_size
from policies.rulelang.moments import parse_duration, parse_timestamp
from policies.rulelang.signatures import WIDEN
from policies.rulelang.tree import Call, ListLiteral, Literal
from policies.rulelang.typed import Apply, Const, Scalar, TypedNode
from policies.rulelang.types import ANY_LIST, DOUBLE, DURATION, INT, TIMESTAMP, Kind, Type, list_of
from policies.rulelang.wording import Text, gettext_noop

_READERS: dict[str, tuple[Callable[[str], datetime | timedelta], Type]] = {
    "timestamp": (parse_timestamp, TIMESTAMP),
    "duration": (parse_duration, DURATION),
}


def infer_literal(node: Literal) -> Const:
    """Give a literal its type."""
    return Const(node.span, Type(node.kind, nullable=node.kind is Kind.NULL), node.value)


def infer_time(node: Call, context: Context) -> Const | None:
    """Read `timestamp("…")` or `duration("…")`."""
    read, kind = _READERS[node.name]
    given = node.arguments[0] if len(node.arguments) == 1 else None
    if not isinstance(given, Literal) or not isinstance(given.value, str):
        text = Text(gettext_noop("`%(name)s` takes one fixed text in quotes"), {"name": node.name})
        advice = Text(gettext_noop("A field that holds a time is declared so in the schema and needs no conversion."))
        context.report.error(node.span, "time-not-fixed", text, advice)
        return None
    try:
        return Const(node.span, kind, read(given.value))
    except ValueError as error:
        text = Text(gettext_noop("%(words)s"), {"words": error})
        context.report.error(given.span, "bad-time", text)
        return None


def infer_list(node: ListLiteral, context: Context) -> Const | None:
    """Check a list that is written out: fixed values of one kind, whole numbers widened among numbers."""
    if not check_list_size(node, context.report):
        return None
    items = [context.infer(item, context) for item in node.items]
    consts = []
    for item in items:
        if isinstance(item, Const) and item.value is not None and not isinstance(item.value, tuple):
            consts.append(item)
        elif item is not None:
            _refuse_item(item, context)
    if len(consts) < len(items):
        return None
    kinds = {item.type.kind for item in consts}
    if kinds >= {Kind.INT, Kind.DOUBLE}:
        consts = [widen_const(item) for item in consts]
    for item in consts:
        if item.type.kind is not consts[0].type.kind:
            _refuse_mixture(consts[0], item, context)
            return None
    kind = list_of(consts[0].type) if consts else ANY_LIST
    values: list[Scalar] = [item.value for item in consts if not isinstance(item.value, tuple)]
    return Const(node.span, kind, tuple(values))


def widen_const(node: Const) -> Const:
    """Turn a fixed whole number, or a list of them, into numbers; leave everything else as it is."""
    if node.type.kind is Kind.INT and isinstance(node.value, int):
        return Const(node.span, DOUBLE, float(node.value))
    if node.type.element == INT and isinstance(node.value, tuple):
        values = tuple(float(value) for value in node.value if isinstance(value, int))
        return Const(node.span, list_of(DOUBLE), values)
    return node


def widen(node: TypedNode) -> TypedNode:
    """Turn a whole number into a number: a fixed one now, any other when it is computed; null stays null."""
    if isinstance(node, Const):
        return widen_const(node)
    if node.type.kind is Kind.INT:
        wide = DOUBLE.or_null() if node.type.nullable else DOUBLE
        return Apply(node.span, wide, "double", WIDEN, (node,))
    return node


def _refuse_item(item: TypedNode, context: Context) -> None:
    shown = context.excerpt(item.span)
    if isinstance(item, Const) and item.value is None:
        text = Text(gettext_noop("A list cannot hold null"))
        advice = Text(gettext_noop("Write x == null || x in [...]."))
    else:
        text = Text(gettext_noop("A list holds fixed values, `%(item)s` is none"), {"item": shown})
        advice = Text(gettext_noop("Compare with it on its own: x == %(item)s."), {"item": shown})
    context.report.error(item.span, "bad-list-item", text, advice)


def _refuse_mixture(first: Const, other: Const, context: Context) -> None:
    text = Text(
        gettext_noop("The list begins with %(first)s, but `%(item)s` is %(kind)s"),
        {"first": first.type.words(), "item": context.excerpt(other.span), "kind": other.type.words()},
    )
    advice = Text(gettext_noop("All entries of a list are of one kind."))
    context.report.error(other.span, "mixed-list", text, advice)
