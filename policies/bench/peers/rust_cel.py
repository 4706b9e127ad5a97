"""CEL in Rust with Python bindings (common-expression-language): the rules as they are written."""

from collections.abc import Sequence

from policies.bench.libraries import load
from policies.bench.peers import Event, RowHits, Rule


def compile_each(rules: Sequence[Rule]) -> RowHits:
    """One program per rule, one context per event; an error is no hit."""
    cel = load("cel")
    programs = list(enumerate(cel.compile(rule.text) for rule in rules))

    def hits(event: Event) -> list[int]:
        context = cel.Context(variables=event)
        found = []
        for place, program in programs:
            try:
                if program.execute(context) is True:
                    found.append(place)
            except (TypeError, RuntimeError, ValueError):
                continue
        return found

    return hits
