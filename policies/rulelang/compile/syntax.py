"""Write Python as a tree, never as text: so nothing that a person wrote can become code.

Values stand in the tree as constants, everything else has a name made up by the compiler.
"""

import ast
from collections.abc import Sequence
from typing import Any

_AT: dict[str, Any] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
_LOAD, _STORE = ast.Load(), ast.Store()
_AND, _OR, _NOT = ast.And(), ast.Or(), ast.Not()
_SIGNS: dict[str, ast.cmpop] = {
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "is": ast.Is(),
    "is not": ast.IsNot(),
    "in": ast.In(),
    "not in": ast.NotIn(),
}

TRUE: ast.expr = ast.Constant(value=True, **_AT)
FALSE: ast.expr = ast.Constant(value=False, **_AT)
NULL: ast.expr = ast.Constant(value=None, **_AT)

METHODS = frozenset({"append", "endswith", "get", "isascii", "startswith"})
"""The only attributes that generated code may touch."""


def name(identifier: str) -> ast.expr:
    """Write the value of a name."""
    return ast.Name(identifier, _LOAD, **_AT)


def constant(value: bool | int | float | str | None) -> ast.expr:  # noqa: FBT001 - a value like the others
    """Write a fixed value."""
    return ast.Constant(value, **_AT)


def call(function: str, *arguments: ast.expr) -> ast.expr:
    """Write the call of a named function."""
    return ast.Call(name(function), list(arguments), [], **_AT)


def method(target: ast.expr, called: str, *arguments: ast.expr) -> ast.expr:
    """Write the call of one of the few methods that are allowed."""
    return ast.Call(ast.Attribute(target, called, _LOAD, **_AT), list(arguments), [], **_AT)


def compare(left: ast.expr, sign: str, right: ast.expr) -> ast.expr:
    """Write a comparison."""
    return ast.Compare(left, [_SIGNS[sign]], [right], **_AT)


def between(low: ast.expr, value: ast.expr, high: ast.expr) -> ast.expr:
    """Write `low <= value <= high`."""
    return ast.Compare(low, [_SIGNS["<="], _SIGNS["<="]], [value, high], **_AT)


def both(parts: Sequence[ast.expr]) -> ast.expr:
    """Write parts joined by `and`; without parts True."""
    return _joined(_AND, parts, TRUE)


def either(parts: Sequence[ast.expr]) -> ast.expr:
    """Write parts joined by `or`; without parts False."""
    return _joined(_OR, parts, FALSE)


def _joined(sign: ast.boolop, parts: Sequence[ast.expr], empty: ast.expr) -> ast.expr:
    if len(parts) < 2:
        return parts[0] if parts else empty
    return ast.BoolOp(sign, list(parts), **_AT)


def negated(operand: ast.expr) -> ast.expr:
    """Write `not operand`."""
    return ast.UnaryOp(_NOT, operand, **_AT)


def choice(condition: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """Write `then if condition else otherwise`."""
    return ast.IfExp(condition, then, otherwise, **_AT)


def keep(identifier: str, value: ast.expr) -> ast.expr:
    """Write `(identifier := value)`."""
    return ast.NamedExpr(ast.Name(identifier, _STORE, **_AT), value, **_AT)


def assign(identifiers: Sequence[str], value: ast.expr) -> ast.stmt:
    """Write `a = b = value`."""
    return ast.Assign([ast.Name(identifier, _STORE, **_AT) for identifier in identifiers], value, **_AT)


def assign_pair(first: str, second: str, value: ast.expr) -> ast.stmt:
    """Write `first, second = value`."""
    targets = ast.Tuple([ast.Name(first, _STORE, **_AT), ast.Name(second, _STORE, **_AT)], _STORE, **_AT)
    return ast.Assign([targets], value, **_AT)


def when(condition: ast.expr, then: Sequence[ast.stmt], otherwise: Sequence[ast.stmt] = ()) -> ast.If:
    """Write an `if`."""
    return ast.If(condition, list(then), list(otherwise), **_AT)


def each(identifier: str, items: ast.expr, body: Sequence[ast.stmt]) -> ast.stmt:
    """Write a `for`."""
    return ast.For(ast.Name(identifier, _STORE, **_AT), items, list(body), [], **_AT)


def do(value: ast.expr) -> ast.stmt:
    """Write a call for its effect."""
    return ast.Expr(value, **_AT)


def give(value: ast.expr) -> ast.stmt:
    """Write a `return`."""
    return ast.Return(value, **_AT)


def empty_list() -> ast.expr:
    """Write `[]`."""
    return ast.List([], _LOAD, **_AT)


def function(identifier: str, parameters: Sequence[str], body: Sequence[ast.stmt]) -> ast.stmt:
    """Write a function with plain parameters."""
    taken = [ast.arg(parameter, **_AT) for parameter in parameters]
    arguments = ast.arguments(posonlyargs=[], args=taken, kwonlyargs=[], kw_defaults=[], defaults=[])
    made = ast.FunctionDef(identifier, arguments, list(body), [], **_AT)
    made.type_params = []  # type: ignore[attr-defined] # asked for since Python 3.12
    return made


def module(body: Sequence[ast.stmt]) -> ast.Module:
    """Put functions together to what can be compiled."""
    return ast.Module(list(body), [])
