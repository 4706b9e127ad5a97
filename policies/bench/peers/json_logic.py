"""JsonLogic in Python (json-logic-qubit), with text operations added, which the format itself lacks."""

import re
from collections.abc import Sequence
from typing import Any

from policies.bench.libraries import load
from policies.bench.peers import Event, RowHits, Rule
from policies.bench.terms import IS_NULL, SIGNS, Term, guard, write_clause

_WORDS = {"&&": "and", "||": "or"}


def compile_each(rules: Sequence[Rule]) -> RowHits:
    """One JSON tree per rule."""
    library = load("json_logic")
    library.add_operation("starts_with", lambda text, part: text.startswith(part))
    library.add_operation("ends_with", lambda text, part: text.endswith(part))
    library.add_operation("matches", lambda text, pattern: re.search(pattern, text) is not None)
    trees = list(enumerate(write_clause(guard(rule.clause), write_term, _join) for rule in rules))
    holds = library.jsonLogic

    def hits(event: Event) -> list[int]:
        return [place for place, tree in trees if holds(tree, event)]

    return hits


def write_term(term: Term) -> dict[str, Any]:
    """Return a test as JsonLogic."""
    subject = {"var": term.field}
    match term.test:
        case "is_null" | "is_not_null":
            return {"===" if term.test == IS_NULL else "!==": [subject, None]}
        case "holds":
            tree: dict[str, Any] = subject
        case "in":
            tree = {"in": [subject, list(term.value)]}
        case "contains":
            tree = {"in": [term.value, subject]}
        case "equal" | "not_equal":
            tree = {SIGNS[term.test] + "=": [subject, term.value]}
        case test:
            tree = {SIGNS.get(test, test): [subject, term.value]}
    return tree if term.is_wanted else {"!": [tree]}


def _join(sign: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {_WORDS[sign]: parts}
