"""Run things at the same moment on connections of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")
SECONDS = 60


def run_together(*calls: Callable[[], Result]) -> list[Future[Result]]:
    """Start every call at once and return their futures when all are done; an error is raised by `.result()`."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result:
        try:
            barrier.wait(timeout=SECONDS)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [pool.submit(run, call) for call in calls]


def results_of(futures: Sequence[Future[Result]]) -> list[Result]:
    """Return the results, raising the first error."""
    return [future.result() for future in futures]
