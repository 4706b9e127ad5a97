"""Describe operators and functions: how one is written, and what it takes and gives."""

from dataclasses import dataclass
from enum import StrEnum

from policies.rulelang.types import ANY, BOOL, DOUBLE, INT, Type


class Form(StrEnum):
    """How a function is written."""

    OPERATOR = "operator"
    """Between or before its arguments."""
    FUNCTION = "function"
    """`name(a)`."""
    METHOD = "method"
    """`a.name(b)`."""
    EITHER = "either"
    """Both ways."""
    LOOP = "loop"
    """`list.name(x, condition on x)`."""
    LITERAL = "literal"
    """`name("fixed text")`, read when the condition is checked."""


@dataclass(frozen=True, slots=True)
class Overload:
    """One meaning of a function: for arguments of these types, a result of that type.

    Null may come in for every argument; what it does is the same everywhere: `==`, `!=`, `in` (on its
    left side) and `has` answer, everything else is unknown.
    """

    id: str
    takes: tuple[Type, ...]
    gives: Type


@dataclass(frozen=True, slots=True)
class Function:
    """One row of the table. `usage` shows the form; `example` holds on the record of the reference."""

    name: str
    form: Form
    overloads: tuple[Overload, ...]
    usage: str
    doc: str
    example: str

    @property
    def arity(self) -> int:
        """How many arguments it takes, the one before the point included."""
        return len(self.overloads[0].takes) if self.overloads else 1


IS_NULL = Overload("is_null", (ANY,), BOOL)
IS_NOT_NULL = Overload("is_not_null", (ANY,), BOOL)

WIDEN = Overload("widen", (INT,), DOUBLE)
"""Put in by the checker where a whole number is compared with a number: as `double`, but null stays null."""
