"""PostgreSQL gives the verdict of the reference evaluator on every rule that it does not refuse."""

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.engines.errors import DataError
from policies.engines.ibis.connections import open_engine
from policies.engines.ibis.engine import hits_of_records
from policies.engines.ibis.refusals import RefusedError
from policies.rulelang.quoting import quote
from tests.conftest import database_url
from tests.policies.engines.ibis.backtests import CONDITIONS, both_counts, ruleset, write_events
from tests.policies.engines.ibis.cases import (
    ALL,
    HOSTILE,
    PATTERNS,
    RECORDS,
    pattern_rows,
    wrong_answers,
    wrong_random_answers,
)
from tests.policies.rulelang.market import LISTS, SCHEMA, checked, record
from tests.policies.rulelang.random_conditions import conditions, records

pytest.importorskip("ibis", reason="SKIPPED FOR WANT OF IBIS: install requirements/analytics.txt")


@pytest.fixture(scope="module")
def engine():
    opened = open_engine("postgres", database_url("postgres"))
    yield opened
    opened.close()


@pytest.mark.parametrize("text", ALL)
def test_functions_and_traps_agree(engine, text):
    assert wrong_answers([text], engine) == []


@pytest.mark.untraced
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(conditions, min_size=20, max_size=40), st.lists(records, min_size=20, max_size=20))
def test_random_rules_agree(engine, made, many_values):
    assert wrong_random_answers(made, many_values, engine) == []


def test_patterns_find_the_same(engine):
    texts = [f"title.matches({quote(pattern)})" for pattern in PATTERNS]
    assert wrong_answers(texts, engine, pattern_rows()) == []


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1.3407807929942596e154, 1.5e-162, 1e-170]
)


@pytest.mark.untraced
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(numbers, numbers), min_size=50, max_size=50), numbers)
def test_doubles_at_the_ends_of_their_range_agree(engine, pairs, fixed):
    rows = [record(amount=a, shipping=b) for a, b in pairs]
    texts = [f"amount {sign} shipping {test}" for sign in "+-*/" for test in ("== 0.0", "> 1.0", "<= 1.0")]
    texts += [f"amount {sign} {fixed!r} != 0.0" for sign in "*/"] + [f"{fixed!r} {sign} amount != 0.0" for sign in "*/"]
    assert wrong_answers(texts, engine, rows) == []


@pytest.mark.parametrize("words", HOSTILE)
def test_no_word_is_anything_but_a_word(engine, words):
    written = quote(words)
    texts = [f"title == {written}", f"title.contains({written})", f"title in [{written}, 'b']"]
    texts += [f"[{written}].exists(x, x == title)", f"(title + {written}).endsWith({written})"]
    rows = [record(title=words), record(title=f"x{words}x"), record(title="other")]
    assert wrong_answers(texts, engine, rows) == []


def test_long_lists_are_sent_once_and_looked_up(engine):
    lists = {
        **LISTS,
        "codes": frozenset(range(0, 40_000, 2)),
        "words": frozenset(HOSTILE * 1) | set(map(str, range(2_000))),
    }
    texts = ["quantity in lists.codes", "!(quantity in lists.codes)", "title in lists.words", "!(title in lists.words)"]
    rows = [record(quantity=39_998, title="'"), record(quantity=3, title="x"), record(quantity=None, title=None)]
    found = hits_of_records({text: checked(text) for text in texts}, SCHEMA, rows, lists, engine)
    assert found == [[texts[0], texts[2]], [texts[1], texts[3]], [texts[1], texts[3]]]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("title == 'a\\u0000b'", "column 10: PostgreSQL cannot compute a text with the character NUL as"),
        ("title in ['a\\u0000b']", "column 1: PostgreSQL cannot compute a text with the character NUL as"),
        (r"title.matches('\\pL')", r"column 1: PostgreSQL cannot compute `\pL` in a regular expression as"),
        (
            "title.matches('(?:ab){256}')",
            "PostgreSQL cannot compute more than 255 repetitions in a regular expression as",
        ),
    ],
)
def test_what_means_something_else_is_refused(engine, text, part):
    with pytest.raises(RefusedError) as caught:
        hits_of_records({"R1": checked(text)}, SCHEMA, RECORDS, LISTS, engine)
    assert part in str(caught.value)


def test_a_text_that_postgres_cannot_have_is_told(engine):
    assert engine.can_hold("a\\0b")
    assert not engine.can_hold("a\0b")


def test_a_backtest_over_a_table_counts_the_same(engine, tmp_path):
    events = write_events(tmp_path / "events.parquet")
    table = pq.read_table(events).drop_columns(["span", "seller", "large"])
    with engine._session.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE events (id text, amount float8, needed float8, exact numeric, small int2,"
            " gaps float8, text text, flag boolean, at timestamptz, plain timestamp, tags text[], sizes float8[],"
            " occurred_at timestamptz, market varchar(9), extra jsonb)"
        )
        names = ", ".join(table.column_names)
        for row in table.to_pylist():
            cursor.execute(f"INSERT INTO events ({names}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values()))
    left_out = ("span", "seller", "large")
    ours, theirs = both_counts(
        engine,
        events,
        ruleset([text for text in CONDITIONS if not any(name in text for name in left_out)]),
        where="events",
    )
    assert theirs == ours
    with pytest.raises(DataError, match="PostgreSQL has no such table"):
        engine.events('no"where')
