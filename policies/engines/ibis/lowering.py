"""Lower a checked condition to an Ibis expression that holds on exactly the records on which it is TRUE."""

from collections.abc import Callable, Mapping
from typing import Any

from policies.engines.ibis.atoms import ATOMS
from policies.engines.ibis.context import Context, Source
from policies.engines.ibis.dialects.base import Dialect
from policies.engines.ibis.literals import both, either, literal
from policies.engines.ibis.refusals import CannotExpressError
from policies.engines.ibis.values import value_of
from policies.engines.ibis.weight import check_weight
from policies.rulelang import Checked, Problem
from policies.rulelang.lower import Atom, Every, Formula, lower
from policies.rulelang.typed import Apply, TypedNode, Walk


class ConditionRefusedError(Exception):
    """A condition that the engine cannot evaluate; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def lower_condition(
    checked: Checked,
    dialect: Dialect,
    source: Source,
    lists: Mapping[str, frozenset[Any]],
    send: Callable[[tuple[Any, ...]], Any],
) -> Any:
    """Return the condition on a row of the table: true where the rule hits, false or NULL elsewhere.

    `send` brings the entries of a long list to the engine and returns them as the column of a table.

    Raises:
        ConditionRefusedError: the engine cannot compute a part of it the same, or it would become too large.
        MissingListError: a named list was not passed.
    """
    context = Context(dialect, source, lists, send, _truth, value_of)
    try:
        made = _truth(checked.root, context, wanted=True)
        check_weight(made)
    except CannotExpressError as error:
        span = error.span or checked.root.span
        problem = Problem(checked.source, span, "not-on-this-engine", error.text, error.advice)
        raise ConditionRefusedError(problem) from error
    return made


def _truth(node: TypedNode, context: Context, *, wanted: bool) -> Any:
    return _holds(lower(node, wanted=wanted), context)


def _holds(formula: Formula, context: Context) -> Any:
    if isinstance(formula, Atom):
        return _atom(formula.node, context, wanted=formula.wanted)
    parts = [_holds(part, context) for part in formula.parts]
    if not parts:
        return literal(isinstance(formula, Every))
    return both(*parts) if isinstance(formula, Every) else either(*parts)


def _atom(node: TypedNode, context: Context, *, wanted: bool) -> Any:
    """Return the condition of an atom; a refusal points at the innermost part that is refused."""
    key = node.overload.id if isinstance(node, Apply) else node.name if isinstance(node, Walk) else ""
    try:
        return ATOMS[key](node, context, wanted=wanted)
    except CannotExpressError as error:
        error.span = error.span or node.span
        raise
