"""Say what a lowered value is: one expression, in which SQL's NULL stands for null and for unknown alike."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the language as an Ibis expression.

    `expr` is NULL both for null and for what cannot be computed. `null` is the condition under which it is
    the value null and not unknown; without one it is never null. `is_settled` is False for a number that may
    still be infinite or not a number, and so must be settled before anything but arithmetic sees it.

    Points and lengths of time are microseconds (64-bit), points in time counted from 1970 in UTC.
    """

    expr: Any
    null: Any | None = None
    is_settled: bool = True
