"""The benchmark compares verdicts before it times anything, and says who takes no part."""

from itertools import groupby

import pytest

from policies.bench import row_speed
from policies.bench.libraries import MissingLibraryError, load
from policies.bench.markdown import describe_agreement, describe_rows
from policies.bench.ours import compile_reference
from policies.bench.row_speed import OURS, find_agreement, measure_rows, write_rules
from policies.bench.timing import ROUNDS, Pace, time_in_turns
from policies.bench.workload.events import make_events


def wrong_on(*places: int):
    """An engine that is wrong on the rules at these places, on every event."""

    def compile_rules(rules):
        evaluate = compile_reference(rules)
        return lambda event: sorted({*evaluate(event)} ^ {*places})

    return compile_rules


def missing(_rules):
    load("no_such_library")


def test_a_missing_library_is_said_and_no_error() -> None:
    with pytest.raises(MissingLibraryError, match=r"requirements/bench\.txt"):
        load("no_such_library")


def test_disagreement_is_found_and_left_out(monkeypatch) -> None:
    engines = {OURS: compile_reference, "odd": wrong_on(3), "wrong": wrong_on(1, 2, 4), "gone": missing}
    monkeypatch.setattr(row_speed, "ENGINES", engines)
    rules, events = write_rules(100, seed=1), make_events(10, seed=1)
    found = find_agreement(rules, events)
    assert found.dropped == {"R0003": "odd disagrees on 10 of 10 events"}
    assert found.excluded["wrong"] == "disagrees on 3 of 100 rules"
    assert "not installed" in found.excluded["gone"]


def test_what_is_left_out_is_not_timed_and_stands_in_the_report(monkeypatch) -> None:
    engines = {OURS: compile_reference, "odd": wrong_on(3), "gone": missing}
    monkeypatch.setattr(row_speed, "ENGINES", engines)
    monkeypatch.setattr(row_speed, "RULE_COUNTS", (1, 100))
    results = measure_rows(write_rules(100, seed=1), seed=1, scale=0.01)
    assert results["rules_100"].keys() == {OURS, "odd"}
    assert results["rules_100"][OURS]["ratio_to_peer"] == 1
    assert results["rules_100"]["odd"]["us_per_event"] > results["rules_1"]["odd"]["us_per_event"] > 0
    text = "\n".join([describe_rows(results), *describe_agreement(results["agreement"])])
    assert "| odd |" in text
    assert "R0003: odd disagrees on" in text
    assert "gone: no_such_library is not installed" in text


def test_engines_take_turns() -> None:
    calls: list[str] = []
    paces = time_in_turns(
        {name: lambda _event, name=name: calls.append(name) for name in "ab"}, list(range(10)), scale=0.001
    )
    turns = "".join(name for name, _calls in groupby(calls))
    assert turns.endswith("ab" * ROUNDS)
    assert all(len(pace.rounds) == ROUNDS for pace in paces.values())


def test_a_ratio_is_taken_within_the_rounds() -> None:
    assert Pace((2.0, 40.0, 6.0)).ratio_to(Pace((1.0, 20.0, 2.0))) == 2.0
    assert Pace((2.0, 40.0, 6.0)).median == 6.0
