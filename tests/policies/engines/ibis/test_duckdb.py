"""DuckDB gives the verdict of the reference evaluator, whatever the rule and the record."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.engines.ibis.connections import open_engine
from policies.engines.ibis.engine import hits_of_records
from policies.engines.ibis.refusals import RefusedError
from policies.rulelang import MissingListError, Schema
from policies.rulelang.quoting import quote
from tests.policies.engines.ibis.cases import (
    ALL,
    HOSTILE,
    PATTERNS,
    RECORDS,
    WITH_NUL,
    pattern_rows,
    wrong_answers,
    wrong_random_answers,
)
from tests.policies.rulelang.market import LISTS, SCHEMA, checked, record
from tests.policies.rulelang.random_conditions import conditions, records

pytest.importorskip("ibis", reason="SKIPPED FOR WANT OF IBIS: install requirements/analytics.txt")
pytest.importorskip("duckdb", reason="SKIPPED FOR WANT OF DUCKDB: install requirements/analytics.txt")


@pytest.fixture(scope="module")
def engine():
    opened = open_engine("duckdb", "")
    yield opened
    opened.close()


def hits(texts, engine, records, lists=LISTS):
    return hits_of_records({text: checked(text) for text in texts}, SCHEMA, records, lists, engine)


def test_all_functions_and_traps_agree(engine):
    assert wrong_answers(ALL, engine) == []


@pytest.mark.untraced
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(conditions, min_size=20, max_size=40), st.lists(records, min_size=20, max_size=20))
def test_random_rules_agree(engine, made, many_values):
    assert wrong_random_answers(made, many_values, engine) == []


def test_patterns_find_the_same(engine):
    texts = [f"title.matches({quote(pattern)})" for pattern in PATTERNS]
    assert wrong_answers(texts, engine, pattern_rows()) == []


@pytest.mark.parametrize("words", [*HOSTILE, WITH_NUL])
def test_no_word_is_anything_but_a_word(engine, words):
    written = quote(words)
    texts = [
        f"title == {written}",
        f"title.contains({written})",
        f"title in [{written}, 'b']",
        f"title in lists.words || [{written}].exists(x, x == title)",
        f"(title + {written}).endsWith({written})",
        f"similarity(title, {written}) > 0.9",
    ]
    rows = [record(title=words), record(title=f"x{words}x"), record(title="other")]
    assert wrong_answers(texts, engine, rows) == []
    assert texts[0] in hits(texts, engine, rows)[0]


def test_entries_of_named_lists_are_only_words(engine):
    lists = {**LISTS, "words": frozenset(HOSTILE)}
    rows = [record(title=words) for words in HOSTILE]
    found = hits(["title in lists.words", "lists.words.exists(w, w == title)"], engine, rows, lists)
    assert all(len(hit) == 2 for hit in found)


def test_a_named_list_of_a_million_entries_is_looked_up(engine):
    lists = {**LISTS, "codes": frozenset(range(0, 2_000_000, 2)), "words": frozenset(map(str, range(20_000)))}
    texts = ["quantity in lists.codes", "!(quantity in lists.codes)", "title in lists.words", "size(lists.codes) > 1"]
    rows = [record(quantity=1_999_998, title="7"), record(quantity=3), record(quantity=None)]
    assert hits(texts, engine, rows, lists) == [
        [texts[0], texts[2], texts[3]],
        [texts[1], texts[3]],
        [texts[1], texts[3]],
    ]
    assert hits(["lists.words.exists(w, w == title)"], engine, rows[:1], lists) == [[]], "walks at most 10,000"


def test_what_cannot_be_computed_is_refused_with_rule_place_reason_and_hint(engine):
    lists = {**LISTS, "words": frozenset(map(str, range(20_000)))}
    rules = {"R1": checked("gift"), "R2": checked("gift &&\n tags.exists(t, t in lists.words)")}
    with pytest.raises(RefusedError) as caught:
        hits_of_records(rules, SCHEMA, RECORDS, lists, engine)
    assert str(caught.value) == (
        "DuckDB cannot evaluate these rules:\n"
        "R2: line 2, column 17: DuckDB cannot compute `in` with a list of more than 1000 entries inside a loop as the "
        "language says. Shorten the list, or use the engine row or columnar."
    )
    assert list(caught.value.by_rule) == ["R2"]


def test_a_condition_that_makes_too_large_a_query_is_refused(engine):
    text = "amount"
    for _ in range(30):
        text = f"1.0 / ({text})"
    with pytest.raises(RefusedError, match="becomes too large a query"):
        hits([f"{text} > 0.5"], engine, RECORDS)


def test_long_chains_are_no_deep_queries(engine):
    text = " || ".join(f"quantity == {number}" for number in range(900))
    assert wrong_answers([text], engine) == []


def test_a_list_that_was_not_passed_is_an_error(engine):
    with pytest.raises(MissingListError):
        hits(["title in lists.words"], engine, RECORDS, {})


def test_rules_without_fields_and_sets_without_rules(engine):
    assert hits(["true", "1 > 2"], engine, RECORDS[:1]) == [["true"]]
    assert hits_of_records({}, Schema.build(fields={}), RECORDS[:2], {}, engine) == [[], []]
