"""Tell which parts of conditions say the same, wherever they stand: engines compute such parts once."""

from collections.abc import Hashable, Mapping
from typing import TypeAlias

from policies.rulelang.typed import Apply, Choice, Const, FieldRef, ListRef, Logic, TypedNode, VarRef

Shape: TypeAlias = Hashable

_NO_LOOPS: Mapping[int, int] = {}


def shape_of(node: TypedNode, loops: Mapping[int, int] = _NO_LOOPS) -> Shape:  # noqa: PLR0911 - one per kind of node
    """Return a value that two nodes share only if they give the same on every record.

    Places in the text and names of loop variables do not matter. `loops` maps the slots of the loops
    around the node to how far out they are; a variable of another loop is known by its slot.
    """
    match node:
        case Const():
            # By its spelling, as 1, 1.0 and True are equal in Python and 0.0 and -0.0 are not the same number.
            return ("const", str(node.type), repr(node.value))
        case FieldRef():
            return ("field", node.name)
        case ListRef():
            return ("list", node.name)
        case VarRef():
            return ("inner", loops[node.slot]) if node.slot in loops else ("variable", node.slot)
        case Apply():
            return (node.overload.id, *(shape_of(argument, loops) for argument in node.arguments))
        case Logic():
            return (node.sign, *(shape_of(operand, loops) for operand in node.operands))
        case Choice():
            return ("?", *(shape_of(part, loops) for part in (node.condition, node.then, node.otherwise)))
        case _:
            inside = {**loops, node.slot: len(loops)}
            return (node.name, shape_of(node.items, loops), shape_of(node.body, inside))
