"""Describe a condition as written: one frozen node per construct, each with its place in the text.

Brackets leave no node, but they belong to the place of what they hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from policies.rulelang.source import Span
from policies.rulelang.types import Kind


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a quoted text, true, false or null; `written` is its spelling."""

    span: Span
    value: bool | int | float | str | None
    kind: Kind
    written: str


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name: `amount`, `seller.id`, `lists.trusted`; `part_spans` points at each part."""

    span: Span
    parts: tuple[str, ...]
    part_spans: tuple[Span, ...]

    @property
    def dotted(self) -> str:
        """The name as one text."""
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Unary:
    """`!x` or `-x`."""

    span: Span
    sign: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison, `in`, or arithmetic."""

    span: Span
    sign: str
    sign_span: Span
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Logical:
    """A chain of two or more operands joined by `&&`, or by `||`."""

    span: Span
    sign: str
    operands: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Ternary:
    """`condition ? then : otherwise`."""

    span: Span
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    span: Span
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`, or `target.name(arguments)`."""

    span: Span
    name: str
    name_span: Span
    target: "Node | None"
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Loop:
    """`items.exists(variable, body)` and its sisters `all`, `filter`, `map`."""

    span: Span
    name: str
    name_span: Span
    items: "Node"
    variable: str
    variable_span: Span
    body: "Node"


Node: TypeAlias = Literal | Name | Unary | Binary | Logical | Ternary | ListLiteral | Call | Loop


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - one return per kind of node
    """Return the direct parts of a node in the order of the text."""
    match node:
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Logical():
            return node.operands
        case Ternary():
            return (node.condition, node.then, node.otherwise)
        case ListLiteral():
            return node.items
        case Call():
            return (node.target, *node.arguments) if node.target is not None else node.arguments
        case Loop():
            return (node.items, node.body)
        case _:
            return ()


def walk(root: Node) -> Iterator[tuple[Node, int]]:
    """Yield every node with its depth, the root at depth 1, without recursion."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(children(node))]
