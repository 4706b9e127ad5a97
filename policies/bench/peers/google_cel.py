"""Google's CEL for Python (cel-expr-python, around the C++ engine): the rules as they are written."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from policies.bench.libraries import load
from policies.bench.peers import Event, RowHits, Rule
from policies.bench.terms import IS_NOT_NULL, IS_NULL, SIGNS, Term, guard, write_text
from policies.bench.workload.fields import FIELDS
from policies.rulelang.quoting import quote
from policies.rulelang.types import Kind

_LONGEST = 95_000
_METHODS = {"contains": "contains", "starts_with": "startsWith", "ends_with": "endsWith", "matches": "matches"}


def compile_each(rules: Sequence[Rule]) -> RowHits:
    """One program per rule, one activation per event; an error is no hit."""
    cel = load("cel_expr_python.cel")
    environment = _environment(cel)
    programs = list(enumerate(environment.compile(rule.text) for rule in rules))

    def hits(event: Event) -> list[int]:
        activation = environment.Activation(event)
        return [place for place, program in programs if program.eval(activation).value() is True]

    return hits


def compile_list(rules: Sequence[Rule]) -> RowHits:
    """All rules as one list expression, which is faster; every test asks for data first, so that none is an error.

    Rules beyond the longest expression that the library takes go into further lists.
    """
    cel = load("cel_expr_python.cel")
    environment = _environment(cel)
    texts = [write_text(guard(rule.clause), write_term, ("&&", "||")) for rule in rules]
    programs = [environment.compile(f"[{', '.join(part)}]") for part in _cut(texts)]

    def hits(event: Event) -> list[int]:
        activation = environment.Activation(event)
        found = chain.from_iterable(program.eval(activation).plain_value() for program in programs)
        return [place for place, is_hit in enumerate(found) if is_hit]

    return hits


def _cut(texts: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    length = 0
    for text in texts:
        if length + len(text) > _LONGEST:
            parts.append([])
            length = 0
        parts[-1].append(text)
        length += len(text) + 2
    return parts


def write_term(term: Term) -> str:
    """Return a test in CEL."""
    match term.test:
        case "is_null" | "is_not_null":
            text = f"{term.field} {'==' if term.test == IS_NULL else '!='} null"
        case "holds":
            text = term.field
        case "in":
            text = f"{term.field} in [{', '.join(map(_literal, term.value))}]"
        case test if test in SIGNS:
            text = f"{term.field} {SIGNS[test]} {_literal(term.value)}"
        case test:
            text = f"{term.field}.{_METHODS[test]}({_literal(term.value)})"
    return text if term.is_wanted or term.test == IS_NOT_NULL else f"!({text})"


def _environment(cel: Any) -> Any:
    kinds = {
        Kind.STRING: cel.Type.STRING,
        Kind.INT: cel.Type.INT,
        Kind.DOUBLE: cel.Type.DOUBLE,
        Kind.BOOL: cel.Type.BOOL,
    }
    return cel.NewEnv(
        variables={name: cel.Type.DYN if field.nullable else kinds[field.type.kind] for name, field in FIELDS.items()}
    )


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else repr(value)
