"""Every translator of the benchmark says the same as the language itself, on random rules and events."""

import pytest

from policies.bench.ours import compile_reference
from policies.bench.peers import Rule, duckdb, polars
from policies.bench.row_speed import ENGINES, write_rules
from policies.bench.terms import UntranslatableError, read_clause
from policies.bench.workload.events import make_events, make_table
from policies.bench.workload.fields import SCHEMA

MODULES = {
    "cel-expr-python": "cel_expr_python.cel",
    "cel-expr-python, one list": "cel_expr_python.cel",
    "common-expression-language": "cel",
    "zen-engine": "zen",
    "zen-engine, one list": "zen",
    "zen-engine, decision graph": "zen",
    "rule-engine": "rule_engine",
    "json-logic-qubit": "json_logic",
}
# Each test of the language that the random rules use, right way round and negated, on fields that may be null.
TEXTS = (
    'category == "toys"', 'category != "toys"', '!(category == "toys")', '!(category != "toys")',
    'category in ["toys", "home"]', '!(category in ["toys", "home"])', "quantity > 1", "!(quantity > 1)",
    "quantity <= 1", "!(quantity <= 1)", "quantity >= 2", "quantity < 2", "amount > 2.5", "is_gift", "!is_gift",
    "is_gift == false", 'text.contains("a")', '!text.contains("a")', 'title.startsWith("t")', '!title.endsWith("s")',
    'text.matches("[0-9]")', '!text.matches("[0-9]")', "reason == null", "!(reason == null)",
    '!(quantity > 1 && category == "toys")', '!(quantity > 1 || !(amount < 9.0))', "via_api", "!via_api",
    'platform == "web" || !(strikes > 0)',
)  # fmt: skip
RULES = [Rule(f"T{place}", text, read_clause(text, SCHEMA)) for place, text in enumerate(TEXTS)]
RULES += write_rules(120, seed=11)


@pytest.fixture(scope="module")
def events():
    return make_events(250, seed=12)


@pytest.fixture(scope="module")
def expected(events):
    evaluate = compile_reference(RULES)
    found = [sorted(evaluate(event)) for event in events]
    # Both answers occur, or nothing is compared.
    assert all(any(place in hits for hits in found) for place in range(len(TEXTS)))
    return found


def test_every_engine_is_tried() -> None:
    assert set(ENGINES) - set(MODULES) == {name for name in ENGINES if name.startswith("aedile")}


@pytest.mark.parametrize("name", MODULES)
def test_row_engines_agree(name, events, expected) -> None:
    pytest.importorskip(MODULES[name], reason=f"{name} is not installed")
    evaluate = ENGINES[name](RULES)
    for event, wanted in zip(events, expected, strict=True):
        assert [RULES[place].text for place in evaluate(event)] == [RULES[place].text for place in wanted]


@pytest.mark.parametrize("engine", [duckdb, polars], ids=["duckdb", "polars"])
def test_table_engines_agree(engine, expected) -> None:
    pytest.importorskip(engine.__name__.rpartition(".")[2])
    found = engine.find_hits(RULES, make_table(250, seed=12))
    for place, rule in enumerate(RULES):
        assert found[place] == [number for number, hits in enumerate(expected) if place in hits], rule.text


def test_what_no_translator_knows_is_refused() -> None:
    with pytest.raises(UntranslatableError):
        read_clause("quantity + 1 > 2", SCHEMA)
