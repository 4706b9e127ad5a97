"""Our engines, called the way the product calls them."""

from collections.abc import Sequence
from typing import Any

from policies.bench.peers import Event, RowHits, Rule
from policies.bench.workload.fields import SCHEMA
from policies.engines.columnar.engine import ColumnarEngine
from policies.rulelang import Record, RuleSet, RuleSpec, compile_ruleset, verdict


def build_ruleset(rules: Sequence[Rule]) -> RuleSet:
    """Return the rules as a checked set of the main lane."""
    return RuleSet.build([RuleSpec(rule.id, rule.text, "review") for rule in rules], SCHEMA)


def compile_row(rules: Sequence[Rule]) -> RowHits:
    """The row engine: the verdict on one event, as the decision API asks for it."""
    engine = compile_ruleset(build_ruleset(rules))
    places = {rule.id: place for place, rule in enumerate(rules)}

    def hits(event: Event) -> list[int]:
        return [places[hit.rule] for hit in engine.verdict(Record(event)).hits]

    return hits


def compile_reference(rules: Sequence[Rule]) -> RowHits:
    """The reference evaluator, which every engine is held against."""
    ruleset = build_ruleset(rules)
    places = {rule.id: place for place, rule in enumerate(rules)}

    def hits(event: Event) -> list[int]:
        return [places[hit.rule] for hit in verdict(ruleset, Record(event)).hits]

    return hits


def find_hits(rules: Sequence[Rule], table: Any) -> list[list[int]]:
    """The columnar engine: for each rule the positions of the rows of an Arrow table that it hits."""
    masks = ColumnarEngine.of(build_ruleset(rules), {}).hits(table)
    return [mask.nonzero()[0].tolist() for mask in masks]
