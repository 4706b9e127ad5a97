"""Compute with columns of 64-bit whole numbers and finite numbers; what has no result is unknown."""

from collections.abc import Callable
from typing import Any

import numpy as np

from policies.engines.columnar.fitting import TWO_TO_63
from policies.engines.columnar.vectors import Mask, Vector, both
from policies.rulelang.limits import INT_MAX, INT_MIN


def whole(data: Any) -> Any:
    """Return whole numbers in 64 bits."""
    return data.astype(np.int64, copy=False)


def _where(fits: Mask | None, known: Mask | None) -> Mask | None:
    return known if fits is None or fits.all() else both(fits, known)


def _add_int(a: Vector, b: Vector) -> Vector:
    left, right = whole(a.data), whole(b.data)
    total = left + right
    fits = ((left ^ total) & (right ^ total)) >= 0
    return Vector(total, _where(fits, both(a.known, b.known)))


def _subtract_int(a: Vector, b: Vector) -> Vector:
    left, right = whole(a.data), whole(b.data)
    rest = left - right
    fits = ((left ^ right) & (left ^ rest)) >= 0
    return Vector(rest, _where(fits, both(a.known, b.known)))


def _multiply_int(a: Vector, b: Vector) -> Vector:
    left, right = whole(a.data), whole(b.data)
    product, known = left * right, both(a.known, b.known)
    if largest(left) * largest(right) <= INT_MAX:
        return Vector(product, known)
    # Dividing back gives the factor unless 64 bits were exceeded; the lowest number has no opposite.
    divisor = np.where((left == 0) | (left == -1), 1, left)
    fits = np.where(
        left == -1, right != INT_MIN, (left == 0) | (product // divisor == right) & (product % divisor == 0)
    )
    return Vector(product, _where(fits, known))


def largest(numbers: Any) -> int:
    """Return the largest magnitude in whole numbers, without overflow."""
    if not np.size(numbers):
        return 0
    return max(abs(int(np.min(numbers))), abs(int(np.max(numbers))))


def _divide_int(a: Vector, b: Vector) -> Vector:
    left, right, known = _divisible(a, b)
    # fmod has the sign of the dividend, so that what is left divides without rest.
    return Vector((left - np.fmod(left, right)) // right, known)


def _modulo_int(a: Vector, b: Vector) -> Vector:
    left, right, known = _divisible(a, b)
    return Vector(np.fmod(left, right), known)


def _divisible(a: Vector, b: Vector) -> tuple[Any, Any, Mask | None]:
    left, right = whole(a.data), whole(b.data)
    fits = (right != 0) & ~((left == INT_MIN) & (right == -1))
    return left, np.where(fits, right, 1), _where(fits, both(a.known, b.known))


def _negate_int(a: Vector) -> Vector:
    numbers = whole(a.data)
    return Vector(-numbers, _where(numbers != INT_MIN, a.known))


def _double(function: Callable[[Any, Any], Any]) -> Callable[[Vector, Vector], Vector]:
    def run(a: Vector, b: Vector) -> Vector:
        made = function(a.data, b.data)
        return Vector(made, _where(np.isfinite(made), both(a.known, b.known)))

    return run


def _divide_double(a: Vector, b: Vector) -> Vector:
    made = a.data / b.data
    return Vector(made, _where(np.isfinite(made) & (b.data != 0), both(a.known, b.known)))


def _truncate(a: Vector) -> Vector:
    fits = (a.data >= -TWO_TO_63) & (a.data < TWO_TO_63)
    return Vector(np.where(fits, a.data, 0.0).astype(np.int64), _where(fits, a.known))


def widen(a: Vector) -> Vector:
    """Turn whole numbers into numbers; null stays null."""
    return Vector(a.data.astype(np.float64), a.known, a.null)


NUMBERS: dict[str, Callable[..., Vector]] = {
    "add_int": _add_int,
    "subtract_int": _subtract_int,
    "multiply_int": _multiply_int,
    "divide_int": _divide_int,
    "modulo_int": _modulo_int,
    "negate_int": _negate_int,
    "add_double": _double(np.add),
    "subtract_double": _double(np.subtract),
    "multiply_double": _double(np.multiply),
    "divide_double": _divide_double,
    "negate_double": lambda a: Vector(-a.data, a.known),
    "double_of_int": lambda a: Vector(a.data.astype(np.float64), a.known),
    "double_of_double": lambda a: Vector(a.data, a.known),
    "int_of_int": lambda a: Vector(a.data, a.known),
    "int_of_double": _truncate,
    "widen": widen,
}
"""By overload; where one of the arguments is null, the result is unknown."""
