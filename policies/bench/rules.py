"""The benchmark `rules`: our engines against others, on the same random rules and events."""

from collections.abc import Mapping
from typing import Any

from policies.bench.backtest_speed import measure_backtests
from policies.bench.markdown import as_markdown
from policies.bench.row_speed import RULE_COUNTS, measure_rows, write_rules

__all__ = ["as_markdown", "run"]


def run(*, seed: int, scale: float) -> Mapping[str, Any]:
    """Return what each engine took per event, and how many rows a second backtests went through."""
    rules = write_rules(max(RULE_COUNTS), seed)
    return {
        "row": measure_rows(rules, seed=seed, scale=scale),
        "backtest": measure_backtests(rules, seed=seed, scale=scale),
    }
