"""A backtest on DuckDB counts what the columnar engine counts."""

import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from policies.engines.backtest.request import Request
from policies.engines.columnar.program import program_of
from policies.engines.errors import DataError
from policies.engines.ibis.backtesting import RULES_PER_QUERY, run_backtest_on
from policies.engines.ibis.connections import open_engine
from policies.engines.ibis.engine import EngineFailedError
from tests.policies.engines.ibis.backtests import LISTS, both_counts, ruleset, write_events

pytest.importorskip("ibis", reason="SKIPPED FOR WANT OF IBIS: install requirements/analytics.txt")
duckdb = pytest.importorskip("duckdb", reason="SKIPPED FOR WANT OF DUCKDB: install requirements/analytics.txt")


@pytest.fixture
def engine():
    opened = open_engine("duckdb", "")
    yield opened
    opened.close()


@pytest.fixture
def events(tmp_path):
    return write_events(tmp_path / "events.parquet")


def requested(rules):
    return Request(program_of(rules, LISTS))


@pytest.mark.parametrize("now", [None, datetime(2026, 2, 1, tzinfo=UTC)])
def test_every_type_of_column_is_read_the_same(engine, events, now):
    ours, theirs = both_counts(engine, events, ruleset(), now=now)
    assert theirs == ours
    assert sum(ours["hits"].values()) > 1_000


def test_folders_with_files_of_different_columns(engine, events, tmp_path):
    table = pq.read_table(events)
    pq.write_table(table.drop_columns(["exact"]), tmp_path / "b.parquet")
    pq.write_table(table.slice(0, 7), tmp_path / "it's one.parquet")
    ours, theirs = both_counts(engine, tmp_path, ruleset())
    assert theirs == ours
    assert ours["rows"] == 407


def test_more_rules_than_one_query_takes(engine, events):
    rules = ruleset([f"amount > {number}.0" for number in range(RULES_PER_QUERY + 20)])
    ours, theirs = both_counts(engine, events, rules)
    assert theirs == ours


def test_a_table_in_a_file_of_duckdb(events, tmp_path):
    with duckdb.connect(str(tmp_path / "e.duckdb")) as connection:
        connection.execute(f"CREATE SCHEMA s; CREATE TABLE s.e AS SELECT * EXCLUDE (span) FROM '{events}'")
    engine = open_engine("duckdb", f"duckdb://{tmp_path / 'e.duckdb'}")
    rules = ruleset(["amount > 100.0", "tags.exists(t, t == 'a')", "seller.rate > 0.5"])
    ours, theirs = both_counts(engine, events, rules, where="s.e")
    assert theirs == ours
    with pytest.raises(DataError, match=r"s\.none: DuckDB has no such table, nor is there such a file"):
        engine.events("s.none")
    engine.close()


def test_what_is_wrong_with_columns_is_told(engine, tmp_path):
    path = tmp_path / "wrong.parquet"
    pq.write_table(pa.table({"needed": ["x"], "at": ["2026-01-01T00:00:00Z"]}), path)
    rules = ruleset(["needed > 1.0"])
    with pytest.raises(DataError) as caught:
        run_backtest_on(engine, rules, requested(rules), str(path))
    assert str(caught.value) == (f"{path}, column needed: the column holds string, the schema wants a number (double)")
    rules = ruleset(["at > timestamp('2026-01-01T00:00:00Z')"])
    with pytest.raises(DataError, match="column at: the column holds text, and DuckDB needs times kept as times"):
        run_backtest_on(engine, rules, requested(rules), str(path))


def test_files_that_cannot_be_read_are_told(engine, events, tmp_path):
    rules = ruleset(["amount > 1.0"])
    data = events.read_bytes()
    broken = tmp_path / "broken" / "e.parquet"
    broken.parent.mkdir()
    broken.write_bytes(data[:200] + b"\0" * 4000 + data[4200:])
    with pytest.raises(EngineFailedError, match="DuckDB failed: "):
        run_backtest_on(engine, rules, requested(rules), str(broken))
    wild = tmp_path / "wild" / "e[1].parquet"
    wild.parent.mkdir()
    wild.write_bytes(data)
    with pytest.raises(DataError, match=re.escape("engines take * ? [ ] { } in a name for a pattern")):
        run_backtest_on(engine, rules, requested(rules), str(wild))
    with pytest.raises(DataError, match="no such file or folder"):
        run_backtest_on(engine, rules, requested(rules), str(tmp_path / "none.parquet"))


def test_labels_and_samples_are_left_to_the_columnar_engine(engine, events):
    rules = ruleset(["amount > 1.0"])
    with pytest.raises(DataError, match="labels and samples are counted by the engine columnar only"):
        run_backtest_on(engine, rules, Request(program_of(rules, LISTS), sample=3), str(events))
