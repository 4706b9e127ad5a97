"""Row groups are skipped only where no rule can hit: what is counted is the same with and without."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engines.binding import bind
from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.columnar.program import program_of
from policies.engines.skipping import ANYTHING, can_hold, spans_of
from policies.rulelang import RuleSet, RuleSpec, Schema, check

FIELDS = {"i": "int?", "d": "double?", "s": "string?", "b": "bool?", "t": "timestamp?", "r": "int", "who.s": "string?"}
LISTS = {"words": frozenset({"a", "cc"}), "codes": frozenset({3, 2**53 + 1})}
SCHEMA = Schema.build(fields=FIELDS, lists={"words": "string", "codes": "int"})
START = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = pa.schema(
    [
        ("i", pa.int64()),
        ("d", pa.float64()),
        ("s", pa.string()),
        ("b", pa.bool_()),
        ("t", pa.timestamp("ns", "UTC")),
        ("r", pa.int64()),
        ("who", pa.struct([("s", pa.string())])),
    ]
)

numbers = st.sampled_from([-(2**63), -1, 0, 1, 3, 5, 2**53, 2**53 + 1, 2**63 - 1])
doubles = st.sampled_from([float("nan"), float("inf"), float("-inf"), -0.0, 0.0, 0.5, 3.0, 2.0**53, 1e300])
words = st.sampled_from(["", "a", "ab", "b", "cc", "é", "￿", "😀"])
rows = st.fixed_dictionaries(
    {
        "i": st.none() | numbers,
        "d": st.none() | doubles,
        "s": st.none() | words,
        "b": st.none() | st.booleans(),
        "t": st.none() | st.integers(0, 3).map(lambda hours: START + timedelta(hours=hours)),
        "r": st.none() | numbers,
        "who": st.none() | st.fixed_dictionaries({"s": st.none() | words}),
    }
)
comparisons = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["i", "r"]),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.sampled_from(["0", "3", "2.5", "9007199254740992.0", "(-9223372036854775807 - 1)"]),
    ),
    st.builds("d {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.sampled_from(["0", "0.5"])),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["s", "who.s"]),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.sampled_from(['"a"', '"b"', '"é"', '"😀"']),
    ),
    st.builds(
        "t {} timestamp('2026-01-01T0{}:00:00Z')".format,
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.integers(0, 3),
    ),
    st.sampled_from(
        ["b", "b == true", "i in [0, 5]", "d in [0, 3]", "s in lists.words", "i in lists.codes", "d in lists.codes"]
        + ["i in [0.0, 9007199254740992.0]", 's.startsWith("a")', 'who.s.startsWith("é")', 's.contains("c")']
        + [f"{name} == null" for name in ("i", "d", "s", "b", "t", "who.s")]
        + [f"has({name})" for name in ("i", "d", "s", "b", "t", "who.s")]
        + ["i + 1 > 3", "size(s) > 1", "t in [timestamp('2026-01-01T01:00:00Z')]"]
    ),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(condition=conditions, rows=st.lists(rows, min_size=1, max_size=9), size=st.integers(1, 4))
def test_a_row_group_with_a_hit_is_never_skipped(condition, rows, size, tmp_path_factory):
    if check(condition, SCHEMA).checked is None:
        return
    path = tmp_path_factory.mktemp("groups") / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=COLUMNS), path, row_group_size=size)
    program = program_of(RuleSet.build([RuleSpec("r", condition, "block")], SCHEMA), LISTS)
    file = pq.ParquetFile(path)
    bound = bind(program.fields, program.fields, file.schema_arrow)
    for group in range(file.num_row_groups):
        hits = ColumnarEngine(program).hits(file.read_row_group(group))[0]
        spans = spans_of(file.metadata.row_group(group), bound)
        assert can_hold(program.formulas[0], spans, LISTS) or not hits.any()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("i > 10", False),
        ("i > 9", False),
        ("i > 8", True),
        ("!(i > 10)", True),
        ("i == 5 && d < 0", False),
        ("i == 50 || d < 1", True),
        ("i in [11, -1]", False),
        ("!(i == 5)", True),
        ("i == null", False),
        ("d == null", True),
        ("has(b)", False),
        ("b", False),
        ('s.startsWith("wordy")', False),
        ('s.startsWith("wo")', True),
        ('s == "zebra"', False),
        ("t > timestamp('2026-01-01T09:00:00Z')", False),
        ("t >= timestamp('2026-01-01T09:00:00Z')", True),
        ("i > 9.5 || i < -0.5", False),
        ("d in lists.codes", False),
        ("i + 5 > 100", True),
        ('s.matches("zebra")', True),
    ],
)
def test_what_statistics_rule_out(condition, expected, tmp_path):
    rows = [
        {"i": number, "d": number / 10 or None, "s": f"word {number}", "t": START + timedelta(hours=number), "r": 1}
        for number in range(10)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=COLUMNS), tmp_path / "rows.parquet")
    program = program_of(RuleSet.build([RuleSpec("r", condition, "block")], SCHEMA), LISTS)
    file = pq.ParquetFile(tmp_path / "rows.parquet")
    spans = spans_of(file.metadata.row_group(0), bind(program.fields, program.fields, file.schema_arrow))
    assert can_hold(program.formulas[0], spans, LISTS) is expected


def test_without_statistics_everything_can_be(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"i": [1]}), path, write_statistics=False)
    bound = bind(SCHEMA.fields, ["i"], pq.ParquetFile(path).schema_arrow)
    assert spans_of(pq.ParquetFile(path).metadata.row_group(0), bound) == {"i": ANYTHING}
