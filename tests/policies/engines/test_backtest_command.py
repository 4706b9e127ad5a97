"""The command line of backtests: its output, its errors, and that it can be interrupted."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

RULES = """\
fields: {id: string, amount: "double?", country: "string?", occurred_at: timestamp}
lists: {high_risk: [NG, RU]}
outcomes: [block, hold, review, warn, label]
rules:
  - {id: R1, when: 'amount >= 1000 && country in lists.high_risk', outcome: hold}
  - {id: A1, lane: allow, when: 'country == "SG"', outcome: allow}
  - {id: D1, when: 'days_since(occurred_at) > 1', outcome: label}
"""
ROWS = [
    {"id": f"e{number}", "amount": 500.0 * number, "country": ["NG", "SG", None][number % 3], "market": "BR"}
    for number in range(12)
]
MANAGE = Path(__file__).resolve().parents[3] / "manage.py"


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


@pytest.fixture
def events(tmp_path):
    table = pa.Table.from_pylist(ROWS)
    moments = pa.array([1_767_225_600 + 43_200 * number for number in range(12)], pa.timestamp("s", "UTC"))
    path = tmp_path / "events.parquet"
    pq.write_table(table.append_column("occurred_at", moments.cast(pa.timestamp("ms", "UTC"))), path, row_group_size=5)
    return path


def run(*arguments):
    out = io.StringIO()
    call_command("rules", "backtest", *map(str, arguments), stdout=out)
    return json.loads(out.getvalue())


def test_hits_are_counted(rules, events, tmp_path):
    told = run("--rules", rules, "--events", events)
    assert told["hits"] == {"R1": 3, "A1": 4, "D1": 0}
    assert (told["rows"], told["engine"]) == (12, "columnar")
    assert told["outcomes"] == {"allow": 9, "hold": 3}
    assert told["rows_per_second"] > 0
    assert told["peak_memory_mb"] > 20
    later = run("--rules", rules, "--events", events, "--now", "2026-02-01T00:00:00Z", "--by", "day", "--by", "market")
    assert later["hits"] == {"R1": 3, "A1": 4, "D1": 8}
    assert later["by_day"]["R1"] == {"2026-01-02": 1, "2026-01-04": 1, "2026-01-05": 1}
    assert later["by_market"]["R1"] == {"BR": 3}


def test_labels_and_samples(rules, events, tmp_path):
    (tmp_path / "labels.csv").write_text("event_id,abuse\ne3,scam\ne4,scam\n")
    told = run("--rules", rules, "--events", events, "--labels", tmp_path / "labels.csv", "--sample", "2")
    assert told["precision"]["R1"] == 0.333333
    assert told["recall"]["R1"] == 0.5
    assert told["incremental"]["R1"] == 1
    assert {hit["id"] for hit in told["sample"]["R1"]} < {"e3", "e6", "e9"}


def truncated(path, events):
    path.write_bytes(events.read_bytes()[:-100])


def broken_pages(path, events):
    """Spoil the data of one column in the last row group; the footer stays."""
    raw = bytearray(events.read_bytes())
    column = pq.ParquetFile(events).metadata.row_group(2).column(1)
    start = column.dictionary_page_offset or column.data_page_offset
    raw[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path, _: None, "spoiled.parquet: there is no such file or folder"),
        (lambda path, _: path.mkdir(), r"spoiled.parquet: there is no \*.parquet file in this folder"),
        (lambda path, _: path.write_bytes(b""), "spoiled.parquet: this cannot be read as Parquet"),
        (lambda path, _: path.write_text("id,amount\n1,2\n"), "spoiled.parquet: this cannot be read as Parquet"),
        (truncated, "spoiled.parquet: this cannot be read as Parquet"),
        (broken_pages, "spoiled.parquet, row group 2, column amount: the data cannot be read"),
        (
            lambda path, _: pq.write_table(pa.table({"amount": ["x"], "country": ["x"]}), path),
            r"spoiled.parquet, column amount: the column holds string, the schema wants a number \(double\?\)",
        ),
        (
            lambda path, _: pq.write_table(pa.table({"amount": [1.0], "country": ["x"]}), path),
            "spoiled.parquet, column occurred_at: there is no such column, and the field is never null",
        ),
    ],
    ids=["missing", "folder", "empty", "text", "truncated", "pages", "type", "column"],
)
def test_what_cannot_be_read_is_told_with_its_place(make, reason, rules, events, tmp_path):
    make(tmp_path / "spoiled.parquet", events)
    with pytest.raises(CommandError, match=reason):
        run("--rules", rules, "--events", tmp_path / "spoiled.parquet")


def test_one_bad_file_in_a_folder_is_named(rules, events, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "a.parquet").write_bytes(events.read_bytes())
    (folder / "_SUCCESS").write_text("")
    pq.write_table(pa.table({"amount": [True], "country": ["x"], "occurred_at": ["x"]}), folder / "b.parquet")
    with pytest.raises(CommandError, match=r"b.parquet, column amount: the column holds bool"):
        run("--rules", rules, "--events", folder)
    (folder / "b.parquet").unlink()
    assert run("--rules", rules, "--events", folder)["rows"] == 12


@pytest.mark.parametrize(("option", "value"), [("--sample", "-1"), ("--processes", "0")])
def test_options_out_of_range_are_told(option, value, rules, events):
    with pytest.raises(CommandError, match=rf"{option}: {value} is too low"):
        run("--rules", rules, "--events", events, option, value)


def test_it_runs_without_a_database_and_stops_when_interrupted(rules, events, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    table = pa.concat_tables([pq.read_table(events)] * 100_000)
    for number in range(4):
        pq.write_table(table, folder / f"{number}.parquet", row_group_size=100_000)
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    command = [sys.executable, MANAGE, "rules", "backtest", "--rules", rules, "--events", folder, "--processes", "2"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 4_800_000
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as running:
        children = _wait_for_children(running.pid)
        os.killpg(running.pid, signal.SIGINT)
        interrupted_at = time.monotonic()
        _, errors = running.communicate(timeout=20)
    assert running.returncode == 130, errors
    assert time.monotonic() - interrupted_at < 3
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as running:
        children = _wait_for_children(running.pid)
        running.kill()
    assert _are_gone(children)


def _are_gone(processes):
    """Wait until processes have ended; one that nobody has waited for yet counts as ended."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not any(_runs(process) for process in processes):
            return True
        time.sleep(0.05)
    return False


def _runs(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _wait_for_children(parent):
    """Wait until both workers run, and return their process numbers."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        workers = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if len(workers) == 2:
            return workers
        time.sleep(0.02)
    raise AssertionError("no workers were started")
