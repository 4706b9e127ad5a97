"""Put a set of rules together to one function: from the values of a record to the positions of what holds."""

import ast
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from policies.rulelang.compile import syntax
from policies.rulelang.compile.atoms import write_formula
from policies.rulelang.compile.guard import check_code
from policies.rulelang.compile.plan import Asked, Plan, Table, fields_in, lists_in, make_plan
from policies.rulelang.compile.reading import begin_late, look_up_list, read_at_once, read_late
from policies.rulelang.compile.runtime import NAMES
from policies.rulelang.compile.scope import Scope
from policies.rulelang.compile.values import MEMOISED, write_value
from policies.rulelang.lower import Formula, atoms_of
from policies.rulelang.shapes import Shape, shape_of
from policies.rulelang.typed import Apply, TypedNode, Walk, parts

Finder: TypeAlias = Callable[[Mapping[str, Any], Any, Mapping[str, Any]], list[int]]
"""From values, instant and named lists of a record to the positions of the formulas that hold, in no order."""

_MAIN = "find"
MOST_STAGES = 12
"""How deep the ifs of one rule are nested; what it needs beyond that is read with the last of them."""


def compile_formulas(formulas: Sequence[Formula]) -> Finder:
    """Compile formulas to one function; it may be called from several threads at once.

    The function raises only `MissingListError`, when a list is missing that a formula needs.
    """
    tree, constants = write_module(formulas)
    check_code(tree, constants)
    names: dict[str, Any] = {"__builtins__": {}, **NAMES, **constants}
    exec(compile(tree, "<rules>", "exec"), names)  # noqa: S102 - of checked nodes only, see `guard`
    finder: Finder = names[_MAIN]
    return finder


def write_module(formulas: Sequence[Formula]) -> tuple[ast.Module, dict[str, Any]]:
    """Write the code for formulas and return it with the constants that it names."""
    plan = make_plan(formulas)
    scope = Scope(write_value, write_formula, memos=_find_repeated(formulas))
    writer = _Writer(plan, scope)
    body = writer.body()
    main = syntax.function(_MAIN, ["values", "now", "lists"], [*writer.beginning(), *body, _give_hits()])
    return syntax.module([*scope.functions, main]), scope.constants


def _give_hits() -> ast.stmt:
    return syntax.give(syntax.name("hits"))


def _find_repeated(formulas: Sequence[Formula]) -> dict[Shape, int]:
    """Number the parts that are worth computing once, as they occur more than once outside of loops."""
    counts: Counter[Shape] = Counter()
    waiting: list[TypedNode] = [atom.node for formula in formulas for atom in atoms_of(formula)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Apply) and node.overload.id in MEMOISED:
            counts[shape_of(node)] += 1
        waiting += (node.items,) if isinstance(node, Walk) else parts(node)
    repeated = (shape for shape, count in counts.items() if count > 1)
    return {shape: number for number, shape in enumerate(repeated)}


class _Writer:
    """Writes the statements of the main function."""

    def __init__(self, plan: Plan, scope: Scope) -> None:
        self._plan, self._scope = plan, scope
        # One statement per field, shared by the rules; it is completed when it is known what they need of the field.
        self._late: dict[str, ast.If] = {}

    def body(self) -> list[ast.stmt]:
        """Write the tables and the rules; this finds out what has to be read and how."""
        made: list[ast.stmt] = []
        for table in self._plan.tables:
            made += self._table(table)
        for rule in self._plan.others:
            made += self._rule(rule)
        return made

    def beginning(self) -> list[ast.stmt]:
        """Write what comes before the rules, once these are written."""
        slots = self._scope.fields.values()
        at_once = [slot for slot in slots if slot.name in self._plan.at_once]
        late = [slot.value for slot in slots if slot.name not in self._plan.at_once]
        late += [f"l{number}" for number in self._scope.lists.values()]
        late += [f"m{number}" for number in self._scope.memos.values()]
        made = [syntax.assign(["hits"], syntax.empty_list())]
        if late:
            made.append(syntax.assign(late, syntax.name("LATER")))
        for name, statement in self._late.items():
            statement.body = list(read_late(self._scope.fields[name], self._scope))
        known = [slot.unknown for slot in at_once if slot.needs_unknown]
        if known:
            made.append(syntax.assign(known, syntax.FALSE))
        return [*made, *read_at_once(at_once, self._scope)]

    def _table(self, table: Table) -> list[ast.stmt]:
        groups: dict[tuple[Asked, ...], int] = {}
        numbers: dict[Hashable, int] = {
            value: groups.setdefault(rules, len(groups)) for value, rules in table.rules.items()
        }
        look_up = self._scope.constant(("table", table.field.name), lambda: numbers.get)
        group = self._scope.temporary()
        found = syntax.assign([group], syntax.call(look_up, syntax.name(self._scope.slot(table.field).value)))
        bodies = [[part for rule in rules for part in self._rule(rule)] for rules in groups]
        is_there = syntax.compare(syntax.name(group), "is not", syntax.NULL)
        return [found, syntax.when(is_there, _choose(group, bodies, 0))]

    def _rule(self, rule: Asked) -> list[ast.stmt]:
        """Write one rule as nested ifs: before each the statements that read what it needs."""
        hit = syntax.do(syntax.method(syntax.name("hits"), "append", syntax.constant(rule.position)))
        stages: list[tuple[list[ast.stmt], list[ast.expr]]] = []
        loaded: set[str] = set()
        for part in rule.parts:
            loads = self._loads(part, loaded)
            written = write_formula(part, self._scope)
            if not stages or (loads and len(stages) < MOST_STAGES):
                stages.append((loads, [written]))
            else:
                stages[-1][0].extend(loads)
                stages[-1][1].append(written)
        made: list[ast.stmt] = [hit]
        for loads, tests in reversed(stages):
            made = [*loads, syntax.when(syntax.both(tests), made)]
        return made

    def _loads(self, part: Formula, loaded: set[str]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for node in fields_in(part):
            slot = self._scope.slot(node)
            if node.name not in self._plan.at_once and slot.value not in loaded:
                loaded.add(slot.value)
                made.append(self._late.setdefault(node.name, begin_late(slot)))
        for entries in lists_in(part):
            variable = self._scope.list_variable(entries)
            if variable not in loaded:
                loaded.add(variable)
                made.append(look_up_list(entries.name, variable))
        return made


def _choose(group: str, bodies: Sequence[list[ast.stmt]], first: int) -> list[ast.stmt]:
    """Write the way to the body of a group: halving, as there may be hundreds."""
    if len(bodies) == 1:
        return bodies[0]
    middle = len(bodies) // 2
    is_before = syntax.compare(syntax.name(group), "<", syntax.constant(first + middle))
    before, after = _choose(group, bodies[:middle], first), _choose(group, bodies[middle:], first + middle)
    return [syntax.when(is_before, before, after)]
