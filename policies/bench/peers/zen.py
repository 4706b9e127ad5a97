"""GoRules' Zen engine (Rust): compiled expressions, one list of expressions, or a decision graph."""

import json
from collections.abc import Sequence
from typing import Any

from policies.bench.libraries import load
from policies.bench.peers import Event, RowHits, Rule
from policies.bench.terms import IS_NULL, SIGNS, Term, guard, write_text

_FUNCTIONS = {"contains": "contains", "starts_with": "startsWith", "ends_with": "endsWith", "matches": "matches"}


def compile_each(rules: Sequence[Rule]) -> RowHits:
    """One compiled expression per rule."""
    zen = load("zen")
    programs = list(enumerate(zen.compile_expression(_write(rule)) for rule in rules))

    def hits(event: Event) -> list[int]:
        return [place for place, program in programs if program.evaluate(event) is True]

    return hits


def compile_list(rules: Sequence[Rule]) -> RowHits:
    """All rules as one list expression, so that the event crosses into Rust once."""
    program = load("zen").compile_expression("[" + ", ".join(map(_write, rules)) + "]")

    def hits(event: Event) -> list[int]:
        return [place for place, is_hit in enumerate(program.evaluate(event)) if is_hit is True]

    return hits


def compile_graph(rules: Sequence[Rule]) -> RowHits:
    """All rules as expressions of one node of a decision graph, the way the product means it."""
    expressions = [{"id": rule.id, "key": rule.id, "value": _write(rule)} for rule in rules]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "rules",
            "name": "rules",
            "type": "expressionNode",
            "position": {"x": 1, "y": 0},
            "content": {"expressions": expressions},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "rules"},
        {"id": "e2", "type": "edge", "sourceId": "rules", "targetId": "out"},
    ]
    graph = {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
    decision = load("zen").ZenEngine().create_decision(json.dumps(graph))
    names = [rule.id for rule in rules]

    def hits(event: Event) -> list[int]:
        found = decision.evaluate(event)["result"]
        return [place for place, name in enumerate(names) if found[name] is True]

    return hits


def write_term(term: Term) -> str:
    """Return a test in Zen's expression language."""
    match term.test:
        case "is_null" | "is_not_null":
            return f"{term.field} {'==' if term.test == IS_NULL else '!='} null"
        case "holds":
            text = term.field
        case "in":
            text = f"{term.field} in [{', '.join(map(_literal, term.value))}]"
        case test if test in SIGNS:
            text = f"{term.field} {SIGNS[test]} {_literal(term.value)}"
        case test:
            text = f"{_FUNCTIONS[test]}({term.field}, {_literal(term.value)})"
    return text if term.is_wanted else f"not ({text})"


def _write(rule: Rule) -> str:
    return write_text(guard(rule.clause), write_term, ("and", "or"))


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # Zen knows no escapes; neither quote occurs in the benchmark's rules.
    return f"'{value}'" if isinstance(value, str) else repr(value)
