"""The sub-command `rules backtest`: rules over past events in Parquet files, the result as JSON."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandError

from policies.engines.errors import DataError
from policies.engines.ibis.connections import ENGINES
from policies.management.analytics import analytics_engine
from policies.rulelang.rules_form import RulesFile
from policies.rulelang.ruleset import RuleSet

COLUMNAR = "columnar"


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the options of the sub-command."""
    parser.add_argument("--rules", required=True, help="rules file (YAML)")
    parser.add_argument(
        "--events", required=True, help="events: a Parquet file, a folder of them, or for the analytics engines a table"
    )
    parser.add_argument("--engine", choices=(COLUMNAR, *ENGINES), default=COLUMNAR, help="engine that evaluates")
    parser.add_argument(
        "--by", action="append", choices=("day", "market"), help="tell hits by day (UTC) or market; may be given twice"
    )
    parser.add_argument("--labels", help="what is known to be abusive (Parquet, CSV or JSON Lines)")
    parser.add_argument("--sample", type=int, default=0, help="how many hits of each rule to show; default none")
    parser.add_argument("--processes", type=int, help="how many processes count; default: one per processor")


def run_backtest(
    file: RulesFile, ruleset: RuleSet, options: dict[str, Any], now: datetime | None, errors: TextIO
) -> str:
    """Run the backtest and return its result as JSON.

    Raises:
        CommandError: a file cannot be used.
    """
    # NumPy and Arrow are loaded by this sub-command only.
    programs, requests, labels, running, workers = (
        import_module(f"policies.engines.{name}")
        for name in ("columnar.program", "backtest.request", "backtest.labels", "backtest.running", "backtest.workers")
    )
    try:
        request = requests.Request(
            programs.program_of(ruleset, file.lists),
            tuple(requests.Grouping(name) for name in dict.fromkeys(options["by"] or ())),
            labels.read_labels(Path(options["labels"])) if options["labels"] else None,
            _at_least(options["sample"], 0, "--sample"),
            now,
        )
        if options["engine"] == COLUMNAR:
            result = running.run_backtest(
                request,
                Path(options["events"]),
                processes=None if options["processes"] is None else _at_least(options["processes"], 1, "--processes"),
                progress=_progress(errors),
            )
        else:
            counting = import_module("policies.engines.ibis.backtesting")
            with analytics_engine(options["engine"]) as engine:
                result = counting.run_backtest_on(engine, ruleset, request, options["events"])
    except (DataError, workers.WorkerLostError) as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        errors.write("\nstopped\n")
        sys.exit(130)
    return json.dumps({"engine": options["engine"], **result.as_json()}, ensure_ascii=False)


def _at_least(value: int, lowest: int, name: str) -> int:
    if value < lowest:
        message = f"{name}: {value} is too low; the lowest is {lowest}"
        raise CommandError(message)
    return value


def _progress(stream: TextIO) -> Callable[[int, int], None] | None:
    """Return what writes the rows done over the last line of a terminal; None where nobody looks."""
    if not stream.isatty():
        return None

    def show(done: int, rows: int) -> None:
        stream.write(f"\r{done:,} of {rows:,} rows" + ("\n" if done >= rows else ""))
        stream.flush()

    return show
