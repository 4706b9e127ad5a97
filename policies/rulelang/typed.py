"""Describe a checked condition: names resolved, functions chosen, a type on every node.

This tree is what the engines read. What does not change the meaning (spelling, brackets, comments) is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from policies.rulelang.schema import Field
from policies.rulelang.signatures import Overload
from policies.rulelang.source import Span
from policies.rulelang.types import Type

Scalar: TypeAlias = bool | int | float | str | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Const:
    """A fixed value; a list written out is a tuple."""

    span: Span
    type: Type
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class FieldRef:
    """The value of a field of the record."""

    span: Span
    type: Type
    name: str
    field: Field


@dataclass(frozen=True, slots=True)
class ListRef:
    """A named list."""

    span: Span
    type: Type
    name: str


@dataclass(frozen=True, slots=True)
class VarRef:
    """The element at hand of the loop that fills `slot`."""

    span: Span
    type: Type
    name: str
    slot: int


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or operator on its arguments, in the chosen overload; `name` is as written."""

    span: Span
    type: Type
    name: str
    overload: Overload
    arguments: "tuple[TypedNode, ...]"


@dataclass(frozen=True, slots=True)
class Logic:
    """Two or more conditions joined by `&&` or by `||`, in Kleene's three-valued logic."""

    span: Span
    type: Type
    sign: str
    operands: "tuple[TypedNode, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two values, by a condition; unknown when the condition is."""

    span: Span
    type: Type
    condition: "TypedNode"
    then: "TypedNode"
    otherwise: "TypedNode"


@dataclass(frozen=True, slots=True)
class Walk:
    """A loop over the elements of a list; each element in turn stands in `slot` for the body."""

    span: Span
    type: Type
    name: str
    items: "TypedNode"
    variable: str
    slot: int
    body: "TypedNode"


TypedNode: TypeAlias = Const | FieldRef | ListRef | VarRef | Apply | Logic | Choice | Walk


def parts(node: TypedNode) -> tuple[TypedNode, ...]:
    """Return the direct parts of a node in the order of the text."""
    match node:
        case Apply():
            return node.arguments
        case Logic():
            return node.operands
        case Choice():
            return (node.condition, node.then, node.otherwise)
        case Walk():
            return (node.items, node.body)
        case _:
            return ()


def every(root: TypedNode) -> Iterator[TypedNode]:
    """Yield the node and everything below it, outer before inner, in the order of the text."""
    yield root
    for part in parts(root):
        yield from every(part)
