"""Say what a rule set asks, in a form that crosses to other processes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from policies.rulelang import Field, RuleSet, RuleSpec
from policies.rulelang.lower import Formula, atoms_of, lower
from policies.rulelang.typed import Apply, FieldRef, every


@dataclass(frozen=True)
class Program:
    """Rules in the order of their set, the formula of each, and what they read: plain data.

    `asks_now` says that a rule counts days to the instant of evaluation.
    """

    rules: tuple[RuleSpec, ...]
    outcomes: tuple[str, ...]
    formulas: tuple[Formula, ...]
    fields: Mapping[str, Field]
    lists: Mapping[str, frozenset[Any]]
    asks_now: bool

    def only(self, places: tuple[int, ...]) -> "Program":
        """Return the program of some of the rules, with the columns that these need."""
        formulas = tuple(self.formulas[place] for place in places)
        return replace(
            self,
            rules=tuple(self.rules[place] for place in places),
            formulas=formulas,
            fields=fields_of(formulas),
            asks_now=asks_now(formulas),
        )


def program_of(ruleset: RuleSet, lists: Mapping[str, frozenset[Any]]) -> Program:
    """Return the program of a rule set.

    Raises:
        KeyError: a rule uses a named list that is not in `lists`.
    """
    formulas = tuple(lower(rule.checked.root) for rule in ruleset.rules)
    used = {name: lists[name] for name in sorted(ruleset.lists_used)}
    return Program(
        tuple(rule.spec for rule in ruleset.rules),
        ruleset.outcomes,
        formulas,
        fields_of(formulas),
        used,
        asks_now(formulas),
    )


def fields_of(formulas: tuple[Formula, ...]) -> dict[str, Field]:
    """Return the fields that formulas read, by name in alphabetical order."""
    found = {
        node.name: node.field
        for formula in formulas
        for atom in atoms_of(formula)
        for node in every(atom.node)
        if isinstance(node, FieldRef)
    }
    return dict(sorted(found.items()))


def asks_now(formulas: tuple[Formula, ...]) -> bool:
    """Say whether formulas count days to the instant of evaluation."""
    return any(
        isinstance(node, Apply) and node.overload.id == "days_since"
        for formula in formulas
        for atom in atoms_of(formula)
        for node in every(atom.node)
    )
