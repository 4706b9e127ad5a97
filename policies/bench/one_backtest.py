"""Run one backtest in a process of its own, so that its memory and its threads are its own.

`python -m policies.bench.one_backtest` reads a JSON object from standard input and prints one. It needs no Django.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from policies.bench.libraries import MissingLibraryError, load
from policies.bench.ours import build_ruleset
from policies.bench.peers import Rule, duckdb, polars
from policies.bench.terms import fields_of, read_clause
from policies.bench.workload.fields import SCHEMA
from policies.engines.backtest.request import Grouping, Request
from policies.engines.backtest.running import run_backtest
from policies.engines.columnar.program import program_of

OURS, DUCKDB, POLARS, DECODING = "aedile columnar", "duckdb", "polars", "decoding alone"
Run: TypeAlias = Callable[[Sequence[str], int], tuple[list[int], float]]
"""Goes through files with a number of threads or processes; returns the hits of each rule, and the peak memory in MB
of the largest process that it started, or 0."""
Preparer: TypeAlias = Callable[[Sequence[Rule]], Run]
"""Checks the rules and writes them in the form of an engine, which is not timed."""


def main() -> None:
    """Answer `seconds`, `peak_memory_mb` and `hits` per rule, or `missing` with the reason."""
    request = json.load(sys.stdin)
    os.environ["POLARS_MAX_THREADS"] = str(request["threads"])
    rules = [Rule(rule, text, read_clause(text, SCHEMA)) for rule, text in request["rules"]]
    try:
        answer = _run(ENGINES[request["engine"]], rules, request["paths"], request["threads"])
    except MissingLibraryError as error:
        answer = {"missing": str(error)}
    sys.stdout.write(json.dumps(answer))


def _run(prepare: Preparer, rules: Sequence[Rule], paths: Sequence[str], threads: int) -> dict[str, Any]:
    run = prepare(rules)
    began = time.perf_counter()
    hits, memory = run(paths, threads)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "peak_memory_mb": max(memory, _peak_memory_mb()), "hits": hits}


def _prepare_ours(rules: Sequence[Rule]) -> Run:
    request = Request(program_of(build_ruleset(rules), {}), groupings=(Grouping.DAY,))
    # As for the other engines, importing the library is not timed.
    for module in ("pyarrow", "pyarrow.compute", "pyarrow.parquet"):
        load(module)

    def run(paths: Sequence[str], threads: int) -> tuple[list[int], float]:
        result = run_backtest(request, Path(paths[0]).parent, processes=threads)
        return [int(hits) for hits in result.tally.hits], result.peak_memory_mb

    return run


def _prepare_duckdb(rules: Sequence[Rule]) -> Run:
    load("duckdb")
    query = duckdb.write_query(rules)
    return lambda paths, threads: (duckdb.count_per_day(query, paths, threads), 0.0)


def _prepare_polars(rules: Sequence[Rule]) -> Run:
    counts = polars.write_counts(rules)
    return lambda paths, _threads: (polars.count_per_day(counts, paths), 0.0)


def _prepare_decoding(rules: Sequence[Rule]) -> Run:
    names = sorted(set().union(*(fields_of(rule.clause) for rule in rules)))
    load("pyarrow.parquet")
    return lambda paths, threads: (_decode(names, paths, threads), 0.0)


def _decode(names: Sequence[str], paths: Sequence[str], threads: int) -> list[int]:
    """Read the columns that the rules use and nothing else: the time below which no backtest can be."""
    load("pyarrow").set_cpu_count(threads)
    for path in paths:
        file = load("pyarrow.parquet").ParquetFile(path)
        for group in range(file.num_row_groups):
            file.read_row_group(group, columns=names)
    return []


ENGINES: dict[str, Preparer] = {
    OURS: _prepare_ours,
    DUCKDB: _prepare_duckdb,
    POLARS: _prepare_polars,
    DECODING: _prepare_decoding,
}


def _peak_memory_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
