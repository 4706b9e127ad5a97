"""The benchmark of backtests compares hits before it times anything, and each engine runs in its own process."""

import pytest

from policies.bench import backtest_speed
from policies.bench.backtest_speed import find_agreement, measure_backtests, run_once
from policies.bench.libraries import load
from policies.bench.markdown import as_markdown
from policies.bench.one_backtest import DECODING, DUCKDB, OURS, POLARS
from policies.bench.ours import compile_row, find_hits
from policies.bench.row_speed import write_rules
from policies.bench.workload.events import make_events, write_files


@pytest.fixture(scope="module")
def rules():
    return write_rules(60, seed=4)


def wrong_on(place):
    """The columnar engine, but blind for the rule at this place."""
    return lambda rules, table: [[] if at == place else hits for at, hits in enumerate(find_hits(rules, table))]


def test_our_engines_agree_with_each_other(rules) -> None:
    found = find_agreement(rules, seed=4)
    assert found.dropped == {}
    assert OURS not in found.excluded


def test_disagreement_and_missing_engines_are_told(rules, monkeypatch) -> None:
    hits = find_hits(rules, backtest_speed.make_table(2_000, 4))
    place = next(at for at, rows in enumerate(hits) if rows)
    finders = {"blind": wrong_on(place), "gone": lambda _rules, _table: load("no_such_library")}
    monkeypatch.setattr(backtest_speed, "FINDERS", finders)
    found = find_agreement(rules, seed=4)
    assert found.dropped == {rules[place].id: f"blind disagrees on {len(hits[place])} of 2000 events"}
    assert "not installed" in found.excluded["gone"]


@pytest.mark.parametrize("engine", [OURS, DUCKDB, POLARS])
def test_an_engine_counts_in_a_process_of_its_own(engine, rules, tmp_path) -> None:
    if engine != OURS:
        pytest.importorskip(engine)
    paths = write_files(str(tmp_path), 600, 9, rows_per_file=250)
    answer = run_once(engine, rules, paths)
    evaluate = compile_row(rules)
    expected = [0] * len(rules)
    for seed, rows in ((9_000, 250), (9_001, 250), (9_002, 100)):
        for event in make_events(rows, seed):
            for place in evaluate(event):
                expected[place] += 1
    assert answer["hits"] == expected
    assert answer["seconds"] > 0
    assert 20 < answer["peak_memory_mb"] < 2_000


@pytest.mark.slow
def test_the_report_tells_speed_memory_and_growth(rules, monkeypatch) -> None:
    monkeypatch.setattr(backtest_speed, "WORKLOADS", ((20, 4_000),))
    monkeypatch.setattr(backtest_speed, "ROUNDS", 1)
    monkeypatch.setattr(backtest_speed, "ENGINES", [OURS, DECODING])
    found = measure_backtests(rules, seed=4, scale=0.5)
    assert found["rules_20"]["rows"] == 2_000
    assert found["rules_20"]["other_counts"] == {}
    assert found["rules_20"]["engines"][OURS]["rows_per_second"] > 0
    assert found["rules_20"]["engines"][OURS]["ratio_to_decoding_alone"] > 0
    assert [step["rows"] for step in found["growth"].values()] == [200, 600, 2_000]
    machine = {"cores": 2, "memory_gb": 4.0, "system": "Linux", "python": "3.12.1"}
    row = {"agreement": found["agreement"], "rules_1": {OURS: {"us_per_event": 1.0, "ratio_to_peer": 1.0}}}
    text = as_markdown({"machine": machine, "seed": 4, "scale": 0.5, "results": {"row": row, "backtest": found}})
    assert "Backtest of 20 rules over 2,000 rows" in text
    assert "| 2,000 |" in text
