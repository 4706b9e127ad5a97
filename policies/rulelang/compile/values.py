"""Write values: an expression that gives the typed value, None for null, or UNKNOWN, as `evaluate` does."""

import ast

from policies.rulelang.compile import syntax
from policies.rulelang.compile.loops import write_collecting
from policies.rulelang.compile.scope import Scope
from policies.rulelang.costs import depends_on_loop
from policies.rulelang.lower import lower
from policies.rulelang.shapes import shape_of
from policies.rulelang.typed import Apply, Choice, Const, FieldRef, ListRef, Logic, TypedNode, VarRef, Walk
from policies.rulelang.types import Kind

MEMOISED = frozenset(
    {
        *("add_int", "subtract_int", "multiply_int", "divide_int", "modulo_int"),
        *("add_double", "subtract_double", "multiply_double", "divide_double"),
        *("add_string", "lower", "upper", "similarity", "days_since", "day_of_year", "day_of_week"),
        *("add_timestamp_duration", "add_duration_timestamp", "subtract_timestamp_duration"),
        *("subtract_timestamp", "add_duration", "subtract_duration"),
        *("total_hours", "total_minutes", "total_seconds", "matches", "contains"),
    }
)
"""Overloads that cost more than looking up what they gave before."""


def write_value(node: TypedNode, scope: Scope) -> ast.expr:  # noqa: PLR0911 - one return per kind of node
    """Write the value of a node."""
    match node:
        case Const():
            return scope.fixed(node)
        case FieldRef():
            return _field(node, scope)
        case ListRef():
            return syntax.name(scope.list_variable(node))
        case VarRef():
            return syntax.name(f"x{node.slot}")
        case Choice():
            return _choice(node, scope)
        case Walk() if node.name in ("filter", "map"):
            return write_collecting(node, scope)
        case Apply() if node.type.kind is not Kind.BOOL:
            return _application(node, scope)
        case _:
            return _truth(node, scope)


def _field(node: FieldRef, scope: Scope) -> ast.expr:
    slot = scope.slot(node)
    slot.needs_whole_text = True
    value, unknown = syntax.name(slot.value), syntax.name("UNKNOWN")
    if not slot.described.nullable:
        return syntax.choice(slot.is_present(), value, unknown)
    slot.needs_unknown = True
    null = syntax.choice(syntax.name(slot.unknown), unknown, syntax.NULL)
    return syntax.choice(slot.is_present(), value, null)


def _choice(node: Choice, scope: Scope) -> ast.expr:
    return syntax.choice(
        scope.holds(lower(node.condition), scope),
        write_value(node.then, scope),
        syntax.choice(
            scope.holds(lower(node.condition, wanted=False), scope),
            write_value(node.otherwise, scope),
            syntax.name("UNKNOWN"),
        ),
    )


def _application(node: Apply, scope: Scope) -> ast.expr:
    if scope.loops_around and not depends_on_loop(node):
        return scope.hoist(lambda: _application(node, scope))
    arguments = [write_value(argument, scope) for argument in node.arguments]
    if node.overload.id == "days_since":
        arguments.append(syntax.name("now"))
    written = syntax.call(f"do_{node.overload.id}", *arguments)
    return scope.once(shape_of(node), written) if node.overload.id in MEMOISED else written


def _truth(node: Apply | Logic | Walk, scope: Scope) -> ast.expr:
    """Write a condition that stands where a value is asked for."""
    is_false = scope.holds(lower(node, wanted=False), scope)
    false_or_unknown = syntax.choice(is_false, syntax.FALSE, syntax.name("UNKNOWN"))
    return syntax.choice(scope.holds(lower(node), scope), syntax.TRUE, false_or_unknown)
