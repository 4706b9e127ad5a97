"""Look at generated code before it runs: nothing but the few forms, names and methods that the compiler writes."""

import ast
import re
from collections.abc import Mapping
from typing import Any

from policies.rulelang.compile.runtime import NAMES
from policies.rulelang.compile.scope import INLINE
from policies.rulelang.compile.syntax import METHODS

ALLOWED = frozenset(
    {
        *(ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.If, ast.For, ast.Expr),
        *(ast.Name, ast.Load, ast.Store, ast.Tuple, ast.List, ast.Constant, ast.Call, ast.Attribute),
        *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.IfExp, ast.NamedExpr, ast.Compare),
        *(ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn),
    }
)
"""The forms that generated code consists of."""

_OWN_NAME = re.compile(r"[vulmptxwh]\d+|values|now|lists|hits|items|made|find")


class UnsafeCodeError(RuntimeError):
    """Generated code holds what the compiler never writes: a fault of the compiler. It is not run."""


def check_code(tree: ast.Module, constants: Mapping[str, Any]) -> None:
    """Check every node of generated code.

    Raises:
        UnsafeCodeError: a form, a name, a method or a constant is none of the allowed ones.
    """
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind not in ALLOWED or not _is_harmless(node, constants):
            shown = ast.dump(node)[:200]
            message = f"generated code holds {kind.__name__}, which is not allowed there: {shown}"
            raise UnsafeCodeError(message)
        waiting.extend(ast.iter_child_nodes(node))


def _is_harmless(node: ast.AST, constants: Mapping[str, Any]) -> bool:  # noqa: PLR0911 - one return per form
    match node:
        case ast.Name(id=name):
            return name in NAMES or name in constants or _OWN_NAME.fullmatch(name) is not None
        case ast.FunctionDef(name=name):
            return _OWN_NAME.fullmatch(name) is not None and not node.decorator_list
        case ast.arg(arg=name):
            return _OWN_NAME.fullmatch(name) is not None
        case ast.arguments():
            return not (node.vararg or node.kwarg or node.posonlyargs or node.kwonlyargs or node.defaults)
        case ast.Attribute(attr=attribute):
            return attribute in METHODS
        case ast.Constant(value=value):
            return isinstance(value, INLINE)
        case ast.Call(func=called):
            return isinstance(called, ast.Name | ast.Attribute) and not node.keywords
        case _:
            return True
