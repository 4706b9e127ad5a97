"""Write what the benchmark `rules` measured as Markdown, for the README."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any


def as_markdown(report: Mapping[str, Any]) -> str:
    """Return the tables with date, machine, seed and scale."""
    row, backtest = report["results"]["row"], report["results"]["backtest"]
    parts = [
        _describe_run(report),
        describe_rows(row),
        *describe_agreement(row["agreement"]),
        *(_describe_backtest(name, found) for name, found in backtest.items() if name.startswith("rules_")),
        _describe_growth(backtest["growth"]),
        *describe_agreement(backtest["agreement"]),
    ]
    return "\n\n".join(parts)


def make_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is text and whose others are numbers."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _describe_run(report: Mapping[str, Any]) -> str:
    machine = report["machine"]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, "
        f"Python {machine['python']}; seed {report['seed']}, scale {report['scale']:g}."
    )


def describe_rows(row: Mapping[str, Any]) -> str:
    """Return the table of engines that evaluate one event at a time."""
    counts = [name for name in row if name.startswith("rules_")]
    engines = list(row[counts[0]])
    lines = []
    for engine in engines:
        cells = []
        for count in counts:
            found = row[count][engine]
            times = "" if found["ratio_to_peer"] == 1 else f" ({found['ratio_to_peer']:.1f} x)"
            cells.append(f"{found['us_per_event']:,.1f}{times}")
        lines.append([engine, *cells])
    head = ["µs per event, 63 fields", *(f"{count.removeprefix('rules_')} rules" for count in counts)]
    return make_table(head, lines)


def _describe_backtest(name: str, found: Mapping[str, Any]) -> str:
    lines = [
        [
            engine,
            f"{figures['rows_per_second']:,}",
            f"{figures['seconds']:,.2f}",
            f"{figures['peak_memory_mb']:,}",
            *(_times(figures.get(ratio)) for ratio in _RATIOS),
        ]
        for engine, figures in found["engines"].items()
    ]
    count = name.removeprefix("rules_")
    head = [f"Backtest of {count} rules over {found['rows']:,} rows", "rows/s", "s", "MB", *_RATIOS.values()]
    return make_table(head, lines)


_RATIOS = {
    "ratio_to_duckdb": "as fast as DuckDB",
    "ratio_to_polars": "as fast as Polars",
    "ratio_to_decoding_alone": "as fast as decoding",
}


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f} x"


def _describe_growth(growth: Mapping[str, Any]) -> str:
    lines = [
        [f"{found['rows']:,}", f"{found['seconds']:,.2f}", f"{found['rows_per_second']:,}"] for found in growth.values()
    ]
    return make_table(["Rows (our backtest of 100 rules)", "s", "rows/s"], lines)


def describe_agreement(agreement: Mapping[str, Any]) -> list[str]:
    """Say that the engines agreed, or what was left out."""
    left_out = [f"- {name}: {why}" for name, why in agreement["engines_left_out"].items()]
    left_out += [f"- {name}: {why}" for name, why in agreement["rules_left_out"].items()]
    said = f"All engines gave the same hits for {agreement['rules']:,} rules on {agreement['events']:,} events"
    if not left_out:
        return [f"{said}."]
    return [f"{said}, apart from what was left out:", "\n".join(left_out)]
