"""The benchmark's events and rules: 63 fields, the same again for the same seed, other ones for another."""

import pytest

from policies.bench.workload.events import DAYS, make_events, make_table, write_files
from policies.bench.workload.fields import FIELDS, SCHEMA
from policies.bench.workload.rule_texts import make_rules
from policies.rulelang import Record, RuleSet, find_misfits


def test_there_are_63_fields_and_every_event_fits_them() -> None:
    assert len(FIELDS) == 63
    for event in make_events(200, seed=3):
        assert event.keys() == FIELDS.keys()
        assert find_misfits(SCHEMA, event) == []


def test_fields_that_may_be_null_are_so_now_and_then_and_others_never() -> None:
    table = make_table(2_000, seed=3)
    for name, field in FIELDS.items():
        assert (table[name].null_count > 0) is field.nullable, name


def test_a_seed_makes_the_same_events_and_another_seed_others() -> None:
    assert make_table(500, seed=3).equals(make_table(500, seed=3))
    assert not make_table(500, seed=3)["title"].equals(make_table(500, seed=4)["title"])
    assert make_rules(50, seed=3) == make_rules(50, seed=3)
    assert make_rules(50, seed=3) != make_rules(50, seed=4)


def test_days_rise_over_the_period() -> None:
    days = make_table(900, seed=1)["day"].to_pylist()
    assert days == sorted(days)
    assert (days[-1] - days[0]).days == DAYS - 1


def test_files_hold_all_rows(tmp_path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    paths = write_files(str(tmp_path), 1_000, seed=1, rows_per_file=400)
    assert [parquet.read_metadata(path).num_rows for path in paths] == [400, 400, 200]


def test_rules_are_sound_and_some_events_meet_them() -> None:
    rules = RuleSet.build(make_rules(200, seed=5), SCHEMA)
    events = [Record(event) for event in make_events(400, seed=5)]
    shares = [sum(rule.holds(event) is True for event in events) / len(events) for rule in rules.rules]
    assert sum(share > 0 for share in shares) > len(shares) / 3
    assert max(shares) < 0.9
