"""Draw large files in a process of their own, so that the next chunk is ready when PostgreSQL has taken in the last."""

import fcntl
import gc
import subprocess
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import IO, Final

from django.conf import settings

from risk.actions.importing.drawing import Drawn, FileDrawing, draw_file
from risk.actions.importing.drawing_process import receive, send
from risk.actions.importing.errors import ImportFailed

MODULE: Final = "risk.actions.importing.drawing_process"
WORTH_BYTES: Final = 4_000_000  # below that starting a process takes longer than it saves
ENDING_SECONDS: Final = 10
WIDTH: Final = 1 << 20


def draw_beside(job: FileDrawing) -> Iterator[Drawn]:
    """Yield every chunk of a file with its events, as `draw_file`.

    Raises ImportFailed where the file cannot be read and when the process was killed, as where memory runs out.
    """
    if job.file.size < WORTH_BYTES:
        yield from draw_file(job)
    else:
        yield from _one_ahead(_receive_all(job))


def _one_ahead(chunks: Generator[Drawn, None, None]) -> Iterator[Drawn]:
    """Yield the chunks while a thread receives the next: most of the time the caller waits for PostgreSQL."""
    with ThreadPoolExecutor(1, thread_name_prefix="import-receiver") as receiver:
        coming = receiver.submit(next, chunks, None)
        try:
            while (found := coming.result()) is not None:
                coming = receiver.submit(next, chunks, None)
                yield found
                found = None  # or two chunks would be held while the next is received
        finally:
            wait([coming])
            chunks.close()


def _receive_all(job: FileDrawing) -> Generator[Drawn, None, None]:
    command = [sys.executable, "-m", MODULE]
    with subprocess.Popen(  # noqa: S603  (our own command)
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1 << 20
    ) as child:
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("a process without pipes")
        try:
            _widen(child.stdout)
            send(job, child.stdin)
            child.stdin.close()
            while (found := receive(child.stdout)) is not None:
                if isinstance(found, str):
                    raise ImportFailed(found)
                yield found
                found = None
            code = child.wait(ENDING_SECONDS)
            if code < 0:
                label = job.file.label
                raise ImportFailed(
                    f"The process that reads {label} was ended (signal {-code}). "
                    "Run the same import again; it goes on where it stopped."
                )
            if code:
                message = f"the process that reads {job.file.label} ended with {code}"
                raise RuntimeError(message)
        finally:
            child.stdout.close()
            child.kill()


def _widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a megabyte where the system can, as a chunk is several times the usual 64 kB."""
    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, WIDTH)


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Keep Python from searching for reference cycles, which costs a third of an import and finds next to none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
