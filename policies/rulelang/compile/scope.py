"""Keep the names of generated code: every field, list, constant and shared part has a number, not its own name."""

import ast
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from policies.rulelang.compile import syntax
from policies.rulelang.compile.runtime import NUMBERS
from policies.rulelang.lower import Formula
from policies.rulelang.schema import Field
from policies.rulelang.shapes import Shape
from policies.rulelang.typed import Const, FieldRef, ListRef, TypedNode

INLINE = (bool, int, float, str, type(None))


@dataclass
class FieldSlot:
    """A field of the record: `v<number>` holds its value, `u<number>` whether it is unknown rather than null."""

    name: str
    described: Field
    number: int
    needs_unknown: bool = False
    needs_whole_text: bool = False
    """Unsound text (too long, half a pair of surrogates) has to be found out, not just a wrong type."""

    @property
    def value(self) -> str:
        """The variable with the value."""
        return f"v{self.number}"

    @property
    def unknown(self) -> str:
        """The variable that tells unknown from null."""
        return f"u{self.number}"

    @property
    def missing(self) -> str:
        """The name of what stands for no usable value."""
        return "NAN" if self.described.type.kind in NUMBERS else "None"

    def is_present(self) -> ast.expr:
        """Write the test for a usable value."""
        missing = syntax.name("NAN") if self.missing == "NAN" else syntax.NULL
        return syntax.compare(syntax.name(self.value), "is not", missing)


@dataclass
class Scope:
    """The names given so far.

    `value` and `holds` write a value and a formula; they are passed here so that the rooms for values,
    atoms and loops need not know one another. `memos` numbers the parts that are computed once.
    """

    value: Callable[[TypedNode, "Scope"], ast.expr]
    holds: Callable[[Formula, "Scope"], ast.expr]
    memos: dict[Shape, int] = field(default_factory=dict)
    fields: dict[str, FieldSlot] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    functions: list[ast.stmt] = field(default_factory=list)
    hoisted: dict[str, ast.expr] = field(default_factory=dict)
    """Values that do not depend on the loop in which they stand, by the variable that brings them in."""
    loops_around: int = 0
    _known: dict[Hashable, str] = field(default_factory=dict)
    _temps: int = 0

    def slot(self, node: FieldRef) -> FieldSlot:
        """Return the slot of a field."""
        found = self.fields.get(node.name)
        if found is None:
            found = self.fields[node.name] = FieldSlot(node.name, node.field, len(self.fields))
        return found

    def list_variable(self, node: ListRef) -> str:
        """Return the variable with the entries of a named list."""
        return f"l{self.lists.setdefault(node.name, len(self.lists))}"

    def constant(self, key: Hashable, make: Callable[[], object]) -> str:
        """Return the name of an object that is made once and that the code refers to."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = f"k{len(self.constants)}"
            self.constants[found] = make()
        return found

    def fixed(self, node: Const) -> ast.expr:
        """Write a fixed value."""
        value = node.value
        if isinstance(value, INLINE):
            return syntax.constant(value)
        return syntax.name(self.constant((str(node.type), repr(value)), lambda: value))

    def temporary(self) -> str:
        """Return a variable that nobody else uses."""
        self._temps += 1
        return f"t{self._temps}"

    def hoist(self, write: Callable[[], ast.expr]) -> ast.expr:
        """Write the variable of a value that is computed before the loops around it begin."""
        loops, self.loops_around = self.loops_around, 0
        variable = f"h{len(self.hoisted)}"
        self.hoisted[variable] = write()
        self.loops_around = loops
        return syntax.name(variable)

    def once(self, shape: Shape, written: ast.expr) -> ast.expr:
        """Write that a part is computed at its first use only, if it is used more than once."""
        number = self.memos.get(shape) if not self.loops_around else None
        if number is None:
            return written
        memo = f"m{number}"
        is_there = syntax.compare(syntax.name(memo), "is not", syntax.name("LATER"))
        return syntax.choice(is_there, syntax.name(memo), syntax.keep(memo, written))
