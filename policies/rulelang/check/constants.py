"""Warn about conditions that do not depend on the record, and about values that can never be computed."""

from policies.rulelang.check.report import Report
from policies.rulelang.evaluate import compile_node, slots_of
from policies.rulelang.record import UNKNOWN, Record
from policies.rulelang.typed import (
    Apply,
    Choice,
    Const,
    FieldRef,
    ListRef,
    Logic,
    TypedNode,
    VarRef,
    Walk,
    every,
)
from policies.rulelang.types import Kind
from policies.rulelang.wording import Text, gettext_noop

_NO_RECORD = Record({})
_SYMMETRIC = {"equal", "less_equal", "greater_equal", "not_equal", "less", "greater"}


def check_constants(root: TypedNode, report: Report) -> None:
    """Report parts that always give the same answer; a condition that just says `true` is meant so."""
    if not (isinstance(root, Const) and root.value is True):
        for node in _conditions(root):
            _check_condition(node, report)
    for node in every(root):
        if isinstance(node, Apply):
            _check_null_test(node, report)
            _check_division(node, report)
            _check_same_sides(node, report)
        elif isinstance(node, Logic):
            _check_repetition(node, report)


def _conditions(root: TypedNode) -> list[TypedNode]:
    """Return the nodes that stand where a condition is asked for; below one that is constant none."""
    found: list[TypedNode] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not is_fixed(node):
            waiting += reversed(_inner_conditions(node))
    return found


def _inner_conditions(node: TypedNode) -> list[TypedNode]:
    match node:
        case Logic():
            return list(node.operands)
        case Choice():
            values = [node.then, node.otherwise] if node.type.kind is Kind.BOOL else []
            return [node.condition, *(value for value in values if not isinstance(value, Const))]
        case Walk():
            return [node.body] if node.body.type.kind is Kind.BOOL and node.name != "map" else []
        case Apply():
            return [part for part in node.arguments if node.overload.id == "not" or not isinstance(part, Const)]
        case _:
            return []


def is_fixed(node: TypedNode) -> bool:
    """Tell whether a node gives the same on every record at every instant."""
    return not any(
        isinstance(part, FieldRef | ListRef | VarRef) or (isinstance(part, Apply) and part.overload.id == "days_since")
        for part in every(node)
    )


def _check_condition(node: TypedNode, report: Report) -> None:
    if not is_fixed(node):
        return
    value = compile_node(node)(_NO_RECORD, [None] * slots_of(node))
    if value is UNKNOWN:
        text = Text(gettext_noop("`%(part)s` can never be computed"), {"part": report.source.excerpt(node.span)})
        report.warn(node.span, "never-computed", text, Text(gettext_noop("Look for a division by zero or a null.")))
    elif node.type.kind is Kind.BOOL:
        template = gettext_noop("`%(part)s` is always true") if value else gettext_noop("`%(part)s` is never true")
        text = Text(template, {"part": report.source.excerpt(node.span)})
        report.warn(node.span, "constant", text, Text(gettext_noop("Delete it, or compare with a field.")))


def _check_null_test(node: Apply, report: Report) -> None:
    tested = node.arguments[0]
    if node.overload.id not in ("is_null", "is_not_null") or not isinstance(tested, FieldRef) or tested.type.nullable:
        return
    text = Text(gettext_noop("`%(name)s` is never null"), {"name": tested.name})
    report.warn(node.span, "never-null", text, Text(gettext_noop("Delete this part.")))


def _check_division(node: Apply, report: Report) -> None:
    if node.name not in ("/", "%") or is_fixed(node):
        return
    if isinstance(node.arguments[1], Const) and node.arguments[1].value == 0:
        text = Text(gettext_noop("A division by zero has no result"))
        report.warn(node.span, "division-by-zero", text, Text(gettext_noop("Divide by another number.")))


def _check_same_sides(node: Apply, report: Report) -> None:
    if node.overload.id in _SYMMETRIC and not is_fixed(node) and _same(node, report):
        text = Text(gettext_noop("Both sides of `%(sign)s` are the same"), {"sign": node.name})
        report.warn(node.span, "same-sides", text, Text(gettext_noop("Compare with something else.")))


def _check_repetition(node: Logic, report: Report) -> None:
    seen: set[str] = set()
    for operand in node.operands:
        words = "".join(report.source.slice(operand.span).split())
        if words in seen:
            text = Text(gettext_noop("`%(part)s` is said twice"), {"part": report.source.excerpt(operand.span)})
            report.warn(operand.span, "repeated", text, Text(gettext_noop("Delete one of the two.")))
        seen.add(words)


def _same(node: Apply, report: Report) -> bool:
    left, right = node.arguments
    return report.source.slice(left.span).split() == report.source.slice(right.span).split()
