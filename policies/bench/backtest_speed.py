"""Measure backtests over Parquet files: agreement first, then rows per second and memory, engines taking turns."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from policies.bench.agreement import Agreement
from policies.bench.libraries import MissingLibraryError
from policies.bench.one_backtest import DECODING, DUCKDB, ENGINES, OURS, POLARS
from policies.bench.ours import compile_row, find_hits
from policies.bench.peers import Rule, duckdb, polars
from policies.bench.workload.events import make_table, write_files
from policies.bench.workload.fields import FIELDS

ROUNDS = 3
WORKLOADS = ((100, 500_000), (1000, 50_000))
"""Number of rules and of rows, at scale 1."""

STEPS = (1, 3, 10)
_FILES = 20
_MOST_ROWS_A_FILE = 500_000
_SAMPLE = 2_000
FINDERS = {OURS: find_hits, DUCKDB: duckdb.find_hits, POLARS: polars.find_hits}
_ROOT = Path(__file__).resolve().parents[2]


def measure_backtests(rules: Sequence[Rule], *, seed: int, scale: float) -> dict[str, Any]:
    """Return the agreement, what came out per workload and engine, and how our engine grows with the rows."""
    agreement = find_agreement(rules, seed)
    results: dict[str, Any] = {"agreement": agreement.as_json()}
    rules = [rule for rule in rules if rule.id not in agreement.dropped]
    engines = [name for name in ENGINES if name not in agreement.excluded]
    for count, rows in WORKLOADS:
        rows = max(_FILES, round(rows * scale))
        with tempfile.TemporaryDirectory() as folder:
            paths = write_files(folder, rows, seed, rows_per_file=min(_MOST_ROWS_A_FILE, -(-rows // _FILES)))
            results[f"rules_{count}"] = _measure(rules[:count], engines, paths, rows)
            if count == WORKLOADS[0][0]:
                results["growth"] = _measure_growth(rules[:count], paths, rows)
    return results


def find_agreement(rules: Sequence[Rule], seed: int) -> Agreement:
    """Compare the engines with the row engine on every rule and every row of a sample."""
    table = make_table(_SAMPLE, seed)
    evaluate = compile_row(rules)
    expected: list[list[int]] = [[] for _ in rules]
    for row, event in enumerate(table.select(list(FIELDS)).to_pylist()):
        for place in evaluate(event):
            expected[place].append(row)
    found = Agreement(_SAMPLE, len(rules))
    for name, find in FINDERS.items():
        try:
            answers = find(rules, table)
        except MissingLibraryError as error:
            found.excluded[name] = str(error)
            continue
        differing = {
            place: len(set(wanted) ^ set(got))
            for place, (wanted, got) in enumerate(zip(expected, answers, strict=True))
            if wanted != got
        }
        found.note(name, differing, rules)
    return found


def _measure(rules: Sequence[Rule], engines: Sequence[str], paths: Sequence[str], rows: int) -> dict[str, Any]:
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name in engines:
            runs[name].append(run_once(name, rules, paths))
    return {
        "rows": rows,
        "other_counts": _find_differences(rules, runs),
        "engines": {name: _describe(answers, runs, rows) for name, answers in runs.items()},
    }


def run_once(engine: str, rules: Sequence[Rule], paths: Sequence[str]) -> dict[str, Any]:
    """Run one engine once over the files of a folder, on all processors, in a process of its own."""
    request = {
        "engine": engine,
        "rules": [(rule.id, rule.text) for rule in rules],
        "paths": list(paths),
        "threads": os.cpu_count() or 1,
    }
    done = subprocess.run(
        [sys.executable, "-m", "policies.bench.one_backtest"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
    )
    if done.returncode:
        message = f"{engine} ended with {done.returncode}: {done.stderr.strip()[-400:]}"
        raise RuntimeError(message)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _find_differences(rules: Sequence[Rule], measured: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Say on which rules an engine counted other hits than ours."""
    ours = measured[OURS][0]["hits"]
    return {
        rule.id: f"{name} counts {answers[0]['hits'][place]} hits, not {ours[place]}"
        for name, answers in measured.items()
        if name not in (OURS, DECODING)
        for place, rule in enumerate(rules)
        if answers[0]["hits"][place] != ours[place]
    }


def _describe(
    answers: Sequence[dict[str, Any]], measured: dict[str, list[dict[str, Any]]], rows: int
) -> dict[str, float]:
    seconds = statistics.median(answer["seconds"] for answer in answers)
    found = {
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "peak_memory_mb": round(max(answer["peak_memory_mb"] for answer in answers)),
    }
    for name in (DUCKDB, POLARS, DECODING):
        if name in measured and answers is not measured[name]:
            ratios = [other["seconds"] / own["seconds"] for own, other in zip(answers, measured[name], strict=True)]
            found[f"ratio_to_{name.replace(' ', '_')}"] = round(statistics.median(ratios), 2)
    return found


def _measure_growth(rules: Sequence[Rule], paths: Sequence[str], rows: int) -> dict[str, Any]:
    """Return our rows per second on a tenth, three tenths and all of the files."""
    found = {}
    for step in STEPS:
        with tempfile.TemporaryDirectory() as folder:
            chosen = [str(Path(folder) / Path(path).name) for path in paths[: len(paths) * step // STEPS[-1]]]
            for path, link in zip(paths, chosen, strict=False):
                os.link(path, link)
            seconds = run_once(OURS, rules, chosen)["seconds"]
        found[f"times_{step}"] = {
            "rows": rows * step // STEPS[-1],
            "seconds": round(seconds, 2),
            "rows_per_second": round(rows * step / STEPS[-1] / seconds),
        }
    return found
