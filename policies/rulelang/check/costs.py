"""Bound what a condition can cost: refuse what grows beyond measure, warn of what is dear."""

from policies.rulelang.check.report import Report
from policies.rulelang.costs import cost_of
from policies.rulelang.limits import DEAR, MAX_TURNS, UNITS_PER_MILLISECOND
from policies.rulelang.typed import Apply, Choice, FieldRef, TypedNode, VarRef, Walk, every, parts
from policies.rulelang.types import Kind
from policies.rulelang.wording import Text, gettext_noop


def check_turns(root: TypedNode, report: Report) -> None:
    """Report conditions that serve as values too deep inside one another.

    Engines ask such a condition twice, once for true and once for false, so that each level doubles the work.
    """
    waiting = [(root, 0)]
    while waiting:
        node, turns = waiting.pop()
        if turns > MAX_TURNS:
            text = Text(gettext_noop("Conditions serve as values deeper than %(limit)s levels"), {"limit": MAX_TURNS})
            advice = Text(
                gettext_noop("Write && and || instead of choices and comparisons of conditions, or several rules.")
            )
            report.error(node.span, "conditions-too-deep", text, advice)
            return
        waiting += [(part, turns + _is_turn(node, part)) for part in parts(node)]


def _is_turn(node: TypedNode, part: TypedNode) -> bool:
    """Tell whether a part is a condition whose three answers are all needed."""
    if part.type.kind is not Kind.BOOL or isinstance(part, FieldRef | VarRef):
        return False
    match node:
        case Choice():
            return part is node.condition
        case Walk():
            return node.name in ("filter", "map") and part is node.body
        case Apply():
            return node.overload.id != "not"
        case _:
            return False


def check_cost(root: TypedNode, report: Report) -> None:
    """Warn when a condition may take long on a single record, at the bounds of its lists; point at the dearest loop."""
    cost = cost_of(root)
    if cost <= DEAR:
        return
    dearest = max((node for node in every(root) if isinstance(node, Walk)), key=cost_of, default=root)
    text = Text(
        gettext_noop("`%(part)s` may take %(time)s ms on one event when its lists are long"),
        {"part": report.source.excerpt(dearest.span), "time": round(cost / UNITS_PER_MILLISECOND)},
    )
    advice = Text(
        gettext_noop(
            "Use `in` where a whole entry is meant, keep named lists in loops short, and put no loop in another."
        )
    )
    report.warn(dearest.span, "dear", text, advice)
