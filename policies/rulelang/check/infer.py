"""Give every node of a condition its type, from the leaves up."""

from policies.rulelang.check.calls import infer_call, infer_loop
from policies.rulelang.check.context import Context
from policies.rulelang.check.literals import infer_list, infer_literal
from policies.rulelang.check.names import resolve
from policies.rulelang.check.operators import infer_binary, infer_logical, infer_ternary, infer_unary
from policies.rulelang.tree import (
    Binary,
    Call,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Node,
    Ternary,
    Unary,
)
from policies.rulelang.typed import TypedNode


def infer(node: Node, context: Context) -> TypedNode | None:  # noqa: PLR0911 - one return per kind of node
    """Return the typed form of a node; None when something below it was reported as wrong."""
    match node:
        case Literal():
            return infer_literal(node)
        case Name():
            return resolve(node, context.schema, context.variables, context.report)
        case Unary():
            return infer_unary(node, context)
        case Binary():
            return infer_binary(node, context)
        case Logical():
            return infer_logical(node, context)
        case Ternary():
            return infer_ternary(node, context)
        case ListLiteral():
            return infer_list(node, context)
        case Call():
            return infer_call(node, context)
        case _:
            return infer_loop(node, context)
