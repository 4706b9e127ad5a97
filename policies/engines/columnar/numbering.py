"""Number the parts of formulas: parts that say the same have the same number."""

from collections.abc import Hashable

from policies.rulelang.lower import Atom, Formula
from policies.rulelang.shapes import shape_of
from policies.rulelang.typed import Apply, TypedNode


class Numbering:
    """Gives each shape of a formula or value a number.

    A shape is a tuple as deep as what it stands for, and Python goes through all of it whenever it looks one up.
    Here the numbers of the parts stand for the parts, and an object that was seen before is known by itself.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        # With the object, which so keeps its identity to itself.
        self._seen: dict[int, tuple[object, int]] = {}

    def of_formula(self, formula: Formula) -> int:
        """Return a number that two formulas share only if they hold on the same records."""
        seen = self._seen.get(id(formula))
        if seen is not None:
            return seen[1]
        if isinstance(formula, Atom):
            return self._number(formula, ("atom", formula.wanted, self.of_node(formula.node)))
        return self._number(formula, (type(formula).__name__, *map(self.of_formula, formula.parts)))

    def of_node(self, node: TypedNode) -> int:
        """Return a number that two nodes share only if they give the same on every record."""
        seen = self._seen.get(id(node))
        if seen is not None:
            return seen[1]
        if isinstance(node, Apply):
            return self._number(node, ("apply", node.overload.id, *map(self.of_node, node.arguments)))
        return self._number(node, ("node", shape_of(node)))

    def _number(self, given: object, shape: Hashable) -> int:
        number = self._numbers.setdefault(shape, len(self._numbers))
        self._seen[id(given)] = (given, number)
        return number
