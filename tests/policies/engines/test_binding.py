"""Fields find their columns however they are stored; what does not fit is one clear error."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest

from policies.engines.binding import bind
from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.errors import DataError
from policies.rulelang import RuleSet, RuleSpec, Schema


def ask(fields, text, table):
    rules = RuleSet.build([RuleSpec("r", text, "block")], Schema.build(fields=fields))
    return ColumnarEngine.of(rules, {}).hits(table)[0].tolist()


def test_a_dotted_field_is_a_column_or_lies_in_structs():
    for table in (
        pa.table({"seller.bank.country": ["SG", None]}),
        pa.Table.from_pylist([{"seller": {"bank": {"country": "SG"}}}, {"seller": {"bank": None}}]),
        pa.Table.from_pylist([{"seller.bank": {"country": "SG"}}, {"seller.bank": None}]),
    ):
        assert ask({"seller.bank.country": "string?"}, 'seller.bank.country == "SG"', table) == [True, False]
        assert ask({"seller.bank.country": "string?"}, "seller.bank.country == null", table) == [False, True]
        assert ask({"seller.bank.country": "string"}, 'seller.bank.country != "SG"', table) == [False, False]


def test_a_slice_of_structs_keeps_its_rows():
    table = pa.Table.from_pylist([{"a": {"b": number}} for number in range(100)]).slice(37)
    assert ask({"a.b": "int?"}, "a.b == 40", table).index(True) == 3


def test_a_nullable_field_without_a_column_has_no_data():
    table = pa.table({"other": [1, 2]})
    for kind in ("int", "double", "string", "bool", "timestamp", "duration", "list<string>"):
        assert ask({"x": f"{kind}?"}, "x == null", table) == [True, True]
    assert ask({"x.y": "int?"}, "x.y > 1", pa.table({"x": [1, 2]})) == [False, False]


@pytest.mark.parametrize(
    ("wanted", "text", "values"),
    [
        ("double", "x == 0.1", pa.array([Decimal("0.1")], pa.decimal128(38, 20))),
        ("double", "x == 0.5", pa.array([0.5], pa.float32())),
        ("double", "x == 0.5", pa.array([0.5], pa.float16())),
        ("double", "x == 7.0", pa.array([7], pa.uint8())),
        ("string", 'x == "é"', pa.array(["é"], pa.large_string())),
        ("string", 'x == "é"', pa.array(["é"], pa.string_view())),
        ("string", 'x == "é"', pa.array(["é"]).dictionary_encode()),
        ("int", "x == 7", pa.array([7]).dictionary_encode()),
        ("bool", "x", pa.array([True])),
        ("list<string>", 'x.exists(y, y == "a")', pa.array([["a"]], pa.large_list(pa.large_string()))),
        ("list<int>", "x.exists(y, y == 3)", pa.array([[1, 3]], pa.list_(pa.int8(), 2))),
        ("list<double>", "x.exists(y, y == 0.5)", pa.array([[0.5]], pa.list_(pa.float32()))),
        ("list<timestamp>", "x.exists(y, y.getHours() == 8)", pa.array([[datetime(2026, 1, 1, 8)]])),
        ("duration", 'x == duration("36h")', pa.array([timedelta(hours=36)], pa.duration("s"))),
        ("duration", 'x == duration("36h")', pa.array(["36h"])),
        ("timestamp", "x.getHours() == 8", pa.array(["2026-01-01T10:00:00+02:00"])),
        ("timestamp", "x.getHours() == 8", pa.array([datetime(2026, 1, 1, 8)], pa.timestamp("s"))),
        ("timestamp", "x.getHours() == 8", pa.array([datetime(2026, 1, 1, 8)], pa.timestamp("ns"))),
        (
            "timestamp",
            "x.getHours() == 8",
            pa.array(
                [datetime(2026, 1, 1, 10, tzinfo=timezone(timedelta(hours=2)))], pa.timestamp("ms", "Africa/Cairo")
            ),
        ),
        (
            "timestamp",
            "x.getMilliseconds() == 999",
            pa.array([datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)], pa.timestamp("ns", "UTC")),
        ),
    ],
)
def test_values_count_in_whatever_form_they_are_stored(wanted, text, values):
    assert ask({"x": wanted}, text, pa.table({"x": values})) == [True]
    with_null = pa.concat_arrays([values, pa.nulls(1, values.type)]) if values.type != pa.string_view() else values
    assert ask({"x": f"{wanted}?"}, text, pa.table({"x": with_null}))[0]
    assert ask({"x": f"{wanted}?"}, "x == null", pa.table({"x": with_null})) == [False, True][: len(with_null)]


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        ("timestamp", pa.array(["today", "2026-02-30T00:00:00Z"])),
        ("timestamp", pa.array([2**62, -(2**62)], pa.timestamp("s", "UTC"))),
        ("timestamp", pa.array([253402300800_000_000], pa.timestamp("us", "UTC"))),
        ("duration", pa.array(["1 day"])),
        ("duration", pa.array([2**62], pa.duration("s"))),
        ("double", pa.array([float("nan"), float("inf")])),
        ("list<int>", pa.array([[1, None]])),
    ],
)
def test_a_value_that_does_not_fit_is_unknown(wanted, values):
    for text in ("x == null", "x != null", "!(x == null)"):
        assert not any(ask({"x": f"{wanted}?"}, text, pa.table({"x": values})))


def test_texts_that_are_no_utf8_are_unknown():
    raw = pa.array([b"ok", b"\xff\xfe", None, b"\xed\xa0\x80"], pa.binary())
    broken = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3] * 5, pa.int8()), broken)
    for column, times in ((broken, 1), (coded, 5)):
        table = pa.table({"x": column})
        assert ask({"x": "string?"}, 'x != "z"', table) == [True, False, True, False] * times
        assert ask({"x": "string?"}, 'x.matches("o") || x == null', table) == [True, False, True, False] * times


@pytest.mark.parametrize(
    ("wanted", "values", "message"),
    [
        ("double?", pa.array(["1.5"]), r"column x: the column holds string, the schema wants a number \(double\?\)"),
        ("string?", pa.array([1]), r"column x: the column holds int64, the schema wants text \(string\?\)"),
        ("int?", pa.array([True]), r"column x: the column holds bool, the schema wants a whole number"),
        ("timestamp?", pa.array([1]), r"column x: the column holds int64, the schema wants a point in time"),
        ("timestamp?", pa.array([date(2026, 1, 1)]), r"column x: the column holds date32"),
        ("list<int>?", pa.array([["a"]]), r"the schema wants a list of whole numbers"),
        ("bool?", pa.array([0]), r"the schema wants a yes/no value"),
        ("string?", pa.array([b"a"], pa.binary()), r"the column holds binary"),
        ("string?", pa.array([{"y": 1}]), r"the column holds struct"),
    ],
)
def test_a_column_of_a_wrong_type_is_named(wanted, values, message):
    with pytest.raises(DataError, match=message) as caught:
        ask({"x": wanted}, "x == null", pa.table({"x": values}))
    assert caught.value.column == "x"


def test_a_missing_column_of_a_field_that_is_never_null_is_named():
    with pytest.raises(DataError, match=r"column x: there is no such column, .* write int\? if it may be missing"):
        ask({"x": "int"}, "x == 1", pa.table({"y": [1]}))


def test_a_column_that_stands_twice_is_named():
    twice = pa.table([[1], [2]], names=["x", "x"])
    with pytest.raises(DataError, match="column x: the column stands twice"):
        bind(Schema.build(fields={"x": "int?"}).fields, ["x"], twice.schema)
