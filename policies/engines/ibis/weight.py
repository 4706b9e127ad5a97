"""Bound the size of a query before it is written: what is shared in the expression is repeated in SQL."""

from typing import Any

from policies.engines.ibis.refusals import CannotExpressError
from policies.rulelang import Text
from policies.rulelang.wording import gettext_noop

MAX_WEIGHT = 20_000
"""Parts of the query of one condition, repetitions counted."""

MAX_DEPTH = 150
"""How deep the parts may stand in one another; the writers and readers of SQL are recursive."""


def check_weight(expr: Any) -> None:
    """Check that a condition makes a query of bounded size.

    Raises:
        CannotExpressError: it does not.
    """
    found = expr.op().map(_weigh)
    weight, depth = found[expr.op()]
    if weight > MAX_WEIGHT or depth > MAX_DEPTH:
        raise CannotExpressError(
            None,
            Text(gettext_noop("The condition becomes too large a query")),
            Text(gettext_noop("Split it into several rules, nest less, or use the engine row or columnar.")),
        )


def _weigh(node: Any, found: dict[Any, tuple[int, int]], **_: Any) -> tuple[int, int]:
    inner = [found[child] for child in node.__children__ if child in found]
    return 1 + sum(weight for weight, _ in inner), 1 + max((depth for _, depth in inner), default=0)
