"""Keep what a chain of conditions demands of one field, and tell when nothing can fulfil it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Demand:
    """What a single condition demands of a field.

    `sign` is ==, !=, <, <=, >, >=, in, not in, null or not null.
    """

    name: str
    sign: str
    value: Any = None
    is_whole: bool = False


NEGATED = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "in": "not in",
    "not in": "in",
    "null": "not null",
    "not null": "null",
}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass
class Range:
    """The values of one field that fulfil every demand so far."""

    low: Any = None
    low_is_open: bool = False
    high: Any = None
    high_is_open: bool = False
    allowed: frozenset[Any] | None = None
    forbidden: set[Any] = field(default_factory=set)
    may_be_null: bool = True
    may_be_value: bool = True

    def narrow(self, demand: Demand) -> None:
        """Take one more demand into account."""
        sign, value = demand.sign, demand.value
        if sign == "null":
            self.may_be_value = False
        elif sign == "!=":
            self.forbidden.add(value)
        elif sign == "not in":
            self.forbidden |= set(value)
        else:
            self.may_be_null = False
        if sign in ("==", "in"):
            wanted = frozenset(value) if sign == "in" else frozenset({value})
            self.allowed = wanted if self.allowed is None else self.allowed & wanted
        elif sign in (">", ">="):
            self._raise_low(value, is_open=sign == ">", is_whole=demand.is_whole)
        elif sign in ("<", "<="):
            self._lower_high(value, is_open=sign == "<", is_whole=demand.is_whole)

    def _raise_low(self, value: Any, *, is_open: bool, is_whole: bool) -> None:
        if is_whole and is_open:
            value, is_open = value + 1, False
        if self.low is None or value > self.low or (value == self.low and is_open):
            self.low, self.low_is_open = value, is_open

    def _lower_high(self, value: Any, *, is_open: bool, is_whole: bool) -> None:
        if is_whole and is_open:
            value, is_open = value - 1, False
        if self.high is None or value < self.high or (value == self.high and is_open):
            self.high, self.high_is_open = value, is_open

    def is_empty(self) -> bool:
        """Tell whether neither null nor any value fulfils the demands."""
        return not self.may_be_null and not (self.may_be_value and self._has_value())

    def _has_value(self) -> bool:
        if self.allowed is not None:
            return any(self._holds(value) for value in self.allowed)
        if self.low is None or self.high is None:
            return True
        if self.low == self.high:
            return self._holds(self.low)
        return bool(self.low < self.high)

    def _holds(self, value: Any) -> bool:
        if value in self.forbidden:
            return False
        if self.low is not None and (value < self.low or (value == self.low and self.low_is_open)):
            return False
        return self.high is None or value < self.high or (value == self.high and not self.high_is_open)
