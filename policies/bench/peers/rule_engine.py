"""rule-engine: a rule language in pure Python."""

import json
from collections.abc import Sequence
from typing import Any

from policies.bench.libraries import load
from policies.bench.peers import Event, RowHits, Rule
from policies.bench.terms import IS_NULL, SIGNS, Term, guard, write_text


def compile_each(rules: Sequence[Rule]) -> RowHits:
    """One rule object per rule."""
    library = load("rule_engine")
    context = library.Context(resolver=library.resolve_item)
    compiled = [
        library.Rule(write_text(guard(rule.clause), write_term, ("and", "or")), context=context) for rule in rules
    ]
    checks = list(enumerate(rule.matches for rule in compiled))

    def hits(event: Event) -> list[int]:
        return [place for place, matches in checks if matches(event)]

    return hits


def write_term(term: Term) -> str:
    """Return a test in the library's language."""
    field, value = term.field, term.value
    match term.test:
        case "is_null" | "is_not_null":
            return f"{field} {'==' if term.test == IS_NULL else '!='} null"
        case "holds":
            text = field
        case "in":
            text = f"{field} in [{', '.join(map(_literal, value))}]"
        case "contains":
            text = f"{_literal(value)} in {field}"
        case "starts_with":
            text = f"{field}.starts_with({_literal(value)})"
        case "ends_with":
            text = f"{field}.ends_with({_literal(value)})"
        case "matches":
            text = f"{field} =~~ {_literal(value)}"
        case test:
            text = f"{field} {SIGNS[test]} {_literal(value)}"
    return text if term.is_wanted else f"not ({text})"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
