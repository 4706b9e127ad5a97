"""Share the stretches of a backtest among processes, tell how far they are, stop them when asked."""

import gc
import multiprocessing
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol

from policies.engines.backtest.gathering import Load, loads_of
from policies.engines.backtest.request import Cancelled, Request, Stretch
from policies.engines.backtest.scanning import Scanner, take_one_processor
from policies.engines.backtest.tally import Tally
from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.errors import DataError

_PATIENCE = 0.2
"""Seconds after which a request to stop is noticed."""


class WorkerLostError(RuntimeError):
    """A process of a backtest ended before its work was done."""


class Stop(Protocol):
    """What tells that a backtest is to stop, such as `threading.Event`."""

    def is_set(self) -> bool:
        """Tell whether to stop."""


def scan_here(
    request: Request, stretches: Sequence[Stretch], stop: Stop, heard: Callable[[int], None]
) -> tuple[Tally, float]:
    """Count all stretches in this process; return the tally and the peak of its memory in MB.

    Raises:
        Cancelled: `stop` was set; it is asked after each batch of rows.
        DataError: a file cannot be used.
    """

    def hear(rows: int) -> None:
        if stop.is_set():
            raise Cancelled
        heard(rows)

    scanner = Scanner(request, _compile(request), hear)
    for load in loads_of(stretches):
        scanner.scan(load)
    return scanner.tally, peak_memory_mb()


def scan_in_processes(
    request: Request, stretches: Sequence[Stretch], processes: int, stop: Stop, heard: Callable[[int], None]
) -> tuple[Tally, float]:
    """Count the stretches in several processes; return the tally and the peak memory of the largest, in MB.

    Raises:
        Cancelled: `stop` was set.
        DataError: a file cannot be used.
        WorkerLostError: a process was ended from outside.
    """
    with _workers(request, processes) as workers:
        return _share(deque(loads_of(stretches, processes)), workers, stop, heard)


class _Worker:
    """A process and the line to it."""

    def __init__(
        self, request: Request, engine: ColumnarEngine | None, method: str, earlier: Sequence["_Worker"]
    ) -> None:
        context: Any = multiprocessing.get_context(method)
        self.line, theirs = context.Pipe()
        # A forked process has our ends of all lines; while it holds them, nobody learns that we are gone.
        ours = [self.line, *(worker.line for worker in earlier)] if method == "fork" else []
        self.process = context.Process(target=_work, args=(theirs, request, engine, ours), daemon=True)
        self.process.start()
        theirs.close()

    def close(self) -> None:
        """End the process, by force if it does not listen."""
        self.process.terminate()
        self.process.join(0.5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.line.close()


def start_method() -> str:
    """Return how to start a process: by a copy of this one, at once, where it has no threads that could hold locks.

    Otherwise a new interpreter is started, which takes half a second.
    """
    is_alone = sys.platform == "linux" and threading.active_count() == 1
    return "fork" if is_alone else "spawn"


@contextmanager
def _workers(request: Request, processes: int) -> Iterator[list[_Worker]]:
    workers: list[_Worker] = []
    method = start_method()
    # A forked process has what was compiled before; another one cannot be sent it.
    engine = _compile(request) if method == "fork" else None
    try:
        with _uninterrupted():
            for _ in range(processes):
                workers.append(_Worker(request, engine, method, workers))
        yield workers
    finally:
        for worker in workers:
            worker.close()


def _compile(request: Request) -> ColumnarEngine:
    """Return the engine of a request, made without a look for garbage: all that is made stays."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return ColumnarEngine(request.program)
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C, so that no process is lost half-started; it is heard right after.

    What is started here inherits that: Ctrl-C reaches every process of a terminal, and this one ends the others.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _share(loads: deque[Load], workers: list[_Worker], stop: Stop, heard: Callable[[int], None]) -> tuple[Tally, float]:
    by_line: dict[Any, _Worker] = {worker.line: worker for worker in workers}
    total: Tally | None = None
    peak = 0.0
    while by_line:
        if stop.is_set():
            raise Cancelled
        for line in wait(list(by_line), timeout=_PATIENCE):
            kind, found = _receive(by_line[line])
            if kind == "rows":
                heard(found)
            elif kind == "failed":
                raise found
            elif kind == "ready":
                by_line[line].line.send(loads.popleft() if loads else None)
            else:
                tally, memory = found
                peak = max(peak, memory)
                if total is None:
                    total = tally
                else:
                    total.add(tally)
                del by_line[line]
    if total is None:
        raise WorkerLostError("no process was started")
    return total, peak


def _receive(worker: _Worker) -> tuple[str, Any]:
    try:
        message: tuple[str, Any] = worker.line.recv()
    except (EOFError, ConnectionError):
        worker.process.join(1)
        code = worker.process.exitcode
        message_text = f"a process of the backtest ended with code {code}; there may be too little memory"
        raise WorkerLostError(message_text) from None
    return message


def _work(line: Connection, request: Request, engine: ColumnarEngine | None, inherited: Sequence[Connection]) -> None:
    """Do what comes over the line until there is no more, in a process of its own.

    Telling the rows fails when the other side is gone, which ends this process too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    take_one_processor()
    told = _Teller(line)
    try:
        scanner = Scanner(request, engine or _compile(request), told)
        # What a process starts with stays to its end: nothing of it is garbage, and looking at it would copy it.
        gc.freeze()
        line.send(("ready", None))
        while (load := line.recv()) is not None:
            scanner.scan(load)
            line.send(("ready", None))
        told.flush()
        line.send(("tally", (scanner.tally, peak_memory_mb())))
    except DataError as error:
        line.send(("failed", error))
    except (EOFError, ConnectionError):
        sys.exit(1)
    except Exception:  # noqa: BLE001 - told to the other side, which raises it
        line.send(("failed", WorkerLostError(f"a process of the backtest failed:\n{traceback.format_exc()}")))


class _Teller:
    """Tells the rows done, a few times a second."""

    def __init__(self, line: Connection) -> None:
        self._line, self._rows, self._told_at = line, 0, 0.0

    def __call__(self, rows: int) -> None:
        self._rows += rows
        if time.monotonic() - self._told_at > _PATIENCE:
            self.flush()

    def flush(self) -> None:
        """Tell what was not told yet."""
        self._line.send(("rows", self._rows))
        self._rows, self._told_at = 0, time.monotonic()


def peak_memory_mb() -> float:
    """Return the most memory that this process has had, in MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    for line in status.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
