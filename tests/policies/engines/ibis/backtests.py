"""Past events in a file, and what every engine has to count in them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from policies.engines.backtest.request import Grouping, Request
from policies.engines.backtest.running import run_backtest
from policies.engines.columnar.program import program_of
from policies.engines.ibis.backtesting import run_backtest_on
from policies.rulelang import Lane, RuleSet, RuleSpec, Schema

SCHEMA = Schema.build(
    fields={
        "id": "string",
        "amount": "double?",
        "needed": "double",
        "exact": "double?",
        "small": "int?",
        "large": "int?",
        "gaps": "int?",
        "text": "string?",
        "flag": "bool?",
        "at": "timestamp?",
        "plain": "timestamp?",
        "span": "duration?",
        "tags": "list<string>?",
        "sizes": "list<double>?",
        "seller.rate": "double?",
        "absent": "string?",
        "occurred_at": "timestamp",
    },
    lists={"words": "string"},
)
LISTS = {"words": frozenset({"a", "b", "it's"})}

CONDITIONS = [
    "amount > 100.0",
    "!(amount > 100.0)",
    "amount == null",
    "amount != null",
    "needed >= 0.0 || needed < 0.0",
    "exact == 0.1 || exact > 1e15",
    "small in [1, -5]",
    "large > 9000000000000000000",
    "large == null",
    "gaps == 2",
    "gaps != 2",
    "gaps == null",
    "text in lists.words",
    "!(text in lists.words)",
    "size(text) > 3",
    "text == null",
    "flag",
    "!flag",
    "flag == null",
    "at > timestamp('2026-01-10T00:00:00Z')",
    "at == null",
    "at.getDayOfWeek() == 0",
    "plain.getHours() == 23",
    "span > duration('1h')",
    "span == duration('-1500ms')",
    "tags.exists(t, t == 'a')",
    "size(tags) == 2",
    "!('a' in tags)",
    "sizes.all(x, x > 0.5)",
    "size(sizes) == 0",
    "seller.rate > 0.5",
    "seller.rate == null",
    "absent == null",
    "has(absent)",
    "days_since(at) < 3.0",
]


def ruleset(conditions=CONDITIONS):
    """Return rules of several outcomes, one of them in the allow lane."""
    outcomes = ("block", "hold", "review")
    rules = [RuleSpec(f"R{at}", text, outcomes[at % 3]) for at, text in enumerate(conditions)]
    return RuleSet.build([*rules, RuleSpec("A", "text == 'allowed'", "allow", Lane.ALLOW)], SCHEMA, outcomes)


def _row(number):
    base = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=17 * number, microseconds=number)
    texts = ["a", "it's", None, "allowed", "x" * 100_001, "İß😀", ""]
    return {
        "id": f"e{number}",
        "amount": [5.0, 250.0, None, float("nan"), float("inf"), -0.0][number % 6],
        "needed": [1.0, None, float("nan"), -2.0][number % 4],
        "exact": [Decimal("0.1"), Decimal("1234567890123456.7"), None][number % 3],
        "small": [1, -5, None, 7][number % 4],
        "large": [2**64 - 1, 2**63 - 1, None, 3][number % 4],
        "gaps": [2.0, 2.5, None, float("nan"), 1e19][number % 5],
        "text": texts[number % len(texts)],
        "flag": [True, False, None][number % 3],
        "at": None if number % 7 == 0 else base,
        "plain": None if number % 5 == 0 else base.replace(tzinfo=None),
        "span": [timedelta(hours=2), timedelta(milliseconds=-1500), None][number % 3],
        "tags": [["a", "b"], [], None, ["c", None], ["zz"] * 257, ["d"]][number % 6],
        "sizes": [[1.0, 2.0], [], None, [float("nan")], [0.25]][number % 5],
        "seller": [{"rate": 0.9}, {"rate": None}, None, {"rate": 0.1}][number % 4],
        "occurred_at": base,
        "market": ["SG", "MY", None][number % 3],
    }


TYPES = pa.schema(
    {
        "id": pa.string(),
        "amount": pa.float64(),
        "needed": pa.float64(),
        "exact": pa.decimal128(20, 1),
        "small": pa.int16(),
        "large": pa.uint64(),
        "gaps": pa.float64(),
        "text": pa.string(),
        "flag": pa.bool_(),
        "at": pa.timestamp("ms", "UTC"),
        "plain": pa.timestamp("us"),
        "span": pa.duration("ms"),
        "tags": pa.list_(pa.string()),
        "sizes": pa.list_(pa.float64()),
        "seller": pa.struct({"rate": pa.float64()}),
        "occurred_at": pa.timestamp("us", "UTC"),
        "market": pa.string(),
    }
)


def write_events(path, count=200):
    """Write events with every type of column, and values that do not fit."""
    pq.write_table(pa.Table.from_pylist([_row(number) for number in range(count)], TYPES), path)
    return path


def counts(result):
    """Return what a backtest counted, without how long it took."""
    told = result.as_json()
    names = ("rows", "outcomes", "hits", "by_day", "by_market")
    return {name: told.get(name) for name in names}


def both_counts(engine, events, rules, *, where=None, now=None):
    """Return what the columnar engine and another one count in the same events."""
    request = Request(program_of(rules, LISTS), (Grouping.DAY, Grouping.MARKET), now=now)
    ours = counts(run_backtest(request, events, processes=1))
    return ours, counts(run_backtest_on(engine, rules, request, str(where or events)))
