"""Measure how well the example rules find what is planted in a demo marketplace, and print it for the documentation.

Run it by hand: `python -m tests.bench.demo_rules [--seed S] [--events N] [--json]`.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from risk.actions.demo_features import write_features
from risk.actions.demo_files import FEATURES, write_demo
from risk.domain.demo.request import DemoRequest
from tests.architecture.sources import ROOT

RULES = ROOT / "examples" / "marketplace_rules.yaml"
_AIM = re.compile(r"^  # Planted: (\w+)[^\n]*\n(?:  #[^\n]*\n)*  - id: ([\w-]+)$", re.MULTILINE)


def read_aims(text: str) -> dict[str, str]:
    """Return the planted abuse that the comment of each rule names, by rule."""
    return {rule: abuse for abuse, rule in _AIM.findall(text)}


def write_marketplace(directory: Path, *, seed: int, events: int) -> None:
    """Write a marketplace of three months with its features."""
    request = DemoRequest(seed, events, ("BR", "ID", "DE"), date(2026, 8, 1), date(2026, 10, 31))
    write_demo(request=request, directory=directory)
    write_features(directory=directory)


def run_backtest(directory: Path) -> dict[str, Any]:
    """Run `manage.py rules backtest --labels` over a marketplace and return what it prints."""
    command = [sys.executable, "manage.py", "rules", "backtest", "--rules", str(RULES)]
    command += ["--events", str(directory / FEATURES), "--labels", str(directory / "labels.parquet")]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def describe(report: dict[str, Any]) -> str:
    """Return a table of the rules that aim at planted abuse, one of what they find together, and the other rules."""
    text = RULES.read_text(encoding="utf-8")
    aims = read_aims(text)
    rules = yaml.safe_load(text)["rules"]
    lines = ["| rule | policy | planted | hits | precision | recall |", "|---|---|---|---:|---:|---:|"]
    for rule in rules:
        name, abuse = rule["id"], aims.get(rule["id"])
        if abuse:
            recall = report["recall_by_abuse"][name].get(abuse, 0.0)
            figures = f"{report['hits'][name]:,} | {show(report['precision'][name])} | {show(recall)}"
            lines.append(f"| `{name}` | {rule['policy']} | {abuse} | {figures} |")
    every = report["labels"]["all_rules"]
    lines += ["", "| planted | labels | found by all rules together |", "|---|---:|---:|"]
    for abuse, given in report["labels"]["by_abuse"].items():
        lines.append(f"| {abuse} | {given:,} | {show(every['found'].get(abuse, 0) / given)} |")
    quiet = [f"`{rule['id']}`" for rule in rules if rule["id"] not in aims and not report["hits"][rule["id"]]]
    others = [f"`{rule['id']}` {report['hits'][rule['id']]:,}" for rule in rules if rule["id"] not in aims]
    others = [name for name in others if not name.endswith(" 0")]
    lines += ["", f"Hits of the rules that aim at nothing planted: {', '.join(others)}."]
    lines += ["", f"Never hit: {', '.join(quiet)}."]
    return "\n".join(lines)


def show(share: float | None) -> str:
    """Return a share as a percentage without decimals."""
    return "-" if share is None else f"{share * 100:.0f} %"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        write_marketplace(Path(directory), seed=options.seed, events=options.events)
        report = run_backtest(Path(directory))
    if options.json:
        print(json.dumps(report))
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}, seed {options.seed}, {report['rows']:,} events.\n")
    print(describe(report))


if __name__ == "__main__":
    main()
