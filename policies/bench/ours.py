"""Our engines, called the way the product calls them."""

from collections.abc import Sequence

from policies.bench.peers import Event, RowHits, Rule
from policies.bench.workload.fields import SCHEMA
from policies.rulelang import Record, RuleSet, RuleSpec, verdict


def build_ruleset(rules: Sequence[Rule]) -> RuleSet:
    """Return the rules as a checked set of the main lane."""
    return RuleSet.build([RuleSpec(rule.id, rule.text, "review") for rule in rules], SCHEMA)


def compile_reference(rules: Sequence[Rule]) -> RowHits:
    """The reference evaluator, which every engine is held against."""
    ruleset = build_ruleset(rules)
    places = {rule.id: place for place, rule in enumerate(rules)}

    def hits(event: Event) -> list[int]:
        return [places[hit.rule] for hit in verdict(ruleset, Record(event)).hits]

    return hits
