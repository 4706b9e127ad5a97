"""Lower values: fields, fixed values, arithmetic, texts, times, choices, and loops that make lists."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from policies.engines.ibis import moments
from policies.engines.ibis.context import Context
from policies.engines.ibis.library import load_ibis
from policies.engines.ibis.likeness import similarity
from policies.engines.ibis.literals import both, either, literal, missing, total, type_name, when
from policies.engines.ibis.refusals import CannotExpressError
from policies.engines.ibis.value import Value
from policies.rulelang.limits import MAX_RECORD_TEXT, MAX_WALKED_LIST
from policies.rulelang.typed import Apply, Choice, Const, FieldRef, ListRef, TypedNode, VarRef, Walk
from policies.rulelang.types import Kind, Type
from policies.rulelang.wording import gettext_noop

_CONDITIONS = frozenset(
    {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "is_null"}
) | frozenset({"is_not_null", "in", "in_as_double", "contains", "starts_with", "ends_with", "matches", "not"})
_UNSETTLED = frozenset({"negate_double", "add_double", "subtract_double", "multiply_double", "divide_double"})
"""What may give, and may take, infinities and NaN."""


def value_of(node: TypedNode, context: Context) -> Value:
    """Return the value of a node; a refusal points at the innermost part that is refused."""
    try:
        return _value_of(node, context)
    except CannotExpressError as error:
        error.span = error.span or node.span
        raise


def settled(node: TypedNode, context: Context) -> Value:
    """Return the value of a node; a number that is not finite is NULL."""
    value = value_of(node, context)
    return value if value.is_settled else replace(value, expr=context.dialect.settle(value.expr), is_settled=True)


def walk_items(node: Walk, context: Context) -> tuple[Any, bool]:
    """Return the list that a loop walks, and whether its elements may be null."""
    element = node.items.type.element
    if isinstance(node.items, ListRef) and len(context.entries(node.items.name)) > MAX_WALKED_LIST:
        return missing(node.items.type), False
    return value_of(node.items, context).expr, element is not None and element.nullable


def _value_of(node: TypedNode, context: Context) -> Value:
    if isinstance(node, Apply) and node.overload.id not in _CONDITIONS:
        return _apply(node, context)
    if isinstance(node, Walk) and node.name in _LOOPS:
        return _LOOPS[node.name](node, context)
    return _OTHERS.get(type(node), _condition)(node, context)


def _field(node: FieldRef, context: Context) -> Value:
    return context.source.fields[node.name]


def _variable(node: VarRef, context: Context) -> Value:
    return context.variables[node.slot]


def _named_list(node: ListRef, context: Context) -> Value:
    entries = context.entries(node.name)
    if len(entries) > MAX_WALKED_LIST:
        raise context.dialect.refuse(
            gettext_noop("a choice between lists of more than %(limit)s entries"),
            gettext_noop("Write a choice between two conditions with `in`."),
            limit=MAX_WALKED_LIST,
        )
    return Value(context.dialect.fixed_list(sorted(entries), type_name(node.type)))


def _const(node: Const, context: Context) -> Value:
    if node.value is None:
        return Value(missing(node.type), literal(value=True))
    if isinstance(node.value, tuple):
        return Value(context.dialect.fixed_list(node.value, type_name(node.type)))
    return Value(context.dialect.fixed(node.value))


def _condition(node: TypedNode, context: Context) -> Value:
    """Return a condition as a value: true, false, or NULL for unknown."""
    yes, no = context.truth(node, context, wanted=True), context.truth(node, context, wanted=False)
    return Value(load_ibis().cases((yes, literal(value=True)), (no, literal(value=False))))


def _choice(node: Choice, context: Context) -> Value:
    then, otherwise = _branch(node.then, node.type, context), _branch(node.otherwise, node.type, context)
    yes, no = context.truth(node.condition, context, wanted=True), context.truth(node.condition, context, wanted=False)
    nulls = [both(asked, value.null) for asked, value in ((yes, then), (no, otherwise)) if value.null is not None]
    made = load_ibis().cases((yes, then.expr), (no, otherwise.expr))
    return Value(made, either(*nulls) if nulls else None, then.is_settled and otherwise.is_settled)


def _branch(node: TypedNode, wanted: Type, context: Context) -> Value:
    """Return a branch of a choice; a null that is written out takes the type of the other branch."""
    if node.type.kind is Kind.NULL:
        return Value(missing(wanted), literal(value=True))
    return value_of(node, context)


def _apply(node: Apply, context: Context) -> Value:
    overload_id = node.overload.id
    if overload_id in _SPECIAL:
        return _SPECIAL[overload_id](node, context)
    read = value_of if overload_id in _UNSETTLED else settled
    arguments = [read(argument, context).expr for argument in node.arguments]
    if overload_id in _COMPUTED:
        return Value(_COMPUTED[overload_id](context.dialect, *arguments))
    made = getattr(context.dialect, overload_id)(*arguments)
    return Value(made, is_settled=overload_id not in _UNSETTLED)


def _widen(node: Apply, context: Context) -> Value:
    value = value_of(node.arguments[0], context)
    return replace(value, expr=value.expr.cast("float64"))


def _join(node: Apply, context: Context) -> Value:
    """Join a whole chain of texts at once: if the whole is short enough, every part of it is."""
    texts = [value_of(part, context).expr for part in _chain(node)]
    size = total(*(context.dialect.size_string(text) for text in texts))
    return Value(when(size <= literal(MAX_RECORD_TEXT), total(*texts)))


def _chain(node: TypedNode) -> list[TypedNode]:
    if isinstance(node, Apply) and node.overload.id == "add_string":
        return [part for argument in node.arguments for part in _chain(argument)]
    return [node]


def _age(node: Apply, context: Context) -> Value:
    moment = value_of(node.arguments[0], context).expr
    if context.source.now is None:
        return Value(missing(node.type))
    return Value(moments.days_between(moment, context.source.now))


def _filter(node: Walk, context: Context) -> Value:
    """Keep the elements that meet the condition; unknown when it is unknown for one of them."""
    dialect = context.dialect
    items, nullable = walk_items(node, context)
    with context.element(node.slot, items, nullable=nullable) as at_hand:
        kept = dialect.filter(items, at_hand, context.truth(node.body, context, wanted=True))
    with context.element(node.slot, items, nullable=nullable) as at_hand:
        left = dialect.filter(items, at_hand, context.truth(node.body, context, wanted=False))
    decided = dialect.size_list(kept) + dialect.size_list(left)
    return Value(when(decided == dialect.size_list(items), kept))


def _map(node: Walk, context: Context) -> Value:
    """Compute a value from each element; unknown when one cannot be computed."""
    dialect = context.dialect
    items, nullable = walk_items(node, context)
    with context.element(node.slot, items, nullable=nullable) as at_hand:
        body = settled(node.body, context)
        made = dialect.map(items, at_hand, body.expr)
    with context.element(node.slot, items, nullable=nullable) as at_hand:
        body = settled(node.body, context)
        is_known = body.expr.notnull() if body.null is None else body.expr.notnull() | body.null
        known = dialect.filter(items, at_hand, is_known)
    return Value(when(dialect.size_list(known) == dialect.size_list(items), made))


def _size(node: Apply, context: Context) -> Value:
    within = node.arguments[0]
    if isinstance(within, ListRef):
        return Value(literal(len(context.entries(within.name))))
    return Value(context.dialect.size_list(value_of(within, context).expr))


_OTHERS: dict[type, Callable[[Any, Context], Value]] = {
    Const: _const,
    FieldRef: _field,
    VarRef: _variable,
    ListRef: _named_list,
    Choice: _choice,
}

_LOOPS: dict[str, Callable[[Walk, Context], Value]] = {"filter": _filter, "map": _map}

_SPECIAL: dict[str, Callable[[Apply, Context], Value]] = {
    "widen": _widen,
    "add_string": _join,
    "days_since": _age,
    "size_list": _size,
}

_COMPUTED: dict[str, Callable[..., Any]] = {
    "double_of_int": lambda _, a: a.cast("float64"),
    "double_of_double": lambda _, a: a,
    "int_of_int": lambda _, a: a,
    "int_of_double": lambda dialect, a: dialect.truncate(a),
    "similarity": similarity,
    **moments.FUNCTIONS,
}
"""Computed alike on all engines, from what their dialects give."""
