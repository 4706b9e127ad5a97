"""The columnar engine gives on every row what the reference evaluator gives on the record."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engines.columnar.engine import ColumnarEngine
from policies.rulelang import Lane, Record, RuleSet, RuleSpec, Schema, check, compile_condition, verdict
from policies.rulelang.functions import FUNCTIONS
from tests.policies.engines.market_table import flat, market_table
from tests.policies.rulelang import random_conditions
from tests.policies.rulelang.market import LISTS, NOW, SCHEMA, VALUES

MIN, MAX = -(2**63), 2**63 - 1


def engine_of(schema, *texts, lists=None):
    """An engine with one rule per condition."""
    specs = [RuleSpec(f"r{place}", text, "block") for place, text in enumerate(texts)]
    return ColumnarEngine.of(RuleSet.build(specs, schema), lists or {})


def assert_agrees(text, fields, rows, types=None, now=None):
    """Compare the engine with the reference on rows of plain values."""
    schema = Schema.build(fields=fields)
    holds = compile_condition(check(text, schema).require())
    expected = [holds(Record({"x": row, "y": row}, now)) is True for row in rows]
    column = pa.array(rows, (types or {}).get("x"))
    table = pa.table(dict.fromkeys(fields, column))
    assert engine_of(schema, text).hits(table, now)[0].tolist() == expected, text


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_every_example_of_the_reference_holds_on_columns(function):
    table = market_table(flat(VALUES))
    assert [mask.tolist() for mask in engine_of(SCHEMA, function.example, lists=LISTS).hits(table, NOW)] == [[True]]


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_every_example_agrees_where_data_is_missing(function):
    rows = [{"gift": True, "id": "e2", "event": VALUES["event"]}, VALUES, {"id": "e3"}]
    negated = f"!({function.example})"
    hits = engine_of(SCHEMA, function.example, negated, lists=LISTS).hits(market_table(*map(flat, rows)), NOW)
    for text, mask in zip((function.example, negated), hits, strict=True):
        holds = compile_condition(check(text, SCHEMA).require())
        assert mask.tolist() == [holds(Record(row, NOW, LISTS)) is True for row in rows]


CORNERS = [0, 1, -1, 2, -2, 7, -7, 10, MIN, MIN + 1, MAX, MAX - 1, 2**62, -(2**62), 2**53 + 1, 3037000500, None]


@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "%"])
@pytest.mark.parametrize("fixed", [0, 1, -1, 3, -3, MIN, MAX, 2**32])
def test_whole_numbers_at_their_bounds(sign, fixed):
    shown = f"({fixed})" if fixed > MIN else f"(-{MAX} - 1)"
    for text in (
        f"x {sign} {shown} > 0",
        f"!(x {sign} {shown} > 0)",
        f"{shown} {sign} x == x",
        f"-x {sign} x < {shown}",
    ):
        assert_agrees(text, {"x": "int?"}, CORNERS, {"x": pa.int64()})


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_numbers_that_leave_the_finite(sign):
    rows = [0.0, -0.0, 1.0, -1.5, 1e308, -1e308, 5e-324, float("nan"), float("inf"), float("-inf"), None, 2.0**63]
    for text in (
        f"x {sign} 1e308 > 0.0",
        f"!(x {sign} x > 0.5)",
        f"1.0 {sign} x != x",
        "int(x) > 0",
        "x == x",
        "x != x",
    ):
        assert_agrees(text, {"x": "double?"}, rows)
        assert_agrees(text, {"x": "double"}, rows)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"])
def test_whole_numbers_of_any_width(dtype):
    limits = np.iinfo(dtype)
    rows = [limits.min, limits.max, 0, 1, 100, None]
    limit = limits.max
    for text in (
        f"x > {limit - 1}",
        "x < -1",
        "x >= 300",
        "x != 100",
        f"x in [1, {limit}, 5000000000]",
        "x > 99.5",
        "x >= 99.5",
        "x < 0.5",
        "x <= -0.5",
        "x == 100.0",
        "x != 0.5",
        f"x * 3 > {limit}",
        "!(x > 5)",
        "x == null",
        "x > 1e300",
        "x in [0.5, 1.0]",
    ):
        assert_agrees(text, {"x": "int?"}, rows, {"x": getattr(pa, dtype)()})


def test_whole_numbers_beyond_the_signed_ones_are_unknown():
    table = pa.table({"x": pa.array([1, 2**63, 2**64 - 1, None], pa.uint64())})
    schema = Schema.build(fields={"x": "int?"})
    hits = engine_of(schema, "x > 0", "!(x > 0)", "x != 5", "x == null").hits(table)
    assert [mask.tolist() for mask in hits] == [
        [True, False, False, False],
        [False] * 4,
        [True, False, False, True],
        [False, False, False, True],
    ]


def test_whole_numbers_written_as_floating_ones():
    table = pa.table({"x": [1.0, 2.5, float("nan"), None, 2.0**63, -(2.0**63)]})
    schema = Schema.build(fields={"x": "int?"})
    assert [mask.tolist() for mask in engine_of(schema, "x != 7", "x < 0").hits(table)] == [
        [True, False, False, True, False, True],
        [False, False, False, False, False, True],
    ]


MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=UTC),
    datetime(2026, 1, 4, tzinfo=UTC),
    None,
]


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"x.get{part}() > {limit}"
            for part in ("FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear", "Hours", "Minutes")
            for limit in (0, 3, 28)
        ),
        "x.getSeconds() == 59",
        "x.getMilliseconds() == 999",
        "x.getMilliseconds() == 250",
        'x + duration("24h") > x',
        'x - duration("8760h") < x',
        'x - x == duration("0s")',
        "days_since(x) > 100.5",
        "!(days_since(x) > 0)",
        'x == timestamp("2026-01-04T00:00:00Z")',
        'x in [timestamp("2026-01-04T00:00:00Z")]',
        'x - timestamp("1970-01-01T00:00:00Z") > duration("-1us")',
        '(x - timestamp("1970-01-01T00:00:00Z")).getHours() == 0',
    ],
)
def test_points_in_time(text):
    assert_agrees(text, {"x": "timestamp?"}, MOMENTS, {"x": pa.timestamp("us", "UTC")}, now=NOW)


def test_lengths_of_time():
    longest = timedelta(seconds=315_576_000_000)
    rows = [timedelta(), longest, -longest, timedelta(hours=-1, minutes=-30), timedelta(days=2, microseconds=1), None]
    for text in (
        'x + x > duration("0s")',
        'x - duration("1us") < x',
        "x.getHours() == -1",
        "x.getMinutes() < 0",
        "x.getSeconds() == 172800",
        "-1 == x.getHours()",
    ):
        assert_agrees(text, {"x": "duration?"}, rows, {"x": pa.duration("us")})


TEXTS = ["", "a", "ab", "AB", "École", "İß", "a\nb", "😀 x", "a" * 100_001, "٣", "abc def", None, "abc\n"]


@pytest.mark.parametrize("is_dictionary", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        'x == "a"',
        'x != "a"',
        'x in ["a", "ab", ""]',
        '!(x in ["a"])',
        'x < "b"',
        'x >= "École"',
        'x.contains("b")',
        '!x.contains("b")',
        'x.startsWith("a")',
        'x.endsWith("b")',
        r'x.matches(r"^\d+$")',
        r'x.matches("c$")',
        r'x.matches("(?i)école")',
        'x.matches("^.$")',
        "size(x) == 2",
        "size(x + x) > 100",
        'lower(x) == "École"',
        'upper(x) == "éCOLE"',
        'lower(x).contains("ab")',
        'x + "b" == "ab"',
        "x + x == x",
        "x == null",
        "has(x)",
        'similarity(x, "abc") > 0.5',
        "x.contains(x)",
        '(x == "a" ? 1 : size(x)) > 1',
        '(x == "a" ? x : "b") == "a"',
        'x == "a" || x == null || x.matches("zz") || similarity(x, "def") > 0.1',
        '"a" < x && !(x == "ab") && x.matches("b")',
    ],
)
def test_texts(text, is_dictionary):
    rows = TEXTS * 3
    types = {"x": pa.dictionary(pa.int32(), pa.string()) if is_dictionary else None}
    for wanted in ("string?", "string"):
        assert_agrees(text, {"x": wanted}, rows, types)


def test_lists_short_and_long():
    fields = {"x": "list<int>?", "y": "list<int>?"}
    rows = [[], [1], [1, 2, 3], None, [None, 1], list(range(256)), list(range(257))]
    for text in (
        "size(x) > 0",
        "1 in x",
        "x.exists(n, n > 2)",
        "x.all(n, n < 5)",
        "size(x.filter(n, n > 1)) == 2",
        "x == null",
    ):
        assert_agrees(text, fields, rows, {"x": pa.list_(pa.int32())})


SIGNS = "".join(map(chr, range(32, 127))) + "\0\n\t é😀"


@pytest.mark.parametrize("name", ["words", "signs", "none", "many", "long"])
@pytest.mark.parametrize(
    "text",
    [
        "lists.{0}.exists(w, x.contains(w))",
        "!lists.{0}.exists(w, lower(x).contains(w))",
        "lists.{0}.all(w, x.contains(w))",
        "!lists.{0}.all(w, x.contains(w))",
        "lists.{0}.exists(w, x.startsWith(w) || size(w) == 3)",
        "lists.{0}.exists(w, w.contains(x))",
        '["a", "b"].exists(w, ["b", "c"].exists(v, x == w + v)) && size(x) == 2',
        '(lists.{0}.exists(w, x.contains(w)) ? 1 : 2) == 1 || x == "ab"',
    ],
)
def test_loops_over_named_lists(text, name):
    lists = {
        "words": frozenset({"a.", "cab", "(", "", "b|c"}) - {""},
        "signs": frozenset(SIGNS),
        "none": frozenset(),
        "many": frozenset(f"w{number}" for number in range(60)) | {"ab"},
        "long": frozenset({"x" * 5_001, "ab"}),
    }
    schema = Schema.build(fields={"x": "string?"}, lists=dict.fromkeys(lists, "string"))
    holds = compile_condition(check(text.format(name), schema).require())
    rows = [None, "", "ab", "w7", "cab", "a.b", "A.B", "b|c", "w7ab", "q", "\0", *SIGNS]
    engine = engine_of(schema, text.format(name), lists=lists)
    expected = [holds(Record({"x": row}, None, lists)) is True for row in rows]
    assert engine.hits(pa.table({"x": rows}))[0].tolist() == expected


def test_loops_over_lists_of_numbers():
    lists = {"limits": frozenset({1, 2.5}), "codes": frozenset({0, 3})}
    schema = Schema.build(fields={"x": "double?", "n": "int?"}, lists={"limits": "double", "codes": "int"})
    rows = [{"x": x, "n": n} for x in (None, 0.5, 2.5, 7.0) for n in (None, 0, 3, 4)]
    for text in (
        "lists.limits.exists(l, x > l * 2.0)",
        "lists.codes.all(c, n / c > 0)",
        "lists.codes.exists(c, 12 / c == n)",
        "!lists.codes.exists(c, 12 / c == n)",
        "[1, 2].exists(c, n == c + 1) && lists.limits.all(l, x >= l)",
        "lists.codes.exists(c, c > x)",
    ):
        holds = compile_condition(check(text, schema).require())
        expected = [holds(Record(row, None, lists)) is True for row in rows]
        assert engine_of(schema, text, lists=lists).hits(pa.Table.from_pylist(rows))[0].tolist() == expected, text


def test_a_long_named_list():
    entries = frozenset(f"word {number}" for number in range(20_000))
    schema = Schema.build(fields={"x": "string?", "n": "int?"}, lists={"words": "string", "codes": "int"})
    table = pa.table({"x": ["word 7", "other", None], "n": [3, 4, None]})
    engine = engine_of(
        schema,
        "x in lists.words",
        "!(x in lists.words)",
        "n in lists.codes",
        "!(n in lists.codes)",
        lists={"words": entries, "codes": frozenset(range(0, 30_000, 3))},
    )
    assert [mask.tolist() for mask in engine.hits(table)] == [[True, False, False], [False, True, True]] * 2


def test_choices_and_conditions_as_values():
    fields = {"x": "bool?", "y": "bool?"}
    for text in (
        "(x ? 1 : 2) == 1",
        "(x ? null : 1) == null",
        "x == (y == true)",
        "x != (!y)",
        "(x ? y : !y)",
        "(x ? 1 / 0 : 3) != 3",
        "!(x && y)",
        "x in [true]",
    ):
        assert_agrees(text, fields, [True, False, None])


def test_the_allow_lane_ends_the_matter():
    schema = Schema.build(fields={"x": "int?", "s": "string?"})
    specs = [
        RuleSpec("low", "x > 1", "review"),
        RuleSpec("high", "x > 2", "block", priority=5),
        RuleSpec("trusted", "x == 4", "allow", Lane.ALLOW),
        RuleSpec("text", 's.matches("a") && x > 0', "hold"),
    ]
    rules = RuleSet.build(specs, schema)
    rows = [{"x": number, "s": text} for number in (0, 2, 3, 4, None) for text in ("a", "b", None)]
    engine = ColumnarEngine.of(rules, {})
    expected = [verdict(rules, Record(row)) for row in rows]
    assert engine.verdicts(pa.Table.from_pylist(rows)) == expected
    assert engine.verdicts_on([Record(row) for row in rows]) == expected
    assert {found.outcome for found in expected} == {"allow", "review", "hold", "block"}


def test_each_event_is_evaluated_when_it_occurred():
    schema = Schema.build(fields={"t": "timestamp?"})
    engine = engine_of(schema, "days_since(t) > 10", "!(days_since(t) > 10)")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {"t": moment, "occurred_at": moment + timedelta(days=11), "event": None},
        {"t": moment, "occurred_at": None, "event": {"occurred_at": moment + timedelta(days=9)}},
        {"t": moment, "occurred_at": None, "event": None},
    ]
    hits = engine.hits(pa.Table.from_pylist(rows))
    assert [mask.tolist() for mask in hits] == [[True, False, False], [False, True, False]]
    assert engine.hits(pa.Table.from_pylist(rows), moment + timedelta(days=12))[0].all()
    assert not engine.hits(pa.table({"t": [moment]}))[1].any()


def test_an_empty_table_and_one_in_many_pieces():
    schema = Schema.build(fields={"s": "string?"})
    engine = engine_of(schema, 's == "a"')
    pieces = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c", "a"]).dictionary_encode()]
    assert engine.hits(pa.table({"s": pa.chunked_array(pieces)}))[0].tolist() == [True, False, False, True]
    assert engine.hits(pa.table({"s": pa.array([], pa.string())}))[0].tolist() == []
    assert engine.verdicts_on([]) == []


FORMS = {
    "plain": {"j": pa.int64(), "s": pa.string()},
    "others": {"j": pa.int64(), "s": pa.dictionary(pa.int8(), pa.large_string())},
}
COLUMNS = {
    "i": pa.int64(),
    "d": pa.float64(),
    "e": pa.float64(),
    "t": pa.large_string(),
    "b": pa.bool_(),
    "c": pa.bool_(),
    "l": pa.list_(pa.int64()),
    "w": pa.list_(pa.string()),
    "who": pa.struct([("i", pa.int64()), ("s", pa.string())]),
}


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(random_conditions.conditions.map(lambda made: made.text), min_size=1, max_size=4),
    rows=st.lists(random_conditions.records, min_size=1, max_size=8),
    form=st.sampled_from(sorted(FORMS)),
)
def test_random_rules_agree_with_the_reference(texts, rows, form):
    specs = [
        RuleSpec(f"r{place}", text, "block")
        for place, text in enumerate(texts)
        if check(text, random_conditions.SCHEMA).checked
    ]
    rules = RuleSet.build(specs, random_conditions.SCHEMA)
    engine = ColumnarEngine.of(rules, random_conditions.LISTS)
    table = pa.Table.from_pylist(rows, schema=pa.schema({**COLUMNS, **FORMS[form]}))
    records = [Record(row, None, random_conditions.LISTS) for row in rows]
    expected = [[rule.holds(record) is True for record in records] for rule in rules.rules]
    assert [mask.tolist() for mask in engine.hits(table)] == expected
    assert [mask.tolist() for mask in engine.hits_on(records)] == expected
