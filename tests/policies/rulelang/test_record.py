"""Values of records are read strictly; absent and null are the same."""

from collections import UserDict
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from policies.rulelang import Field, Record, Schema, find_misfits, parse_type
from policies.rulelang.record import UNKNOWN, field_reader

MAX, MIN = 2**63 - 1, -(2**63)
T = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spelling", "raw", "value"),
    [
        ("bool", True, True),
        ("bool", 1, UNKNOWN),
        ("bool", "true", UNKNOWN),
        ("int", 5, 5),
        ("int", 5.0, 5),
        ("int", 5.5, UNKNOWN),
        ("int", True, UNKNOWN),
        ("int", "5", UNKNOWN),
        ("int", MAX, MAX),
        ("int", MAX + 1, UNKNOWN),
        ("int", MIN, MIN),
        ("int", MIN - 1, UNKNOWN),
        ("int", float("nan"), UNKNOWN),
        ("double", 5, 5.0),
        ("double", 0.5, 0.5),
        ("double", Decimal("0.25"), 0.25),
        ("double", Decimal("sNaN"), UNKNOWN),
        ("double", True, UNKNOWN),
        ("double", "0.5", UNKNOWN),
        ("double", float("nan"), UNKNOWN),
        ("double", float("inf"), UNKNOWN),
        ("double", 10**400, UNKNOWN),
        ("string", "naïve", "naïve"),
        ("string", "", ""),
        ("string", 5, UNKNOWN),
        ("string", "half \ud800", UNKNOWN),
        ("string", "x" * 100_001, UNKNOWN),
        ("timestamp", "2026-01-31T09:30:00+01:00", T),
        ("timestamp", T, T),
        ("timestamp", datetime(2026, 1, 31, 3, 30, tzinfo=timezone(timedelta(hours=-5))), T),
        ("timestamp", datetime(2026, 1, 31, 8, 30), UNKNOWN),
        ("timestamp", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), UNKNOWN),
        ("timestamp", "2026-01-31", UNKNOWN),
        ("timestamp", 5, UNKNOWN),
        ("duration", "90s", timedelta(seconds=90)),
        ("duration", timedelta(1), timedelta(1)),
        ("duration", timedelta(days=999_999_999), UNKNOWN),
        ("duration", "soon", UNKNOWN),
        ("duration", 5, UNKNOWN),
        ("list<int>", [1, 2], (1, 2)),
        ("list<double>", (1, 2.5), (1.0, 2.5)),
        ("list<string>", [], ()),
        ("list<int>", [1, "2"], UNKNOWN),
        ("list<int>", [1, None], UNKNOWN),
        ("list<int>", "12", UNKNOWN),
        ("list<int>", [1] * 257, UNKNOWN),
    ],
)
def test_reading_a_value(spelling, raw, value):
    found = field_reader("x", Field(parse_type(spelling)))({"x": raw})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("values", [{}, {"x": None}])
def test_absent_and_null_are_the_same(values):
    assert field_reader("x", Field(parse_type("int?")))(values) is None
    assert field_reader("x", Field(parse_type("int")))(values) is UNKNOWN


def test_nested_values():
    read = field_reader("a.b.c", Field(parse_type("int?")))
    assert read({"a": {"b": {"c": 1}}}) == 1
    assert read({"a": UserDict({"b": {"c": 1}})}) == 1
    assert read({"a": {"b": {}}}) is None
    assert read({"a": {}}) is None
    assert read({}) is None
    assert read({"a": None}) is None
    assert read({"a": {"b": "text"}}) is UNKNOWN
    assert field_reader("a.b", Field(parse_type("int")))({}) is UNKNOWN


def test_misfits_are_told_in_words():
    schema = Schema.build(fields={"id": "string", "amount": "double?", "seller.rate": "double", "big": "int?"})
    assert find_misfits(schema, {"id": "1", "seller": {"rate": 1}, "other": object()}) == []
    assert find_misfits(schema, {"id": 1, "amount": "x" * 100, "seller": "x", "big": 10**5000}) == [
        "id: 1 does not fit, the schema wants text (string)",
        f"amount: '{'x' * 56}… does not fit, the schema wants a number (double?)",
        "seller.rate: 'x' does not fit, the schema wants a number (double)",
        "big: a number of thousands of digits does not fit, the schema wants a whole number (int?)",
    ]
    assert find_misfits(schema, {"id": "1", "seller": {}}) == [
        "seller.rate: nothing is there, the schema wants a number (double)"
    ]


def test_the_instant_of_evaluation_has_a_zone():
    with pytest.raises(ValueError, match="has no time zone"):
        Record({}, datetime(2026, 1, 1))
    assert Record({}, T).now == T
    assert Record({}).now is None
