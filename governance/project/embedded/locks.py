"""File locks that the system takes back when their holder ends, however it ends."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from governance.project.embedded.processes import POLL_SECONDS


class FileLock:
    """An advisory lock on a file; children do not inherit it."""

    def __init__(self, path: Path) -> None:
        """Open the lock file, without taking the lock."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """Take the lock for this process alone; return False at once when someone else holds it."""
        return self._try(fcntl.LOCK_EX)

    def take_within(self, seconds: float) -> bool:
        """Take the lock for this process alone, waiting up to `seconds`; return whether it was had."""
        deadline = time.monotonic() + seconds
        while not self.take():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def share(self) -> bool:
        """Take the lock together with others; return False when someone holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def release(self) -> None:
        """Let others take the lock, and stay able to take it again."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def write(self, text: str) -> None:
        """Leave a text in the lock file for those who find it taken."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def read(self) -> str:
        """Return the text that the holder left."""
        return os.pread(self._descriptor, 1000, 0).decode("utf-8", "replace")

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
