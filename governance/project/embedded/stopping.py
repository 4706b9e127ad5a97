"""Remember that someone asked to stop."""

import contextlib
import signal
import time
from collections.abc import Iterator
from types import FrameType

# One Ctrl-C often arrives twice: from the terminal and from `make` or `timeout` above us.
ECHO_SECONDS = 1.0


class StopRequest:
    """Made by Ctrl-C, SIGTERM or the closing of the terminal; urgent when it is made again."""

    def __init__(self) -> None:
        """Begin without a request."""
        self._made_at: float | None = None
        self._is_interruptible = False
        self.is_urgent = False

    @property
    def is_made(self) -> bool:
        """Whether someone asked."""
        return self._made_at is not None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Catch the signals for the length of the block."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def interrupting(self) -> Iterator[None]:
        """Raise KeyboardInterrupt in the block when asked: for waits that do not look at `is_made` themselves."""
        if self.is_made:
            raise KeyboardInterrupt
        self._is_interruptible = True
        try:
            yield
        finally:
            self._is_interruptible = False

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._made_at is None:
            self._made_at = now
            if self._is_interruptible:
                self._is_interruptible = False
                raise KeyboardInterrupt
        elif now - self._made_at > ECHO_SECONDS:
            self.is_urgent = True
