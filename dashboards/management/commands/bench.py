"""Run a benchmark of any room."""

import json
from argparse import ArgumentTypeError
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.bench.machine import describe_machine

# Name of the benchmark → module with `run(*, seed: int, scale: float) -> Mapping[str, Any]`, its results.
# A benchmark makes its own data from the seed, cleans up after itself, and is short at scale 1.
BENCHMARKS: dict[str, str] = {
    "import": "risk.bench.importing",
    "ingest": "risk.bench.ingest",
}


def read_scale(text: str) -> float:
    """Return a positive factor."""
    try:
        scale = float(text)
    except ValueError as error:
        message = f"{text!r} is no number"
        raise ArgumentTypeError(message) from error
    if not 0 < scale <= 1000:
        message = f"{text} is not between 0 and 1000"
        raise ArgumentTypeError(message)
    return scale


class Command(BaseCommand):
    """Shell around the benchmarks of the rooms."""

    help = "Run a benchmark and print what it measured."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("name", choices=sorted(BENCHMARKS))
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
        parser.add_argument("--seed", type=int, default=7, help="another seed gives other data (default 7)")
        parser.add_argument("--scale", type=read_scale, default=1.0, help="how much work (default 1)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run it and print the report."""
        module = import_module(BENCHMARKS[options["name"]])
        results: Mapping[str, Any] = module.run(seed=options["seed"], scale=options["scale"])
        report = {
            "name": options["name"],
            "machine": describe_machine(),
            "seed": options["seed"],
            "scale": options["scale"],
            "results": results,
        }
        self.stdout.write(json.dumps(report) if options["json"] else as_table(report))


def as_table(report: Mapping[str, Any]) -> str:
    """Return a report as lines of name and value, results by their dotted names."""
    lines = _flatten("", report)
    width = max(len(name) for name, _value in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


def _flatten(prefix: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [line for name, inner in value.items() for line in _flatten(f"{prefix}.{name}".lstrip("."), inner)]
    return [(prefix, f"{value:,}" if isinstance(value, int | float) else str(value))]
