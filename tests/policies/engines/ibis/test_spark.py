"""Spark in local mode gives the verdict of the reference evaluator on every rule that it does not refuse."""

import os
import shutil

import pytest

from policies.engines.ibis.connections import open_engine
from policies.engines.ibis.engine import hits_of_records
from policies.engines.ibis.refusals import RefusedError
from policies.rulelang.patterns import compile_pattern
from policies.rulelang.quoting import quote
from tests.policies.engines.ibis.backtests import CONDITIONS, both_counts, ruleset, write_events
from tests.policies.engines.ibis.cases import ALL, HOSTILE, PATTERNS, RECORDS, WITH_NUL, pattern_rows, wrong_answers
from tests.policies.rulelang.market import LISTS, SCHEMA, checked, record

pytest.importorskip("ibis", reason="SKIPPED FOR WANT OF IBIS: install requirements/analytics.txt")
pytest.importorskip("pyspark", reason="SKIPPED FOR WANT OF SPARK: run `make spark`")
pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="SKIPPED FOR WANT OF JAVA: Spark needs Java 17")


@pytest.fixture(scope="module")
def engine():
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", "--driver-memory 1g pyspark-shell")
    opened = open_engine("spark", "")
    yield opened
    opened.close()


def is_taken(text, engine):
    """Whether the engine takes a rule; whatever it refuses it refuses in our words."""
    try:
        hits_of_records({"R": checked(text)}, SCHEMA, [], LISTS, engine)
    except RefusedError:
        return False
    return True


def test_functions_and_traps_agree(engine):
    taken = [text for text in ALL if is_taken(text, engine)]
    assert {text for text in ALL if text not in taken} == {text for text in ALL if "similarity(" in text}
    assert wrong_answers(taken, engine) == []


def test_patterns_find_the_same(engine):
    texts = [f"title.matches({quote(pattern)})" for pattern in PATTERNS]
    taken = [text for text in texts if is_taken(text, engine)]
    assert len(taken) > 35
    assert wrong_answers(taken, engine, pattern_rows()) == []


def test_no_word_is_anything_but_a_word(engine):
    words = [*HOSTILE, WITH_NUL]
    texts = [f"title == {quote(word)}" for word in words] + [f"title.contains({quote(word)})" for word in words]
    texts += [f"[{quote(word)}].exists(x, x == title)" for word in words]
    rows = [record(title=word) for word in words] + [record(title=f"x{word}x") for word in words]
    assert wrong_answers(texts, engine, rows) == []


def test_what_java_may_search_without_end_is_refused(engine):
    compile_pattern("(a+)+$")
    with pytest.raises(RefusedError, match="Spark cannot compute a group that is repeated in a regular expression"):
        hits_of_records({"R": checked("title.matches('(a+)+$')")}, SCHEMA, RECORDS, LISTS, engine)


def test_a_backtest_counts_the_same(engine, tmp_path):
    events = write_events(tmp_path / "events.parquet")
    ours, theirs = both_counts(engine, events, ruleset([text for text in CONDITIONS if "large" not in text]))
    assert theirs == ours


def test_a_table_that_is_not_there_is_told(engine):
    with pytest.raises(ValueError, match="Spark has no such table"):
        engine.events("nowhere")
