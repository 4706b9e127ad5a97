"""Warn about parts that cannot hold because of what has to hold around them: `x > 5 && (x < 3 || y)`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.rulelang.check.contradictions import demand_of, flatten, negate
from policies.rulelang.check.ranges import Demand, Range
from policies.rulelang.check.report import Report
from policies.rulelang.typed import Choice, Logic, TypedNode
from policies.rulelang.types import Kind
from policies.rulelang.wording import Text, gettext_noop


@dataclass(frozen=True)
class _Given:
    """What holds at a place: a demand, the condition that says so, and whether it is its opposite that holds."""

    demand: Demand
    node: TypedNode
    is_opposite: bool = False


def check_reach(root: TypedNode, report: Report) -> None:
    """Report the parts of `||` and of choices that contradict what holds wherever they are asked."""
    waiting: list[tuple[TypedNode, tuple[_Given, ...]]] = [(root, ())]
    while waiting:
        node, given = waiting.pop()
        if isinstance(node, Logic) and node.sign == "&&":
            operands = flatten(node, "&&")
            within = (*given, *_demands(operands))
            waiting += [(operand, within) for operand in operands]
        elif isinstance(node, Logic):
            for operand in flatten(node, "||"):
                if not _contradicts(operand, given, report):
                    waiting.append((operand, given))
        elif isinstance(node, Choice) and node.type.kind is Kind.BOOL:
            for branch, within in _branches(node, given):
                if not _contradicts(branch, within, report):
                    waiting.append((branch, within))


def _branches(node: Choice, given: tuple[_Given, ...]) -> list[tuple[TypedNode, tuple[_Given, ...]]]:
    asked = demand_of(node.condition)
    otherwise = () if asked is None else (_Given(negate(asked), node.condition, is_opposite=True),)
    holds = tuple(_demands(flatten(node.condition, "&&")))
    return [(node.then, (*given, *holds)), (node.otherwise, (*given, *otherwise))]


def _demands(operands: Iterable[TypedNode]) -> list[_Given]:
    asked = ((demand_of(operand), operand) for operand in operands)
    return [_Given(demand, operand) for demand, operand in asked if demand is not None]


def _contradicts(node: TypedNode, given: Sequence[_Given], report: Report) -> bool:
    """Tell whether a condition cannot hold where others do, and report it if so."""
    for asked in _demands(flatten(node, "&&")):
        known = [one for one in given if one.demand.name == asked.demand.name]
        reach = Range()
        for one in known:
            reach.narrow(one.demand)
        was_empty = reach.is_empty()
        reach.narrow(asked.demand)
        if not was_empty and reach.is_empty() and known:
            _warn(asked.node, known[-1], report)
            return True
    return False


def _warn(node: TypedNode, because: _Given, report: Report) -> None:
    template = gettext_noop("`%(part)s` cannot hold here, where `%(other)s` holds")
    if because.is_opposite:
        template = gettext_noop("`%(part)s` cannot hold here, where `%(other)s` does not")
    values = {"part": report.source.excerpt(node.span), "other": report.source.excerpt(because.node.span)}
    advice = Text(gettext_noop("Delete this part, or check the limits and the brackets."))
    report.warn(node.span, "unreachable", Text(template, values), advice)
