"""A backtest counts what the rules hit, however the rows are cut into files, row groups and processes."""

import multiprocessing
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from policies.engines.backtest.gathering import loads_of
from policies.engines.backtest.labels import read_labels
from policies.engines.backtest.request import Cancelled, Grouping, Request, Stretch
from policies.engines.backtest.running import plan, run_backtest
from policies.engines.backtest.scanning import Scanner
from policies.engines.backtest.workers import WorkerLostError, scan_here, scan_in_processes
from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.columnar.program import program_of
from policies.engines.errors import DataError
from policies.engines.parquet import ParquetSource, find_files
from policies.rulelang import Lane, RuleSet, RuleSpec, Schema, verdict
from policies.rulelang.record import Record

SCHEMA = Schema.build(
    fields={
        "event_id": "string",
        "amount": "double?",
        "country": "string?",
        "text": "string?",
        "occurred_at": "timestamp",
        "seller.id": "string?",
    },
    lists={"risky": "string"},
)
LISTS = {"risky": frozenset({"NG", "RU"})}
SPECS = [
    RuleSpec("large", "amount >= 900", "review"),
    RuleSpec("risky", "country in lists.risky && amount > 100", "hold"),
    RuleSpec("words", 'text.matches("ca[bc]") && !(country == "SG")', "block"),
    RuleSpec("trusted", 'seller.id == "S1"', "allow", Lane.ALLOW),
    RuleSpec("old", "days_since(occurred_at) > 0", "label"),
    RuleSpec("never", "amount > 100000", "label"),
]
RULES = RuleSet.build(SPECS, SCHEMA)
PROGRAM = program_of(RULES, LISTS)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def events(count, seed=1):
    draw = np.random.default_rng(seed)
    return [
        {
            "event_id": f"E{number}",
            "amount": None if draw.random() < 0.1 else round(float(draw.random() * 1000), 2),
            "country": [None, "SG", "NG", "RU", "DE"][draw.integers(5)],
            "text": [None, "cab", "dog", "cat cac"][draw.integers(4)],
            "occurred_at": START + timedelta(hours=number * 96 / count),
            "market": ["BR", "DE", None][draw.integers(3)],
            "seller": {"id": f"S{draw.integers(20)}"},
            "buyer_id": f"B{draw.integers(50)}",
        }
        for number in range(count)
    ]


def write(folder, rows, group=100, files=1):
    folder.mkdir(exist_ok=True)
    size = -(-len(rows) // files)
    for number in range(files):
        table = pa.Table.from_pylist(rows[number * size : (number + 1) * size])
        pq.write_table(table, folder / f"part-{number}.parquet", row_group_size=group)
    return folder


def expected_hits(rows):
    """Hits by (rule, day, market) as the reference gives them."""
    found = Counter()
    for row in rows:
        for hit in verdict(RULES, Record(row, row["occurred_at"], LISTS)).hits:
            found[hit.rule, row["occurred_at"].date().isoformat(), row["market"] or "unknown"] += 1
    return found


@pytest.mark.parametrize(("group", "files"), [(37, 1), (1000, 3), (5, 2)])
def test_hits_are_those_of_the_reference(group, files, tmp_path):
    rows = events(1500)
    path = write(tmp_path / "events", rows, group, files)
    result = run_backtest(Request(PROGRAM, (Grouping.DAY, Grouping.MARKET), sample=3), path, processes=1)
    expected, told = expected_hits(rows), result.as_json()
    assert told["rows"] == 1500
    for rule in SPECS:
        mine = {key: count for key, count in expected.items() if key[0] == rule.id}
        assert told["hits"][rule.id] == sum(mine.values())
        assert sum(told["by_day"][rule.id].values()) == told["hits"][rule.id]
        for place, kind in ((1, "by_day"), (2, "by_market")):
            sums = Counter()
            for key, count in mine.items():
                sums[key[place]] += count
            assert told[kind][rule.id] == dict(sums)
    assert told["outcomes"] == dict(Counter(verdict(RULES, Record(row, None, LISTS)).outcome for row in rows))
    assert set(told["hits"]) == {rule.id for rule in SPECS}
    assert told["hits"]["never"] == 0 < told["hits"]["words"]


def test_samples_are_hits_and_the_same_in_every_run(tmp_path):
    rows = events(1500)
    path = write(tmp_path / "events", rows, 37, 2)
    first, again = (run_backtest(Request(PROGRAM, sample=4), path, processes=1).as_json()["sample"] for _ in range(2))
    assert first == again
    assert len(first["words"]) == 4
    assert first["never"] == []
    by_id = {row["event_id"]: row for row in rows}
    for hit in first["words"]:
        assert "ca" in by_id[hit["id"]]["text"]
        number = int(Path(hit["file"]).stem.removeprefix("part-"))
        assert rows[number * 750 + hit["row"]]["event_id"] == hit["id"]


@pytest.mark.parametrize("has_threads", [False, True], ids=["fork", "spawn"])
def test_processes_count_the_same(has_threads, tmp_path, monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1 + has_threads)
    rows = events(1200)
    path = write(tmp_path / "events", rows, 400, 3)
    labels = tmp_path / "labels.csv"
    labels.write_text("event_id,abuse\nE5,scam\nE700,scam\n")
    request = Request(PROGRAM, (Grouping.DAY,), read_labels(labels), sample=2)
    alone = run_backtest(request, path, processes=1)
    heard = []
    tally, memory = scan_in_processes(request, _plan(request, path), 2, threading.Event(), heard.append)
    shared = type(alone)(request, tally, alone.seconds, memory, 2)
    volatile = {"seconds", "rows_per_second", "peak_memory_mb", "processes"}
    assert {key: value for key, value in shared.as_json().items() if key not in volatile} == {
        key: value for key, value in alone.as_json().items() if key not in volatile
    }
    assert sum(heard) == 1200
    assert 20 < memory < 1000


def _plan(request, path):
    return plan(request, find_files(path))


def test_row_groups_without_hits_are_not_read(tmp_path):
    rows = sorted(events(1500), key=lambda row: row["amount"] or 0)
    specs = [RuleSpec("large", "amount >= 900 && country != null", "review")]
    program = program_of(RuleSet.build(specs, SCHEMA), LISTS)
    path = write(tmp_path / "events", rows, 100)
    large = write(tmp_path / "large", rows * 90, 70_000)
    for folder in (path, large):
        told = run_backtest(Request(program), folder, processes=1).as_json()
        times = told["rows"] / 1500
        expected = sum((row["amount"] or 0) >= 900 and row["country"] is not None for row in rows)
        assert told["hits"]["large"] == expected * times
    sizes = [RuleSpec("none", "amount > 2000", "review"), RuleSpec("large", "amount > 900", "review")]
    skipping = run_backtest(Request(program_of(RuleSet.build(sizes[:1], SCHEMA), LISTS)), path, processes=1)
    assert skipping.as_json()["rows_skipped"] == 1500
    assert skipping.as_json()["outcomes"] == {"allow": 1500}


def test_measures_by_labels_of_events_and_entities(tmp_path):
    rows = [
        {"event_id": f"E{number}", "amount": float(number), "country": "NG" if number % 2 else "DE", "text": None}
        | {"occurred_at": START + timedelta(days=number), "market": "BR", "buyer_id": f"B{number // 2}", "seller": None}
        for number in range(10)
    ]
    path = write(tmp_path / "events", rows, 4)
    labels = pa.Table.from_pylist(
        [
            {"level": "event", "event_id": "E9", "abuse": "scam"},
            {"level": "event", "event_id": "E0", "abuse": "scam"},
            {"level": "event", "event_id": "E77", "abuse": "scam"},
            {"level": "entity", "entity_type": "buyer", "external_id": "B3", "market": "BR", "abuse": "refunds"}
            | {"starts_at": START + timedelta(days=7), "ends_at": START + timedelta(days=8)},
            {"level": "entity", "entity_type": "buyer", "external_id": "B2", "market": "DE", "abuse": "refunds"},
        ],
        schema=pa.schema(
            [(name, pa.string()) for name in ("level", "event_id", "entity_type", "external_id", "market", "abuse")]
            + [(name, pa.timestamp("us", "UTC")) for name in ("starts_at", "ends_at")]
        ),
    )
    pq.write_table(labels, tmp_path / "labels.parquet")
    specs = [
        RuleSpec("high", "amount >= 7", "review"),
        RuleSpec("odd", 'country == "NG"', "review"),
        RuleSpec("none", "amount > 50", "review"),
    ]
    request = Request(program_of(RuleSet.build(specs, SCHEMA), LISTS), labels=read_labels(tmp_path / "labels.parquet"))
    told = run_backtest(request, path, processes=1).as_json()
    # Labelled: E9 and E0 by name, E7 (buyer B3, in its time); E6 is before that, B2 is labelled in another market.
    assert told["labels"]["labelled_events"] == 3
    assert (told["labels"]["given"], told["labels"]["occurring"]) == (5, 3)
    assert told["hits"] == {"high": 3, "odd": 5, "none": 0}
    assert told["true_positives"] == {"high": 2, "odd": 2, "none": 0}
    assert told["precision"] == {"high": 0.666667, "odd": 0.4, "none": None}
    assert told["recall"] == {"high": 0.666667, "odd": 0.666667, "none": 0.0}
    assert told["incremental"] == {"high": 0, "odd": 0, "none": 0}
    assert told["recall_by_abuse"] == {
        "high": {"refunds": 1.0, "scam": 0.5},
        "odd": {"refunds": 1.0, "scam": 0.5},
        "none": {},
    }
    assert told["overlap"] == [{"rules": ["high", "odd"], "hits": 2, "share": 0.333333}]
    assert told["labels"]["all_rules"] == {
        "events_hit": 6,
        "precision": 0.333333,
        "recall": 0.666667,
        "found": {"refunds": 1, "scam": 1},
    }


def test_labels_may_say_what_is_harmless(tmp_path):
    path = write(tmp_path / "events", events(50))
    (tmp_path / "labels.jsonl").write_text('{"id": "E1", "label": true}\n\n{"id": "E2", "label": false}\n')
    told = run_backtest(Request(PROGRAM, labels=read_labels(tmp_path / "labels.jsonl")), path).as_json()
    assert told["labels"]["given"] == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("labels.csv", "abuse\nscam\n", "row 1 names neither event_id nor entity_type"),
        ("labels.csv", "entity_type,external_id,starts_at\nbuyer,B1,soon\n", "row 1, starts_at: 'soon' is no point in"),
        ("labels.parquet", "nonsense", "the labels cannot be read"),
        ("labels.jsonl", "{", "the labels cannot be read"),
    ],
)
def test_labels_that_cannot_be_read_are_told(name, content, reason, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=reason):
        read_labels(tmp_path / name)


def test_what_events_are_told_apart_by_must_be_there(tmp_path):
    pq.write_table(pa.table({"amount": [1.0], "seller_id": ["a"]}), tmp_path / "e.parquet")
    program = program_of(RuleSet.build([RuleSpec("a", "amount > 0", "hold")], SCHEMA), LISTS)
    (tmp_path / "labels.csv").write_text("event_id\nE1\n")
    for request, reason in (
        (Request(program, (Grouping.DAY,)), "hits by day need a column of times occurred_at"),
        (Request(program, (Grouping.MARKET,)), "hits by market need a column of texts market"),
        (Request(program, labels=read_labels(tmp_path / "labels.csv")), "labels of events need a column event_id"),
    ):
        with pytest.raises(DataError, match=reason):
            run_backtest(request, tmp_path / "e.parquet")


class _StopAfter:
    """Is set once it was asked some times."""

    def __init__(self, times):
        self.times = times

    def is_set(self):
        self.times -= 1
        return self.times < 0


def test_a_backtest_can_be_stopped_here_and_in_processes(tmp_path):
    path = write(tmp_path / "events", events(600) * 300, 60_000)
    with pytest.raises(Cancelled):
        run_backtest(Request(PROGRAM), path, processes=1, stop=_StopAfter(1))
    request = Request(PROGRAM)
    with pytest.raises(Cancelled):
        scan_in_processes(request, _plan(request, path), 2, _StopAfter(3), lambda _: None)
    assert multiprocessing.active_children() == []


class _KillWorkers:
    """Kills the processes of the backtest when it is asked for the first time, and never is set."""

    def is_set(self):
        for child in multiprocessing.active_children():
            child.kill()
        return False


def test_a_killed_process_is_told(tmp_path):
    path = write(tmp_path / "events", events(600))
    request = Request(PROGRAM)
    with pytest.raises(WorkerLostError, match="ended with code -9; there may be too little memory"):
        scan_in_processes(request, _plan(request, path), 2, _KillWorkers(), lambda _: None)
    assert multiprocessing.active_children() == []


def test_row_groups_that_different_rules_can_hit_do_not_share_answers(tmp_path):
    rows = [{"amount": float(number // 500), "country": ["DE", "SG", "DE", "DE"][number % 4]} for number in range(2000)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "e.parquet", row_group_size=500)
    specs = [
        RuleSpec("first", 'country == "DE" && amount < 1', "review"),
        RuleSpec("second", 'country == "SG" && amount > 0 && amount < 2', "review"),
        RuleSpec("third", 'country == "XX" && amount > 1', "review"),
    ]
    program = program_of(RuleSet.build(specs, SCHEMA), LISTS)
    scanned = [
        Stretch(tmp_path / "e.parquet", 0, (group,), group * 500, 500) for group in range(4)
    ]  # each row group alone, as large ones are
    scanner = Scanner(Request(program), ColumnarEngine(program), lambda _: None)
    for stretch in scanned:
        scanner.scan((stretch,))
    assert scanner.tally.hits.tolist() == [375, 125, 0]


def test_files_are_put_together_only_where_their_columns_are_the_same(tmp_path):
    rows = events(800)
    path = write(tmp_path / "events", rows, 100, 8)
    for number, change in ((2, _turned_round), (3, _with_whole_amounts), (6, _without_country)):
        pq.write_table(change(pq.read_table(path / f"part-{number}.parquet")), path / f"part-{number}.parquet")
    request, heard = Request(PROGRAM, (Grouping.DAY,), sample=500), []
    tally, _ = scan_here(request, _plan(request, path), threading.Event(), heard.append)
    assert heard == [300, 100, 200, 100, 100]
    rows = [row for part in sorted(path.iterdir()) for row in pq.read_table(part).to_pylist()]
    found = Counter(hit.rule for row in rows for hit in verdict(RULES, Record(row, row["occurred_at"], LISTS)).hits)
    assert {rule.id: count for rule, count in zip(SPECS, tally.hits.tolist(), strict=True)} == {
        rule.id: found[rule.id] for rule in SPECS
    }
    for kept in tally.samples:
        assert [rows[100 * int(Path(hit.file).stem[-1]) + hit.row]["event_id"] for hit in kept] == [
            hit.event_id for hit in kept
        ]


def _turned_round(table):
    return table.select(table.column_names[::-1])


def _with_whole_amounts(table):
    place = table.column_names.index("amount")
    return table.set_column(place, "amount", pc.floor(table["amount"]).cast(pa.int64()))


def _without_country(table):
    return table.drop_columns("country")


@pytest.mark.parametrize(
    ("rows", "processes", "expected"),
    [
        ([100] * 4, 1, [4]),
        ([100] * 4, 2, [2, 2]),
        ([65_536, 1, 60_000, 5_000, 600], 1, [1, 3, 1]),
        ([1] * 130, 1, [64, 64, 2]),
        ([], 2, []),
    ],
)
def test_each_process_has_its_share_of_small_stretches(rows, processes, expected):
    stretches = [Stretch(Path("e"), 0, (place,), 0, count) for place, count in enumerate(rows)]
    loads = loads_of(stretches, processes)
    assert [len(load) for load in loads] == expected
    assert [stretch for load in loads for stretch in load] == stretches


def test_large_stretches_are_not_put_together():
    stretches = [Stretch(Path("e"), 0, (place,), 0, 100, 30_000_000) for place in range(5)]
    assert [len(load) for load in loads_of(stretches)] == [2, 2, 1]


def test_structs_whose_texts_repeat(tmp_path):
    rows = [
        {"seller": {"id": f"S{number % 3}"} if number % 7 else None, "country": "SG", "amount": None, "event_id": None}
        for number in range(3000)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "e.parquet", row_group_size=1000)
    specs = [
        RuleSpec("one", 'seller.id == "S1"', "review"),
        RuleSpec("none", "seller.id == null && amount == null", "review"),
        RuleSpec("always", "true", "review"),
        RuleSpec("unknown", "event_id == event_id", "review"),
    ]
    request = Request(program_of(RuleSet.build(specs, SCHEMA), LISTS), sample=1)
    told = run_backtest(request, tmp_path / "e.parquet").as_json()
    ones = sum(row["seller"] is not None and row["seller"]["id"] == "S1" for row in rows)
    assert told["hits"] == {"one": ones, "none": 429, "always": 3000, "unknown": 0}


def test_no_rows_and_no_rules(tmp_path):
    pq.write_table(pa.table({"amount": pa.array([], pa.float64())}), tmp_path / "e.parquet")
    request = Request(program_of(RuleSet.build([RuleSpec("a", "amount > 0", "hold")], SCHEMA), LISTS))
    assert run_backtest(request, tmp_path / "e.parquet").as_json()["hits"] == {"a": 0}
    pq.write_table(pa.table({"amount": [1.0, 2.0]}), tmp_path / "e.parquet")
    told = run_backtest(Request(program_of(RuleSet.build([], SCHEMA), LISTS)), tmp_path / "e.parquet").as_json()
    assert (told["rows"], told["hits"], told["outcomes"]) == (2, {}, {"allow": 2})


def test_long_texts_are_read_a_few_rows_at_a_time(tmp_path):
    draw = np.random.default_rng(1)
    texts = ["".join(map(chr, draw.integers(97, 123, 40_000))) for _ in range(40)]
    rows = [{"text": f"{number}{texts[number % 40]}", "amount": 1.0} for number in range(4_000)]
    for group in (4_000, 500):
        path = tmp_path / f"{group}.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=group, use_dictionary=False)
        request = Request(program_of(RuleSet.build([RuleSpec("nine", 'text.startsWith("9")', "hold")], SCHEMA), LISTS))
        stretches, heard = plan(request, find_files(path)), []
        tally, _ = scan_here(request, stretches, threading.Event(), heard.append)
        assert tally.hits.tolist() == [111]
        assert max(heard) * 40_000 <= 64_000_000
        source = ParquetSource(path)
        assert source.rows_at_once([0], ["amount"], 65_536) == 65_536


def test_a_process_that_may_have_no_others_counts_alone(tmp_path, monkeypatch):
    table = pa.table({"amount": np.arange(900_000) % 1000.0})
    pq.write_table(table, tmp_path / "e.parquet", row_group_size=300_000)
    request = Request(program_of(RuleSet.build([RuleSpec("a", "amount >= 990", "hold")], SCHEMA), LISTS))
    shared = run_backtest(request, tmp_path / "e.parquet", processes=2)
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)
    alone = run_backtest(request, tmp_path / "e.parquet", processes=2)
    assert (shared.processes, alone.processes) == (2, 1)
    assert shared.tally.hits.tolist() == alone.tally.hits.tolist() == [9_000]
