"""Run a backtest: find the files, share the work, put the result together."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from policies.engines.backtest.reading import layout_of
from policies.engines.backtest.request import Request, Stretch
from policies.engines.backtest.result import Result
from policies.engines.backtest.workers import Stop, scan_here, scan_in_processes, start_method
from policies.engines.columnar.engine import ROWS_AT_HAND
from policies.engines.errors import DataError
from policies.engines.parquet import SMALL_BYTES, ParquetSource, find_files

_ROWS_WORTH_A_PROCESS = 400_000
_ANSWERS_WORTH_A_PROCESS = {"spawn": 40_000_000, "fork": 5_000_000}
"""Starting a process takes about as long as counting so many rows, or asking so many times a rule of a row."""


def run_backtest(
    request: Request,
    path: Path,
    *,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stop: Stop | None = None,
) -> Result:
    """Run the rules of a request over a Parquet file or folder.

    `processes` is by default the number of processors; few rows are counted in this process, and so are all in a
    process that may have no others below it, such as a worker of Celery. `progress` is told the rows done and all
    rows, a few times a second. When `stop` is set, the run ends within a second.

    Raises:
        Cancelled: `stop` was set.
        DataError: a file cannot be used; the error tells file, row group and column as far as they are known.
    """
    started = time.perf_counter()
    stretches = plan(request, find_files(path))
    rows, done = sum(stretch.rows for stretch in stretches), 0

    def hear(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, rows)

    stop = stop or threading.Event()
    most = max(1, min(processes or os.cpu_count() or 1, len(stretches), _processes_worth(request, rows)))
    if multiprocessing.current_process().daemon:
        most = 1
    if most == 1:
        tally, memory = scan_here(request, stretches, stop, hear)
    else:
        tally, memory = scan_in_processes(request, stretches, most, stop, hear)
    return Result(request, tally, time.perf_counter() - started, memory, most)


def _processes_worth(request: Request, rows: int) -> int:
    answers = rows * len(request.program.rules)
    return max(-(-rows // _ROWS_WORTH_A_PROCESS), -(-answers // _ANSWERS_WORTH_A_PROCESS[start_method()]))


def plan(request: Request, files: Sequence[Path]) -> list[Stretch]:
    """Cut files into stretches of row groups: small ones together, large ones alone.

    Raises:
        DataError: a file is no Parquet, or the columns of one do not fit.
    """
    stretches = []
    for number, file in enumerate(files):
        source = ParquetSource(file)
        try:
            layout_of(source.schema, request)
        except DataError as error:
            raise error.at(file=str(file)) from error
        groups: list[int] = []
        first_row = at_hand = size = 0
        for group in range(source.metadata.num_row_groups):
            about = source.metadata.row_group(group)
            if groups and (at_hand + about.num_rows > ROWS_AT_HAND or size + about.total_byte_size > SMALL_BYTES):
                stretches.append(Stretch(file, number, tuple(groups), first_row, at_hand, size))
                first_row, at_hand, size, groups = first_row + at_hand, 0, 0, []
            groups.append(group)
            at_hand, size = at_hand + about.num_rows, size + about.total_byte_size
        if groups:
            stretches.append(Stretch(file, number, tuple(groups), first_row, at_hand, size))
    return stretches
