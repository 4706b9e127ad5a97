"""Carry what every check of one condition needs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from policies.rulelang.check.report import Report
from policies.rulelang.schema import Schema
from policies.rulelang.source import Span
from policies.rulelang.tree import Node
from policies.rulelang.typed import TypedNode, VarRef
from policies.rulelang.types import Type


@dataclass
class Context:
    """The schema, the report, and the loop variables in reach.

    `infer` checks a node and gives its typed form, or None when problems were reported below it; it is
    passed here so that the rooms for operators and calls need not know the one that holds them together.
    """

    schema: Schema
    report: Report
    infer: Callable[[Node, "Context"], TypedNode | None]
    variables: dict[str, VarRef] = field(default_factory=dict)
    slots_used: int = 0

    def excerpt(self, span: Span) -> str:
        """Return the text of a place, short enough for a message."""
        return self.report.source.excerpt(span)

    @contextmanager
    def variable(self, name: str, span: Span, element: Type) -> Iterator[VarRef]:
        """Bring a loop variable into reach for the length of its body, in a slot of its own."""
        made = VarRef(span, element, name, self.slots_used)
        self.slots_used += 1
        self.variables[name] = made
        try:
            yield made
        finally:
            del self.variables[name]
