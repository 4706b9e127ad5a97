"""Run a benchmark of any room."""

import json
from argparse import ArgumentTypeError
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.bench.machine import describe_machine, read_server_version

# Name of the benchmark → module with `run(*, seed: int, scale: float) -> Mapping[str, Any]`, its results.
# A benchmark makes its own data from the seed, cleans up after itself, and is short at scale 1. A module may have
# `as_markdown(report) -> str`, the text for the README.
BENCHMARKS: dict[str, str] = {
    "decisions": "risk.bench.decisions",
    "import": "risk.bench.importing",
    "ingest": "risk.bench.ingest",
    "rules": "policies.bench.rules",
    "workers": "risk.bench.workers",
}
# These need no database; `governance.project.embedded.entry` starts none for them.
OFFLINE = frozenset({"rules"})


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
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("name", choices=sorted(BENCHMARKS))
        shape = parser.add_mutually_exclusive_group()
        shape.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
        shape.add_argument("--markdown", action="store_true", help="print tables in Markdown, with date and machine")
        parser.add_argument("--seed", type=int, default=7, help="another seed gives other data (default 7)")
        parser.add_argument("--scale", type=read_scale, default=1.0, help="how much work (default 1)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run it and print the report."""
        module = import_module(BENCHMARKS[options["name"]])
        results: Mapping[str, Any] = module.run(seed=options["seed"], scale=options["scale"])
        machine = describe_machine()
        if options["name"] not in OFFLINE:
            machine["postgresql"] = read_server_version()
        report = {
            "name": options["name"],
            "machine": machine,
            "seed": options["seed"],
            "scale": options["scale"],
            "results": results,
        }
        if options["json"]:
            self.stdout.write(json.dumps(report))
        elif options["markdown"]:
            self.stdout.write(getattr(module, "as_markdown", as_plain_markdown)(report))
        else:
            self.stdout.write(as_table(report))


def as_plain_markdown(report: Mapping[str, Any]) -> str:
    """Return a report as one Markdown table of name and value."""
    lines = [f"| {name} | {value} |" for name, value in _flatten("", report)]
    return "\n".join(["| | |", "|---|---|", *lines])


def as_table(report: Mapping[str, Any]) -> str:
    """Return a report as lines of name and value, results by their dotted names."""
    lines = _flatten("", report)
    width = max(len(name) for name, _value in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


def _flatten(prefix: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [line for name, inner in value.items() for line in _flatten(f"{prefix}.{name}".lstrip("."), inner)]
    if isinstance(value, list | tuple):
        return [line for place, inner in enumerate(value) for line in _flatten(f"{prefix}.{place}", inner)]
    return [(prefix, f"{value:,}" if isinstance(value, int | float) else str(value))]
