"""Take a condition of the benchmark apart into tests of single fields, for engines with another language.

Negation is pushed down to the tests, so that engines with two-valued logic and SQL can be asked "does it
hold" only. This is a translation of its own, on purpose: it shares nothing with our engines but the checker.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from policies.rulelang import Schema, check
from policies.rulelang.typed import Apply, Const, FieldRef, Logic, TypedNode

EQUAL, NOT_EQUAL, IS_NULL, IS_NOT_NULL, HOLDS, AMONG = "equal", "not_equal", "is_null", "is_not_null", "holds", "in"
LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = "less", "less_equal", "greater", "greater_equal"
CONTAINS, STARTS_WITH, ENDS_WITH, MATCHES = "contains", "starts_with", "ends_with", "matches"
SIGNS = {EQUAL: "==", NOT_EQUAL: "!=", LESS: "<", LESS_EQUAL: "<=", GREATER: ">", GREATER_EQUAL: ">="}
ORDER = {LESS: GREATER_EQUAL, GREATER_EQUAL: LESS, GREATER: LESS_EQUAL, LESS_EQUAL: GREATER}
"""Each order and what holds when it does not, both sides being there."""

_OPPOSITES = {EQUAL: NOT_EQUAL, NOT_EQUAL: EQUAL, IS_NULL: IS_NOT_NULL, IS_NOT_NULL: IS_NULL, **ORDER}
_TOTAL = frozenset({EQUAL, NOT_EQUAL, IS_NULL, IS_NOT_NULL, AMONG})
_KNOWN = frozenset({*_OPPOSITES, AMONG, CONTAINS, STARTS_WITH, ENDS_WITH, MATCHES})
Written = TypeVar("Written")


class UntranslatableError(ValueError):
    """A condition that the benchmark's translators do not know."""


@dataclass(frozen=True, slots=True)
class Term:
    """A test of a field against a fixed value (a tuple for `in`, None for null tests and flags).

    `is_wanted` False asks for the test to be false, which a missing value is not (save for `in`).
    """

    field: str
    test: str
    value: Any
    is_wanted: bool
    is_nullable: bool

    @property
    def is_total(self) -> bool:
        """Tell whether a missing value has an answer: null equals nothing and is in no list."""
        return self.test in _TOTAL

    @property
    def null_holds(self) -> bool:
        """Tell whether the test, as wanted, holds for a missing value."""
        return self.test in (NOT_EQUAL, IS_NULL) or (self.test == AMONG and not self.is_wanted)


@dataclass(frozen=True, slots=True)
class Group:
    """All (`&&`) or one (`||`) of the parts."""

    sign: str
    parts: "tuple[Clause, ...]"


Clause: TypeAlias = Term | Group


def read_clause(text: str, schema: Schema) -> Clause:
    """Check a condition and take it apart."""
    return _spread(check(text, schema).require().root, is_wanted=True)


def write_clause(
    clause: Clause, write_term: Callable[[Term], Written], join: Callable[[str, list[Written]], Written]
) -> Written:
    """Fold a condition: `join` gets the sign of a group and its parts."""
    if isinstance(clause, Term):
        return write_term(clause)
    return join(clause.sign, [write_clause(part, write_term, join) for part in clause.parts])


def write_text(clause: Clause, write_term: Callable[[Term], str], signs: tuple[str, str]) -> str:
    """Fold a condition into text, `signs` being the words for and, or."""
    words = dict(zip(("&&", "||"), signs, strict=True))
    return write_clause(clause, write_term, lambda sign, parts: "(" + f" {words[sign]} ".join(parts) + ")")


def guard(clause: Clause) -> Clause:
    """Put a test for null before every test that has no answer for it; in two-valued logic nothing is unknown then."""
    if isinstance(clause, Group):
        return _group(clause.sign, (guard(part) for part in clause.parts))
    if not clause.is_nullable or clause.is_total:
        return clause
    is_there = Term(clause.field, IS_NOT_NULL, None, is_wanted=True, is_nullable=True)
    return Group("&&", (is_there, clause))


def fields_of(clause: Clause) -> set[str]:
    """Return the fields that a condition reads."""
    if isinstance(clause, Term):
        return {clause.field}
    return set().union(*(fields_of(part) for part in clause.parts))


def _group(sign: str, parts: Iterable[Clause]) -> Clause:
    flat: list[Clause] = []
    for part in parts:
        flat += part.parts if isinstance(part, Group) and part.sign == sign else (part,)
    return flat[0] if len(flat) == 1 else Group(sign, tuple(flat))


def _spread(node: TypedNode, *, is_wanted: bool) -> Clause:
    match node:
        case Logic():
            sign = node.sign if is_wanted else {"&&": "||", "||": "&&"}[node.sign]
            return _group(sign, (_spread(part, is_wanted=is_wanted) for part in node.operands))
        case Apply(name="!"):
            return _spread(node.arguments[0], is_wanted=not is_wanted)
        case FieldRef():
            return Term(node.name, HOLDS, None, is_wanted=is_wanted, is_nullable=node.field.nullable)
        case Apply():
            return _term(node, is_wanted=is_wanted)
        case _:
            raise UntranslatableError(repr(node))


def _term(node: Apply, *, is_wanted: bool) -> Term:
    test, subject = node.overload.id, node.arguments[0]
    fixed = node.arguments[1] if len(node.arguments) > 1 else None
    if not isinstance(subject, FieldRef) or test not in _KNOWN or not (fixed is None or isinstance(fixed, Const)):
        raise UntranslatableError(repr(node))
    if not is_wanted and test in _OPPOSITES:
        test, is_wanted = _OPPOSITES[test], True
    value = None if fixed is None else fixed.value
    return Term(subject.name, test, value, is_wanted=is_wanted, is_nullable=subject.field.nullable)
