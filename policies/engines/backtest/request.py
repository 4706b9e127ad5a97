"""Say what a backtest is to count, in a form that crosses to other processes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from policies.engines.backtest.labels import Labels
from policies.engines.columnar.program import Program


class Grouping(StrEnum):
    """By what hits are told apart: the day of the event in UTC, or its market."""

    DAY = "day"
    MARKET = "market"


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The backtest was stopped before its end."""


@dataclass(frozen=True)
class Request:
    """What to count: `sample` hits of each rule are kept; `now` is the instant of evaluation, if one for all."""

    program: Program
    groupings: tuple[Grouping, ...] = ()
    labels: Labels | None = None
    sample: int = 0
    now: datetime | None = None


@dataclass(frozen=True)
class Stretch:
    """Some row groups of one file; `number` is the place of the file, `first_row` that of the first row in it.

    `size` is that of all their columns in bytes.
    """

    file: Path
    number: int
    groups: tuple[int, ...]
    first_row: int
    rows: int
    size: int = 0
