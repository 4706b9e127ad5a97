"""Plan the order of work: which rules wait for the value of one field, which fields are read at once."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from policies.rulelang.lower import NEVER, Atom, Every, Formula, atoms_of, chance_of_formula
from policies.rulelang.typed import Apply, Const, FieldRef, ListRef, TypedNode, every
from policies.rulelang.types import Kind

LEAST_RULES = 4
"""A field is worth a look-up table when at least so many rules ask for its value."""
MOST_VALUES = 8
"""A rule that allows more values of a field is not filed under each of them."""
READ_AT_ONCE = 0.7
"""A field that is needed with at least this chance is read before the rules are asked."""


@dataclass(frozen=True)
class Asked:
    """A rule in the making: its place in the answer, and the parts that all have to hold, in order."""

    position: int
    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Table:
    """The rules that can hold only for some values of a field, by value."""

    field: FieldRef
    rules: dict[Hashable, tuple[Asked, ...]]


@dataclass(frozen=True)
class Plan:
    """Tables first, then the rules that stand in none; `at_once` names the fields to read before all."""

    tables: tuple[Table, ...]
    others: tuple[Asked, ...]
    at_once: frozenset[str]


def make_plan(formulas: Sequence[Formula]) -> Plan:
    """Plan the work for rules given as formulas; their places in the answer are those in the sequence."""
    rules = [
        Asked(position, formula.parts if isinstance(formula, Every) else (formula,))
        for position, formula in enumerate(formulas)
        if formula != NEVER
    ]
    tables = []
    while True:
        field = _commonest_key(rules)
        if field is None:
            break
        table, rules = _file_under(field, rules)
        tables.append(table)
    others = tuple(rules)
    return Plan(tuple(tables), others, frozenset(_needed_at_once(tables, others)))


def fields_in(formula: Formula) -> Iterator[FieldRef]:
    """Yield the fields that a formula reads."""
    return (node for node in _nodes_in(formula) if isinstance(node, FieldRef))


def lists_in(formula: Formula) -> Iterator[ListRef]:
    """Yield the named lists that a formula looks into."""
    return (node for node in _nodes_in(formula) if isinstance(node, ListRef))


def _nodes_in(formula: Formula) -> Iterator[TypedNode]:
    return (node for atom in atoms_of(formula) for node in every(atom.node))


def _key_of(part: Formula) -> tuple[FieldRef, tuple[Hashable, ...]] | None:
    """Return the field and the few values that it must have for the part to hold."""
    if not isinstance(part, Atom) or not part.wanted or not isinstance(part.node, Apply):
        return None
    node = part.node
    if node.overload.id not in ("equal", "in") or len(node.arguments) != 2:
        return None
    field, wanted = node.arguments
    if not isinstance(field, FieldRef) or field.type.kind not in (Kind.STRING, Kind.INT):
        return None
    if not isinstance(wanted, Const):
        return None
    values = wanted.value if isinstance(wanted.value, tuple) else (wanted.value,)
    return (field, tuple(dict.fromkeys(values))) if None not in values and len(values) <= MOST_VALUES else None


def _commonest_key(rules: Sequence[Asked]) -> FieldRef | None:
    """Return the field whose value most rules ask for, if they are many enough for a table."""
    found: dict[str, FieldRef] = {}
    counts: Counter[str] = Counter()
    for rule in rules:
        keys = {key[0].name: key[0] for key in map(_key_of, rule.parts) if key is not None}
        found |= keys
        counts.update(keys.keys())
    name, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return found[name] if count >= LEAST_RULES else None


def _file_under(field: FieldRef, rules: Sequence[Asked]) -> tuple[Table, list[Asked]]:
    filed: dict[Hashable, list[Asked]] = {}
    left: list[Asked] = []
    for rule in rules:
        keys = ((at, _key_of(part)) for at, part in enumerate(rule.parts))
        at, key = next(((at, key) for at, key in keys if key is not None and key[0].name == field.name), (0, None))
        if key is None:
            left.append(rule)
            continue
        rest = Asked(rule.position, rule.parts[:at] + rule.parts[at + 1 :])
        for value in key[1]:
            filed.setdefault(value, []).append(rest)
    return Table(field, {value: tuple(found) for value, found in filed.items()}), left


def _needed_at_once(tables: Sequence[Table], others: Sequence[Asked]) -> Iterator[str]:
    spared: dict[str, float] = {}
    for table in tables:
        yield table.field.name
        for rules in table.rules.values():
            _weigh(rules, 1.0 / len(table.rules), spared)
    _weigh(others, 1.0, spared)
    yield from (name for name, chance in spared.items() if 1.0 - chance >= READ_AT_ONCE)


def _weigh(rules: Sequence[Asked], chance: float, spared: dict[str, float]) -> None:
    """Lower for each field the chance that no rule needs it."""
    for rule in rules:
        reached = chance
        for part in rule.parts:
            for name in {field.name for field in fields_in(part)}:
                spared[name] = spared.get(name, 1.0) * (1.0 - reached)
            reached *= chance_of_formula(part)
