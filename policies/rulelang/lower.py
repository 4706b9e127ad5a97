"""Lower a checked condition to a formula of `every` and `some` over atoms, without any `not`.

Kleene's logic comes apart into two questions that have a plain yes or no each: is the condition TRUE, and
is it FALSE. Both are monotone in their atoms, so engines may reorder and share the parts, and what is null
or unknown simply answers neither question.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from policies.rulelang.costs import chance_of, cost_of
from policies.rulelang.evaluate import compile_node
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.record import UNKNOWN, Record
from policies.rulelang.shapes import Shape, shape_of
from policies.rulelang.signatures import IS_NULL, Overload
from policies.rulelang.typed import Apply, Choice, Const, Logic, TypedNode, Walk


@dataclass(frozen=True, slots=True)
class Every:
    """Holds when all parts hold: without parts always."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """Holds when at least one part holds: without parts never."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Atom:
    """Holds when the node is TRUE (wanted) or when it is FALSE (not wanted).

    The node is a yes/no field or loop variable, an `exists` or `all`, or an application with one of the
    overloads equal, less, less_equal, greater, greater_equal, is_null, in, in_as_double, contains,
    starts_with, ends_with, matches. Orderings are always wanted. A fixed side of a comparison stands on
    the right. Arguments are values; conditions that stand inside them are lowered by the engine.
    """

    node: TypedNode
    wanted: bool


Formula: TypeAlias = Every | Some | Atom

ALWAYS: Final = Every(())
NEVER: Final = Some(())

_NO_RECORD = Record({})

_OPPOSITES = {"less": ">=", "less_equal": ">", "greater": "<=", "greater_equal": "<"}
_TAKES_NULL = {"equal": 2, "not_equal": 2, "in": 1, "in_as_double": 1}
"""How many of its first arguments an application of several can answer for when they are null."""
_MIRRORED = {"less": ">", "less_equal": ">=", "greater": "<", "greater_equal": "<=", "equal": "=="}


def lower(node: TypedNode, *, wanted: bool = True) -> Formula:
    """Return the formula that says: the condition is TRUE, or with `wanted` False: it is FALSE.

    The parts of each level are different from one another, none is constant, and they stand in the
    order in which they are best asked: cheap ones that decide much come first.
    """
    match node:
        case Logic():
            parts = [lower(operand, wanted=wanted) for operand in node.operands]
            return _join_every(parts) if (node.sign == "&&") is wanted else _join_some(parts)
        case Choice():
            return _join_some(
                [
                    _join_every([lower(node.condition), lower(node.then, wanted=wanted)]),
                    _join_every([lower(node.condition, wanted=False), lower(node.otherwise, wanted=wanted)]),
                ]
            )
        case Apply() if node.overload.id == "not":
            return lower(node.arguments[0], wanted=not wanted)
        case _:
            return _lower_atom(node, wanted=wanted)


def lower_all(nodes: Iterable[TypedNode]) -> Formula:
    """Return the formula that says: every one of the conditions is TRUE."""
    return _join_every([lower(node) for node in nodes])


def fold(node: TypedNode) -> TypedNode:
    """Return the node with its fixed parts computed; what cannot be computed stays as it is."""
    match node:
        case Apply():
            arguments = tuple(fold(argument) for argument in node.arguments)
            made = replace(node, arguments=arguments)
            return made if node.overload.id == "days_since" else _computed(made, arguments)
        case Logic():
            operands = tuple(fold(operand) for operand in node.operands)
            return _computed(replace(node, operands=operands), operands)
        case Choice():
            inner = (fold(node.condition), fold(node.then), fold(node.otherwise))
            return _computed(Choice(node.span, node.type, *inner), inner)
        case Walk():
            return replace(node, items=fold(node.items), body=fold(node.body))
        case _:
            return node


def shape_of_formula(formula: Formula) -> Shape:
    """Return a value that two formulas share only if they hold on the same records."""
    match formula:
        case Atom():
            return (formula.wanted, shape_of(formula.node))
        case Every():
            return ("every", *(shape_of_formula(part) for part in formula.parts))
        case _:
            return ("some", *(shape_of_formula(part) for part in formula.parts))


def atoms_of(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula from left to right."""
    if isinstance(formula, Atom):
        yield formula
    else:
        for part in formula.parts:
            yield from atoms_of(part)


def cost_of_formula(formula: Formula) -> float:
    """Return the estimated cost of asking all parts of a formula."""
    return sum(cost_of(atom.node) for atom in atoms_of(formula))


def chance_of_formula(formula: Formula) -> float:
    """Return the share of records on which a formula is taken to hold, neither 0 nor 1."""
    if isinstance(formula, Atom):
        chance = chance_of(formula.node)
        return chance if formula.wanted else 1.0 - chance
    if isinstance(formula, Every):
        return max(0.01, math.prod(chance_of_formula(part) for part in formula.parts))
    return min(0.99, 1.0 - math.prod(1.0 - chance_of_formula(part) for part in formula.parts))


def _computed(node: TypedNode, inner: tuple[TypedNode, ...]) -> TypedNode:
    if not all(isinstance(part, Const) for part in inner):
        return node
    value = compile_node(node)(_NO_RECORD, [])
    return node if value is UNKNOWN else Const(node.span, node.type, value)


def _lower_atom(node: TypedNode, *, wanted: bool) -> Formula:
    node = fold(node)
    if isinstance(node, Const):
        return ALWAYS if node.value is wanted else NEVER
    if _is_stuck(node):
        return NEVER
    return _comparison(node, wanted=wanted) if isinstance(node, Apply) else Atom(node, wanted)


def _is_stuck(node: TypedNode) -> bool:
    """Tell whether a folded value can never be computed: what is fixed would have become a constant."""
    match node:
        case Choice():
            return _is_stuck(node.condition)
        case Walk():
            return _is_null(node.items) or _is_stuck(node.items)
        case Apply():
            arguments = node.arguments
            is_fixed = node.overload.id != "days_since" and all(isinstance(argument, Const) for argument in arguments)
            lacks = any(_is_null(argument) for argument in arguments[_TAKES_NULL.get(node.overload.id, 0) :])
            return is_fixed or lacks or any(_is_stuck(argument) for argument in arguments)
        case _:
            return False


def _is_null(node: TypedNode) -> bool:
    return isinstance(node, Const) and node.value is None


def _comparison(node: Apply, *, wanted: bool) -> Atom:
    overload_id = node.overload.id
    if overload_id == "not_equal":
        return Atom(_fixed_right(_renamed(node, "==")), not wanted)
    if overload_id == "is_not_null":
        return Atom(replace(node, name="==", overload=IS_NULL), not wanted)
    if overload_id in _OPPOSITES:
        return Atom(_fixed_right(node if wanted else _renamed(node, _OPPOSITES[overload_id])), wanted=True)
    return Atom(_fixed_right(node) if overload_id == "equal" else node, wanted)


def _fixed_right(node: Apply) -> Apply:
    left, right = node.arguments
    if not isinstance(left, Const):
        return node
    return _renamed(replace(node, arguments=(right, left)), _MIRRORED[node.overload.id])


def _renamed(node: Apply, sign: str) -> Apply:
    return replace(node, name=sign, overload=_overload(sign, node.overload))


def _overload(sign: str, like: Overload) -> Overload:
    """Return the overload of another comparison that takes the same types."""
    return next(overload for overload in FUNCTIONS[sign].overloads if overload.takes == like.takes)


def _join_every(parts: Iterable[Formula]) -> Formula:
    kept: dict[Shape, Formula] = {}
    for part in parts:
        if part == NEVER:
            return NEVER
        for inner in part.parts if isinstance(part, Every) else (part,):
            kept.setdefault(shape_of_formula(inner), inner)
    # Of two parts the one that costs less for each record that it rules out comes first.
    ordered = sorted(kept.values(), key=lambda part: cost_of_formula(part) / (1.0 - chance_of_formula(part)))
    return ordered[0] if len(ordered) == 1 else Every(tuple(ordered))


def _join_some(parts: Iterable[Formula]) -> Formula:
    kept: dict[Shape, Formula] = {}
    for part in parts:
        if part == ALWAYS:
            return ALWAYS
        for inner in part.parts if isinstance(part, Some) else (part,):
            kept.setdefault(shape_of_formula(inner), inner)
    ordered = sorted(kept.values(), key=lambda part: cost_of_formula(part) / chance_of_formula(part))
    return ordered[0] if len(ordered) == 1 else Some(tuple(ordered))
