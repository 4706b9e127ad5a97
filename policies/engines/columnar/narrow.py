"""Compare fields of whole numbers in as few bits as hold them."""

import math
from collections.abc import Callable
from typing import Any

from policies.engines.columnar import comparing
from policies.engines.columnar.chunk import Chunk
from policies.engines.columnar.numbers import widen
from policies.engines.columnar.vectors import Mask, Vector
from policies.rulelang import Kind
from policies.rulelang.typed import Apply, Const, FieldRef


def narrowed(chunk: Chunk, name: str) -> Vector:
    """Return a field of whole numbers with its data in few bits."""
    vector = chunk.column(name)
    return Vector(chunk.narrow(name), vector.known, vector.null)


def narrow_comparison(node: Apply, *, wanted: bool) -> Callable[[Chunk], Mask] | None:
    """Return the test of a field of whole numbers against a fixed number, None where it is none.

    Against a number with a fraction, whole numbers of up to 32 bits are compared as whole ones.
    """
    left, right = node.arguments
    if not isinstance(right, Const) or right.value is None:
        return None
    is_widened = isinstance(left, Apply) and left.overload.id == "widen"
    column = left.arguments[0] if isinstance(left, Apply) and is_widened else left
    if not isinstance(column, FieldRef) or column.type.kind is not Kind.INT:
        return None
    name, overload_id = column.name, node.overload.id
    if overload_id == "equal":
        test = comparing.equality(wanted=wanted, of_text=False)
    else:
        test = comparing.ordering(overload_id, of_text=False)
    limit = right.value
    whole_limit = _whole_limit(overload_id, limit)
    fixed, exact = Vector(limit if whole_limit is None else whole_limit), Vector(limit)

    def ask(chunk: Chunk) -> Mask:
        vector = narrowed(chunk, name)
        if is_widened and (whole_limit is None or vector.data.dtype.itemsize > 4):
            return test(widen(vector), exact)
        return test(vector, fixed)

    return ask


def _whole_limit(overload_id: str, limit: Any) -> int | None:
    """Return the whole number that bounds whole numbers as the given one does; None where there is none."""
    if isinstance(limit, int):
        return limit
    whole: int = math.floor(limit)
    if whole == limit:
        return whole
    if overload_id == "equal":
        return None
    # x > 6.5 and x >= 6.5 are x > 6 and x >= 7 on whole numbers, and so below.
    return whole if overload_id in ("greater", "less_equal") else whole + 1
