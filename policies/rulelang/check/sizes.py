"""Keep lists and loops within bounds."""

from policies.rulelang.check.report import Report
from policies.rulelang.limits import MAX_LIST, MAX_LOOP_NESTING, MAX_LOOPS
from policies.rulelang.tree import ListLiteral, Loop, Node, children, walk
from policies.rulelang.typed import ListRef, TypedNode, Walk, every
from policies.rulelang.wording import Text, gettext_noop


def check_list_size(node: ListLiteral, report: Report) -> bool:
    """Tell whether a list that is written out is short enough, and report it if not."""
    if len(node.items) <= MAX_LIST:
        return True
    text = Text(
        gettext_noop("A list has at most %(limit)s entries, this one has %(count)s"),
        {"limit": MAX_LIST, "count": len(node.items)},
    )
    report.error(node.span, "list-too-long", text, Text(gettext_noop("Make it a named list: x in lists.name.")))
    return False


def check_loop_count(root: Node, report: Report) -> None:
    """Report more loops than allowed, and loops nested too deep."""
    loops = [node for node, _ in walk(root) if isinstance(node, Loop)]
    if len(loops) > MAX_LOOPS:
        text = Text(gettext_noop("A condition has at most %(limit)s loops"), {"limit": MAX_LOOPS})
        advice = Text(gettext_noop("Split the condition into several rules."))
        report.error(loops[MAX_LOOPS].name_span, "too-many-loops", text, advice)
    waiting: list[tuple[Node, int]] = [(root, 0)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, Loop):
            inside += 1
            if inside > MAX_LOOP_NESTING:
                text = Text(gettext_noop("Loops are nested deeper than %(limit)s"), {"limit": MAX_LOOP_NESTING})
                advice = Text(gettext_noop("Put the inner list into a named list, or write several rules."))
                report.error(node.name_span, "loops-too-deep", text, advice)
                return
        waiting += [(child, inside) for child in children(node)]


def check_walked_lists(root: TypedNode, report: Report) -> None:
    """Report named lists in nested loops and named lists that a loop would copy: both have no small bound."""
    for node in every(root):
        if not isinstance(node, Walk):
            continue
        inner = [part for part in every(node.body) if isinstance(part, Walk)]
        walks_named = any(isinstance(part.items, ListRef) for part in inner)
        if inner and (walks_named or isinstance(node.items, ListRef)):
            text = Text(gettext_noop("A loop over a named list cannot stand in another loop, nor hold one"))
            advice = Text(gettext_noop("Compare with `in` where the whole entry is meant."))
            report.error(inner[0].span, "named-list-in-loops", text, advice)
        if isinstance(node.items, ListRef) and node.name in ("filter", "map"):
            text = Text(gettext_noop("`%(name)s` cannot be used on a named list"), {"name": node.name})
            advice = Text(gettext_noop("Use exists or all."))
            report.error(node.items.span, "named-list-copied", text, advice)
