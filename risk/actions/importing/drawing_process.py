"""The process that draws a file beside the one that loads: takes its job on standard input, gives chunks on output.

It ends by itself when nobody reads any more, however the reader ended, and holds one chunk at most.
"""

import gc
import os
import pickle
import signal
import sys
from struct import Struct
from typing import IO, Any, Final

from risk.actions.importing.drawing import FileDrawing, draw_file
from risk.actions.importing.errors import ImportFailed

LENGTH: Final = Struct("<Q")  # before each message
_PICKLE: Final = 5


def answer(job: FileDrawing, out: IO[bytes]) -> None:
    """Write every chunk, or at the place where the file cannot be read the message that says so."""
    try:
        chunks = draw_file(job)
        while (drawn := next(chunks, None)) is not None:
            send(drawn, out)
            drawn = None  # what is sent need not stay while the next chunk is made
    except ImportFailed as error:
        send(error.message, out)


def send(message: Any, out: IO[bytes]) -> None:
    """Write a message, wholly made before its first byte leaves, so that the reader waits for nothing but bytes."""
    data = pickle.dumps(message, _PICKLE)
    out.write(LENGTH.pack(len(data)))
    out.write(data)
    out.flush()


def receive(source: IO[bytes]) -> Any:
    """Return the next message; None behind the last, and where the writer was cut off."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = source.read(length)
    return pickle.loads(data) if len(data) == length else None  # noqa: S301  (from a process that belongs to this one)


def main() -> None:
    """Answer one job. An interrupt is for the reader to heed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # next to no cycles are made here, and looking for them costs a third of the time
    job: FileDrawing = receive(sys.stdin.buffer)
    try:
        answer(job, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # without the complaint about the rest that nobody will read


if __name__ == "__main__":
    main()
