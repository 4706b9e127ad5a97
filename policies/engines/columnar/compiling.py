"""Turn formulas into plans: tests over columns where there is a way, row by row where there is none.

What several rules have in common is compiled once and, while a chunk is at hand, computed once.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from policies.engines.columnar import comparing, texts
from policies.engines.columnar.chunk import Chunk
from policies.engines.columnar.moments import MOMENTS, days_between
from policies.engines.columnar.narrow import narrow_comparison, narrowed
from policies.engines.columnar.numbering import Numbering
from policies.engines.columnar.numbers import NUMBERS
from policies.engines.columnar.plans import Asking, Join, Plan, Test
from policies.engines.columnar.rows import row_test
from policies.engines.columnar.texts import TEXTS
from policies.engines.columnar.vectors import Mask, Vector, both
from policies.rulelang import Kind
from policies.rulelang.lower import Atom, Formula, lower
from policies.rulelang.typed import Apply, Choice, Const, FieldRef, ListRef, TypedNode, every

Read: TypeAlias = Callable[[Chunk], Vector]
Ask: TypeAlias = Callable[[Chunk], Mask]

_OVERLOADS = {**NUMBERS, **MOMENTS, **TEXTS}
_NOW = "days_since"


class NoColumnWayError(Exception):
    """A node that only the row-by-row way can compute."""


class Compiler:
    """Compiles the formulas of one rule set. `lists` are the named lists that they may look into."""

    def __init__(self, formulas: Iterable[Formula], lists: Mapping[str, frozenset[Any]]) -> None:
        self._lists = lists
        self._plans: dict[int, Plan] = {}
        self._reads: dict[int, Read] = {}
        self._numbering = Numbering()
        self._asked: Counter[int] = Counter()
        self._read: Counter[int] = Counter()
        for formula in formulas:
            within = self._within(formula)
            self._asked.update(within.keys())
            for part in within.values():
                if isinstance(part, Atom):
                    self._read.update(map(self._numbering.of_node, every(part.node)))

    def plan(self, formula: Formula) -> Plan:
        """Return the plan that asks a formula."""
        number = self._numbering.of_formula(formula)
        known = self._plans.get(number)
        if known is None:
            key, is_shared = len(self._plans), self._asked[number] > 1
            # Kept before its parts are compiled, so that no other plan takes the key.
            self._plans[number] = Join(key, is_every=True, parts=(), is_shared=False)
            if isinstance(formula, Atom):
                known = self._test(formula, key, is_shared=is_shared)
            else:
                parts = tuple(self.plan(part) for part in formula.parts)
                known = Join(key, type(formula).__name__ == "Every", parts, is_shared)
            self._plans[number] = known
        return known

    def _within(self, formula: Formula) -> dict[int, Formula]:
        """Return the formula and its parts, each once, by number."""
        found = {self._numbering.of_formula(formula): formula}
        queue = [formula]
        while queue:
            at_hand = queue.pop()
            for part in () if isinstance(at_hand, Atom) else at_hand.parts:
                number = self._numbering.of_formula(part)
                if number not in found:
                    found[number] = part
                    queue.append(part)
        return found

    def _test(self, atom: Atom, key: int, *, is_shared: bool) -> Test:
        nodes = tuple(every(atom.node))
        fields = {node.name: node.field for node in nodes if isinstance(node, FieldRef)}
        asks_now = any(isinstance(node, Apply) and node.overload.id == _NOW for node in nodes)
        is_text = any(described.type.kind is Kind.STRING for described in fields.values())
        text = next(iter(fields)) if is_text and len(fields) == 1 and not asks_now else None
        try:
            run, is_by_row = self._column_test(atom), False
        except NoColumnWayError:
            run, is_by_row = row_test(atom, self._lists), True
        is_null_test = isinstance(atom.node, Apply) and atom.node.overload.id == "is_null"
        return Test(key, run, text, is_by_row or (is_text and not is_null_test), is_shared)

    def _column_test(self, atom: Atom) -> Ask:
        node, wanted = atom.node, atom.wanted
        if isinstance(node, FieldRef):
            return self._truth(self._value(node), wanted=wanted)
        if not isinstance(node, Apply):
            raise NoColumnWayError
        overload_id, arguments = node.overload.id, node.arguments
        if overload_id in comparing.ORDERINGS or overload_id == "equal":
            return self._comparison(node, wanted=wanted)
        if overload_id == "is_null":
            read = self._value(arguments[0])
            tell = comparing.is_null if wanted else comparing.is_there
            return lambda chunk: tell(read(chunk), chunk.count)
        if overload_id in ("in", "in_as_double"):
            return self._membership(node, wanted=wanted)
        return self._search(node, wanted=wanted)

    def _truth(self, read: Read, *, wanted: bool) -> Ask:
        def ask(chunk: Chunk) -> Mask:
            vector = read(chunk)
            answers: Mask = vector.data if wanted else ~vector.data
            return answers if vector.known is None else answers & vector.known

        return ask

    def _comparison(self, node: Apply, *, wanted: bool) -> Ask:
        left, right = node.arguments
        narrow = narrow_comparison(node, wanted=wanted)
        if narrow is not None:
            return narrow
        of_text = left.type.kind is Kind.STRING or right.type.kind is Kind.STRING
        if node.overload.id == "equal":
            test = comparing.equality(wanted=wanted, of_text=of_text)
        else:
            test = comparing.ordering(node.overload.id, of_text=of_text)
        read_left, read_right = self._value(left), self._value(right)
        if of_text and not _is_column_of_text(left):
            raise NoColumnWayError
        return lambda chunk: _full(test(read_left(chunk), read_right(chunk)), chunk)

    def _membership(self, node: Apply, *, wanted: bool) -> Ask:
        element, within = node.arguments
        if isinstance(within, Const) and isinstance(within.value, tuple):
            entries: frozenset[Any] = frozenset(within.value)
        elif isinstance(within, ListRef):
            entries = self._lists[within.name]
        else:
            raise NoColumnWayError
        if node.overload.id == "in_as_double":
            entries = frozenset(float(entry) for entry in entries)
        of_text = element.type.kind is Kind.STRING
        if of_text and not _is_column_of_text(element):
            raise NoColumnWayError
        read = self._value(element)
        test = comparing.membership(entries, wanted=wanted, of_text=of_text)
        if isinstance(element, FieldRef) and element.type.kind is Kind.INT:
            name = element.name
            return lambda chunk: test(narrowed(chunk, name))
        return lambda chunk: _full(test(read(chunk)), chunk)

    def _search(self, node: Apply, *, wanted: bool) -> Ask:
        text, sought = node.arguments
        if not isinstance(sought, Const) or not _is_column_of_text(text):
            raise NoColumnWayError
        read, found_in = self._value(text), texts.search(node.overload.id, str(sought.value))

        def ask(chunk: Chunk) -> Mask:
            vector = read(chunk)
            found = found_in(vector.data)
            if not wanted:
                found = ~found
            return found if vector.known is None else found & vector.known

        return ask

    def _value(self, node: TypedNode) -> Read:
        """Return the function that reads or computes a value over a chunk.

        Raises:
            NoColumnWayError: there is none.
        """
        if isinstance(node, FieldRef):
            name = node.name
            return lambda chunk: chunk.column(name)
        if isinstance(node, Const):
            return _fixed(node)
        number = self._numbering.of_node(node)
        known = self._reads.get(number)
        if known is None:
            known = self._computed(node)
            if self._read[number] > 1:
                # Plans are remembered by their numbers.
                known = _remembered(known, ("value", number))
            self._reads[number] = known
        return known

    def _computed(self, node: TypedNode) -> Read:
        if isinstance(node, Choice):
            return self._choice(node)
        if node.type.kind is Kind.BOOL:
            return self._condition(node)
        if not isinstance(node, Apply):
            raise NoColumnWayError
        reads = [self._value(argument) for argument in node.arguments]
        if node.overload.id == _NOW:
            return _age(reads[0])
        function = _OVERLOADS.get(node.overload.id)
        if function is None or any(
            argument.type.kind is Kind.STRING and not _is_column_of_text(argument) and not isinstance(argument, Const)
            for argument in node.arguments
        ):
            raise NoColumnWayError
        return lambda chunk: function(*(read(chunk) for read in reads))

    def _condition(self, node: TypedNode) -> Read:
        """Read a condition as a value: it is known where it is TRUE or FALSE."""
        true, false = self.plan(lower(node)), self.plan(lower(node, wanted=False))

        def read(chunk: Chunk) -> Vector:
            asking = Asking(chunk)
            yes = asking.holds(true)
            return Vector(yes, yes | asking.holds(false))

        return read

    def _choice(self, node: Choice) -> Read:
        if node.type.kind in (Kind.STRING, Kind.LIST):
            raise NoColumnWayError
        condition = self._condition(node.condition)
        then, otherwise = self._value(node.then), self._value(node.otherwise)

        def read(chunk: Chunk) -> Vector:
            asked, a, b = condition(chunk), then(chunk), otherwise(chunk)
            yes = asked.data
            known = np.where(yes, _or(a.known, other=True), _or(b.known, other=True))
            null = np.where(yes, _or(a.null, other=False), _or(b.null, other=False))
            return Vector(
                np.where(yes, a.data, b.data),
                both(known, asked.known),
                null if asked.known is None else null & asked.known,
            )

        return read


def _or(mask: Mask | None, *, other: bool) -> Any:
    return other if mask is None else mask


def _fixed(node: Const) -> Read:
    if isinstance(node.value, tuple):
        raise NoColumnWayError
    if node.value is None:
        nothing = Vector(np.int64(0), np.False_, np.True_)  # type: ignore[arg-type]  # one value stands for all rows
        return lambda _: nothing
    vector = Vector(comparing.fixed_data(node.value))
    return lambda _: vector


def _remembered(read: Read, key: Hashable) -> Read:
    def run(chunk: Chunk) -> Vector:
        found: Vector | None = chunk.memo.get(key)
        if found is None:
            found = chunk.memo[key] = read(chunk)
        return found

    return run


def _age(read: Read) -> Read:
    def run(chunk: Chunk) -> Vector:
        moment = read(chunk)
        if chunk.now is None:
            return Vector(np.zeros(chunk.count), np.zeros(chunk.count, np.bool_))
        return days_between(moment, chunk.now)

    return run


def _full(found: Any, chunk: Chunk) -> Mask:
    """Spread one answer for all rows over the rows."""
    if np.ndim(found):
        answers: Mask = found
        return answers
    return np.full(chunk.count, bool(found))


def _is_column_of_text(node: TypedNode) -> bool:
    """Tell whether a node gives an Arrow array of texts: a fixed text, or null, is no array."""
    return isinstance(node, FieldRef | Apply) and node.type.kind is Kind.STRING
