"""Warn about chains that no record fulfils (`x > 5 && x < 3`) or every one does (`x != 1 || x != 2`)."""

from collections.abc import Iterator
from dataclasses import replace

from policies.rulelang.check.ranges import MIRRORED, NEGATED, Demand, Range
from policies.rulelang.check.report import Report
from policies.rulelang.typed import Apply, Const, FieldRef, Logic, TypedNode, every
from policies.rulelang.types import Kind
from policies.rulelang.wording import Text, gettext_noop


def check_contradictions(root: TypedNode, report: Report) -> None:
    """Report each chain whose conditions on one field exclude one another, or leave nothing out."""
    if not isinstance(root, Logic):
        _check_chain([root], "&&", report)
    inner: set[int] = set()
    for node in every(root):
        if isinstance(node, Logic) and id(node) not in inner:
            operands = flatten(node, node.sign)
            inner |= {id(part) for part in _chains_in(node)}
            _check_chain(operands, node.sign, report)


def flatten(node: TypedNode, sign: str) -> list[TypedNode]:
    """Return the operands of a chain, those of chains of the same sign inside it included; else the node itself."""
    if not isinstance(node, Logic) or node.sign != sign:
        return [node]
    return [part for operand in node.operands for part in flatten(operand, sign)]


def _chains_in(node: Logic) -> Iterator[Logic]:
    """Yield the chains of the same sign directly inside a chain."""
    for operand in node.operands:
        if isinstance(operand, Logic) and operand.sign == node.sign:
            yield operand
            yield from _chains_in(operand)


def _check_chain(operands: list[TypedNode], sign: str, report: Report) -> None:
    ranges: dict[str, Range] = {}
    spoken: dict[str, list[str]] = {}
    for operand in operands:
        demand = demand_of(operand)
        if demand is None:
            continue
        if sign == "||":
            # All hold for everything exactly when their opposites exclude one another.
            demand = negate(demand)
        known = ranges.setdefault(demand.name, Range())
        if known.is_empty():
            continue
        known.narrow(demand)
        if known.is_empty():
            _warn(operand, sign, spoken.get(demand.name, []), report)
        spoken.setdefault(demand.name, []).append(report.source.excerpt(operand.span))


def _warn(operand: TypedNode, sign: str, others: list[str], report: Report) -> None:
    values = {
        "part": report.source.excerpt(operand.span),
        "others": ", ".join(f"`{other}`" for other in others),
    }
    if not others:
        text = Text(gettext_noop("`%(part)s` can be fulfilled by no value"), values)
    elif sign == "&&":
        text = Text(gettext_noop("`%(part)s` cannot hold together with %(others)s"), values)
    else:
        text = Text(gettext_noop("Either `%(part)s` or %(others)s holds for every value"), values)
    advice = Text(gettext_noop("Check the limits, and whether && or || is meant."))
    report.warn(operand.span, "contradiction" if sign == "&&" else "tautology", text, advice)


def demand_of(node: TypedNode) -> Demand | None:
    """Return what a condition demands of one field; None when it is about more than that."""
    if isinstance(node, FieldRef):
        return Demand(node.name, "==", value=True)
    if not isinstance(node, Apply):
        return None
    if node.overload.id == "not":
        inner = demand_of(node.arguments[0])
        return None if inner is None else negate(inner)
    if node.overload.id in ("is_null", "is_not_null"):
        tested = node.arguments[0]
        sign = "null" if node.overload.id == "is_null" else "not null"
        return Demand(tested.name, sign) if isinstance(tested, FieldRef) else None
    return _comparison(node)


def _comparison(node: Apply) -> Demand | None:
    if len(node.arguments) != 2 or (node.name not in MIRRORED and node.name != "in"):
        return None
    left, right = (_unwiden(argument) for argument in node.arguments)
    sign = node.name
    if isinstance(left, Const) and sign in MIRRORED:
        left, right, sign = right, left, MIRRORED[sign]
    if not isinstance(left, FieldRef) or not isinstance(right, Const):
        return None
    is_whole = left.type.kind is Kind.INT and isinstance(right.value, int)
    return Demand(left.name, sign, value=right.value, is_whole=is_whole)


def _unwiden(node: TypedNode) -> TypedNode:
    is_widened = isinstance(node, Apply) and node.overload.id == "widen"
    return node.arguments[0] if is_widened and isinstance(node, Apply) else node


def negate(demand: Demand) -> Demand:
    """Return what the opposite of a condition demands."""
    return replace(demand, sign=NEGATED[demand.sign])
