"""Warn where the units of fields do not go together: shares, counts, currencies."""

from policies.rulelang.check.report import Report
from policies.rulelang.showing import COUNT, SHARE, show_number
from policies.rulelang.typed import Apply, Const, FieldRef, TypedNode, every
from policies.rulelang.wording import Text, gettext_noop

_COMPARED = frozenset({"==", "!=", "<", "<=", ">", ">="})
_ADDED = frozenset({"+", "-"})


def check_units(root: TypedNode, report: Report) -> None:
    """Report limits that a field cannot reach, and fields of two units that are compared or added."""
    for node in every(root):
        if isinstance(node, Apply) and len(node.arguments) == 2 and node.name in _COMPARED | _ADDED:
            left, right = (_unwidened(argument) for argument in node.arguments)
            if node.name in _COMPARED:
                _check_limit(left, right, report)
                _check_limit(right, left, report)
            _check_pair(node, left, right, report)


def _check_limit(measured: TypedNode, limit: TypedNode, report: Report) -> None:
    unit = measured.field.unit if isinstance(measured, FieldRef) else ""
    value = limit.value if isinstance(limit, Const) else None
    if unit not in (SHARE, COUNT) or isinstance(value, bool) or not isinstance(value, int | float):
        return
    name = report.source.excerpt(measured.span)
    if unit == SHARE and not 0 <= value <= 1:
        text = Text(
            gettext_noop("`%(name)s` is a share from 0 to 1, and `%(value)s` means %(percent)s"),
            {"name": name, "value": report.source.excerpt(limit.span), "percent": show_number(value, SHARE)},
        )
        meant = value if 1 < value <= 100 else 10
        values = {"value": f"{meant:g}", "share": f"{meant / 100:g}"}
        advice = Text(gettext_noop("For %(value)s %% write %(share)s."), values)
        report.warn(limit.span, "unit-of-limit", text, advice)
    elif unit == COUNT and value < 0:
        text = Text(gettext_noop("`%(name)s` is a count and never below 0"), {"name": name})
        report.warn(limit.span, "unit-of-limit", text, Text(gettext_noop("Compare it with 0 or more.")))


def _check_pair(node: Apply, left: TypedNode, right: TypedNode, report: Report) -> None:
    units = (_unit_of(left), _unit_of(right))
    if not all(units) or units[0] == units[1]:
        return
    values = {
        "left": report.source.excerpt(left.span),
        "left_unit": units[0],
        "right": report.source.excerpt(right.span),
        "right_unit": units[1],
    }
    template = gettext_noop("`%(left)s` is in %(left_unit)s, `%(right)s` in %(right_unit)s")
    report.warn(
        node.span, "units-differ", Text(template, values), Text(gettext_noop("Compare and add like with like."))
    )


def _unwidened(node: TypedNode) -> TypedNode:
    is_widened = isinstance(node, Apply) and node.overload.id in ("widen", "double_of_int")
    return node.arguments[0] if is_widened and isinstance(node, Apply) else node


def _unit_of(node: TypedNode) -> str:
    """Return the unit of a field, or of a sum of fields of one unit; empty when there is none."""
    node = _unwidened(node)
    if isinstance(node, FieldRef):
        return node.field.unit
    if isinstance(node, Apply) and node.name in _ADDED:
        units = {_unit_of(argument) for argument in node.arguments}
        return units.pop() if len(units) == 1 else ""
    return ""
