"""Conditions are judged with their schema and their tests."""

from datetime import UTC, datetime
from typing import Any

import pytest

from policies.domain.conditions import (
    RuleSchemas,
    RuleTest,
    find_condition_problems,
    find_errors,
    find_failed_tests,
    moment_of,
)
from policies.domain.rules import Expectation
from policies.rulelang import ConditionError, Schema

SCHEMA = Schema.build(fields={"price": "double?", "seller.registered_at": "timestamp?"}, lists={"good": "string"})


def test_warnings_are_no_errors() -> None:
    assert [problem.severity for problem in find_condition_problems("price > 5 && price < 3", SCHEMA)] == ["warning"]
    assert find_errors("price > 5 && price < 3", SCHEMA) == ()
    assert [problem.column for problem in find_errors("prize > 5", SCHEMA)] == [1]


def test_each_target_has_its_own_schema() -> None:
    other = Schema.build(fields={"seller.id": "string"})
    schemas = RuleSchemas(SCHEMA, {"seller": other})
    assert schemas.of("") is SCHEMA
    assert schemas.of("seller") is other
    with pytest.raises(KeyError):
        schemas.of("moon")


def test_unknown_counts_as_no_hit() -> None:
    tests = [
        RuleTest(1, "null", {"price": None}, Expectation.NO_HIT),
        RuleTest(2, "null, hit wished", {"price": None}, Expectation.HIT),
        RuleTest(3, "dear", {"price": 9.0}, Expectation.HIT),
        RuleTest(4, "dear, no hit wished", {"price": 9.0}, Expectation.NO_HIT),
    ]
    failed = find_failed_tests("price > 5", SCHEMA, tests, {"good": frozenset()})
    assert [test.id for test in failed] == [2, 4]
    with pytest.raises(ConditionError):
        find_failed_tests("prize > 5", SCHEMA, tests, {})


def test_a_test_is_judged_as_of_its_event() -> None:
    values = {"event": {"occurred_at": "2026-03-10T00:00:00Z"}, "seller": {"registered_at": "2026-03-01T00:00:00Z"}}
    test = RuleTest(1, "young", values, Expectation.HIT)
    assert find_failed_tests("days_since(seller.registered_at) < 10", SCHEMA, [test], {"good": frozenset()}) == []
    assert find_failed_tests("days_since(seller.registered_at) < 9", SCHEMA, [test], {"good": frozenset()}) == [test]


@pytest.mark.parametrize(
    ("values", "moment"),
    [
        ({"event": {"occurred_at": "2026-03-10T01:00:00+01:00"}}, datetime(2026, 3, 10, tzinfo=UTC)),
        ({"event": {"occurred_at": datetime(2026, 3, 10, tzinfo=UTC)}}, datetime(2026, 3, 10, tzinfo=UTC)),
        ({"event": {"occurred_at": "2026-03-10T01:00:00"}}, None),
        ({"event": {"occurred_at": "soon"}}, None),
        ({"event": {"occurred_at": 3}}, None),
        ({"event": 3}, None),
        ({}, None),
    ],
)
def test_the_moment_of_a_record(values: dict[str, Any], moment: datetime | None) -> None:
    assert moment_of(values) == moment
