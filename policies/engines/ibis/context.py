"""Hold what the rooms of the lowering share: the engine, the fields, the lists, the loops around."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from policies.engines.ibis.dialects.base import Dialect, variable
from policies.engines.ibis.value import Value
from policies.rulelang import MissingListError
from policies.rulelang.typed import TypedNode


@dataclass(frozen=True)
class Source:
    """What conditions are asked about: the value of each field by name, and the instant of evaluation or None."""

    fields: Mapping[str, Value]
    now: Any | None = None


class Truth(Protocol):
    """Tells when a condition holds."""

    def __call__(self, node: TypedNode, context: "Context", *, wanted: bool) -> Any:
        """Return the condition that a yes/no node is TRUE (wanted) or FALSE; NULL counts as no."""


@dataclass(frozen=True)
class Context:
    """What lowering one condition needs.

    `send` brings the entries of a long list to the engine and returns them as the column of a table.
    `truth` and `value` are the two entrances of the lowering, so that its rooms need not know each other:
    `truth(node, context, wanted=…)` gives the condition that a yes/no node is TRUE or is FALSE (it may be NULL,
    which is no), `value(node, context)` the value of a node. `variables` are the elements at hand, by slot.
    """

    dialect: Dialect
    source: Source
    lists: Mapping[str, frozenset[Any]]
    send: Callable[[tuple[Any, ...]], Any]
    truth: "Truth"
    value: Callable[[TypedNode, "Context"], Value]
    variables: dict[int, Value] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def entries(self, name: str) -> frozenset[Any]:
        """Return the entries of a named list.

        Raises:
            MissingListError: it was not passed.
        """
        if name not in self.lists:
            raise MissingListError(name)
        return self.lists[name]

    def new_name(self) -> str:
        """Return a name for a variable of the query that no other has."""
        return f"x{next(self.numbers)}"

    @contextmanager
    def element(self, slot: int, items: Any, *, nullable: bool) -> Iterator[Any]:
        """Put an element of a list at hand and yield its variable."""
        around = self.variables.get(slot)
        at_hand = variable(self.new_name(), items)
        self.variables[slot] = Value(at_hand, at_hand.isnull() if nullable else None)
        yield at_hand
        if around is None:
            del self.variables[slot]
        else:
            self.variables[slot] = around
