"""Measure engines that evaluate one event at a time: agreement first, then the time per event."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from policies.bench.agreement import Agreement
from policies.bench.libraries import MissingLibraryError
from policies.bench.ours import compile_reference, compile_row
from policies.bench.peers import Event, RowCompiler, RowHits, Rule, google_cel, json_logic, rule_engine, rust_cel, zen
from policies.bench.terms import read_clause
from policies.bench.timing import Pace, time_in_turns
from policies.bench.workload.events import make_events
from policies.bench.workload.fields import SCHEMA
from policies.bench.workload.rule_texts import make_rules

OURS = "aedile row"
REFERENCE = "aedile reference"
ENGINES: dict[str, RowCompiler] = {
    OURS: compile_row,
    REFERENCE: compile_reference,
    "cel-expr-python": google_cel.compile_each,
    "cel-expr-python, one list": google_cel.compile_list,
    "common-expression-language": rust_cel.compile_each,
    "zen-engine": zen.compile_each,
    "zen-engine, one list": zen.compile_list,
    "zen-engine, decision graph": zen.compile_graph,
    "rule-engine": rule_engine.compile_each,
    "json-logic-qubit": json_logic.compile_each,
}
RULE_COUNTS = (1, 10, 100, 1000)
EVENTS = 2_000
_SAMPLE = 100


def write_rules(count: int, seed: int) -> list[Rule]:
    """Return rules of the benchmark for translators."""
    return [Rule(spec.id, spec.when, read_clause(spec.when, SCHEMA)) for spec in make_rules(count, seed)]


def measure_rows(rules: Sequence[Rule], *, seed: int, scale: float) -> dict[str, Any]:
    """Return what came out per number of rules and engine, the agreement first."""
    events = make_events(EVENTS, seed)
    agreement = find_agreement(rules, events[: round(_SAMPLE * min(max(scale, 0.1), 1.0))])
    kept = [rule for rule in rules if rule.id not in agreement.dropped]
    engines = {name: compiler for name, compiler in ENGINES.items() if name not in agreement.excluded}
    results: dict[str, Any] = {"agreement": agreement.as_json()}
    for count in RULE_COUNTS:
        results[f"rules_{count}"] = _measure_count(kept[:count], engines, events, scale)
    return results


def find_agreement(rules: Sequence[Rule], events: Sequence[Event]) -> Agreement:
    """Compare every engine with the reference on every rule and event."""
    found = Agreement(len(events), len(rules))
    expected = [frozenset(hits) for hits in map(compile_reference(rules), events)]
    for name, compiler in ENGINES.items():
        try:
            evaluate = compiler(rules)
        except MissingLibraryError as error:
            found.excluded[name] = str(error)
            continue
        found.note(name, _find_differences(evaluate, events, expected), rules)
    return found


def _find_differences(evaluate: RowHits, events: Sequence[Event], expected: Sequence[frozenset[int]]) -> dict[int, int]:
    differing: dict[int, int] = {}
    for event, wanted in zip(events, expected, strict=True):
        for place in wanted.symmetric_difference(evaluate(event)):
            differing[place] = differing.get(place, 0) + 1
    return differing


def _measure_count(
    rules: Sequence[Rule], compilers: Mapping[str, RowCompiler], events: Sequence[Event], scale: float
) -> dict[str, Any]:
    engines, seconds = {}, {}
    for name, compiler in compilers.items():
        began = time.process_time()
        engines[name] = compiler(rules)
        seconds[name] = time.process_time() - began
    paces = time_in_turns(engines, events, scale=scale)
    return {name: _describe(pace, paces[OURS], seconds[name]) for name, pace in paces.items()}


def _describe(pace: Pace, ours: Pace, compile_seconds: float) -> dict[str, float]:
    return {
        "us_per_event": round(pace.median, 2),
        "ratio_to_peer": round(pace.ratio_to(ours), 2),
        "compile_ms": round(compile_seconds * 1e3, 1),
    }
