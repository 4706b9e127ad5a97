"""Send requests over many connections at once from one process, and measure each answer."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

STATUS_END = 12  # of b"HTTP/1.1 200"
WAITING_SECONDS = 30


@dataclass(slots=True)
class Sample:
    """Answers of a load: when each was asked and answered (monotonic seconds), and its body when it is kept."""

    asked: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def waits_ms(self) -> list[float]:
        """Return how long each answer took, shortest first."""
        return sorted((end - begin) * 1000 for begin, end in zip(self.asked, self.answered, strict=True))

    def longest_gap_ms(self) -> float:
        """Return the longest time in which no answer came at all."""
        ends = sorted(self.answered)
        return max((later - earlier for earlier, later in pairwise(ends)), default=0.0) * 1000


@dataclass(slots=True)
class _Line:
    """A connection with its request under way."""

    socket: socket.socket
    asked: float = 0.0
    received: bytes = b""


def send_load(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Sample:
    """Keep every connection busy for the time, one request after another, and return the answers.

    Requests are whole HTTP/1.1 requests. Raises RuntimeError on any answer but 200, and when none comes.
    """
    sample = Sample()
    until = time.perf_counter() + seconds
    with selectors.DefaultSelector() as selector:
        lines = [_Line(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
        for line in lines:
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(line.socket, selectors.EVENT_READ, line)
            _ask(line, next(requests))
        waiting = connections
        while waiting:
            ready = selector.select(WAITING_SECONDS)
            if not ready:
                message = f"no answer within {WAITING_SECONDS} s: {waiting} are waiting"
                raise RuntimeError(message)
            for key, _events in ready:
                line = key.data
                if not _take(line, sample):
                    continue
                if time.perf_counter() < until:
                    _ask(line, next(requests))
                else:
                    waiting -= 1
        for line in lines:
            line.socket.close()
    return sample


def post(path: str, key: str, body: bytes) -> bytes:
    """Return a whole request that posts JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _ask(line: _Line, request: bytes) -> None:
    line.received = b""
    line.asked = time.perf_counter()
    line.socket.sendall(request)


def _take(line: _Line, sample: Sample) -> bool:
    """Read what is there; say whether the answer is complete."""
    piece = line.socket.recv(262_144)
    line.received += piece
    head, end, body = line.received.partition(b"\r\n\r\n")
    if not piece:
        message = f"the connection was closed after {line.received[:200]!r}"
        raise RuntimeError(message)
    if not end or len(body) < _length(head):
        return False
    if head[9:STATUS_END] != b"200":
        message = f"{head[:STATUS_END].decode()}: {body[:500]!r}"
        raise RuntimeError(message)
    sample.asked.append(line.asked)
    sample.answered.append(time.perf_counter())
    sample.bodies.append(body)
    return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
