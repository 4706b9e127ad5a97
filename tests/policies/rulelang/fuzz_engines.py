"""The engines that have to agree: by name, a function from checked rules and records to a matrix of hits.

A cell says whether a rule hits a record: True or False, or None when the engine was not asked. The first
engine is the reference. A new engine needs a module with a function `ask` and a line in OPTIONAL.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from policies.rulelang import RuleSet, RuleSpec, Truth, compile_condition, compile_ruleset, explain
from tests.policies.rulelang.fuzz_batch import Batch, Matrix
from tests.policies.rulelang.random_rules import SCHEMA

OPTIONAL = {
    "columnar": ("numpy", "pyarrow"),
    "parquet": ("numpy", "pyarrow"),
    "duckdb": ("ibis", "duckdb"),
    "cel": ("cel_expr_python",),
}
"""Engines in modules of their own, `fuzz_<name>`, and the packages that they need."""


def ask_reference(batch: Batch) -> Matrix:
    conditions = [compile_condition(rule) for rule in batch.rules]
    return batch.matrix(lambda place, record: conditions[place](record) is True)


def ask_row(batch: Batch) -> Matrix:
    engine = compile_ruleset(batch.ruleset)
    found = {id(record): {hit.rule for hit in engine.hits(record)} for record in batch.records}
    return batch.matrix(lambda place, record: f"R{place}" in found[id(record)])


def ask_row_alone(batch: Batch) -> Matrix:
    """Each rule in a set of its own: nothing is shared, everything is read late or at once as it alone needs."""
    engines = [compile_ruleset(RuleSet.build([RuleSpec("R", text, "hold")], SCHEMA)) for text in batch.texts[::10]]
    return batch.matrix(
        lambda place, record: None if place % 10 else engines[place // 10].verdict(record).outcome == "hold"
    )


def ask_explain(batch: Batch) -> Matrix:
    """Explaining costs a thousand times as much as evaluating: one rule in twenty, on three records."""
    asked = {id(record) for record in batch.records[::10]}
    return batch.matrix(
        lambda place, record: (
            explain(batch.rules[place], record).truth is Truth.TRUE if place % 20 == 0 and id(record) in asked else None
        )
    )


def engines() -> tuple[dict[str, Callable[[Batch], Matrix]], dict[str, str]]:
    """Return the engines that this machine has, the reference first, and why others are missing."""
    there: dict[str, Callable[[Batch], Matrix]] = {
        "reference": ask_reference,
        "row": ask_row,
        "row, each rule alone": ask_row_alone,
        "explain": ask_explain,
    }
    missing: dict[str, str] = {}
    for name, packages in OPTIONAL.items():
        lacking = [package for package in packages if find_spec(package) is None]
        if lacking:
            missing[name] = f"SKIPPED: {name} was not asked for want of {', '.join(lacking)}"
        else:
            there[name] = import_module(f"tests.policies.rulelang.fuzz_{name}").ask
    return there, missing
