"""The note by which other commands find the running servers, and a later run the remains of a killed one."""

import json
import os
import signal
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from governance.project.embedded.processes import Child, end_process, read_mark

FILE_MODE = 0o600


@dataclass(frozen=True)
class Process:
    """A child as noted: the mark tells it from a later process with the same pid."""

    name: str
    pid: int
    mark: str


@dataclass(frozen=True)
class Runtime:
    """What runs on a data home. `web_url` is set once the console answers. Holds passwords: mode 0600."""

    pid: int
    mark: str
    command: str
    database_url: str
    redis_url: str
    web_url: str
    children: tuple[Process, ...]

    @property
    def is_alive(self) -> bool:
        """Whether the process that wrote the note still runs."""
        return read_mark(self.pid) == self.mark


def note(command: str, database_url: str, redis_url: str, children: list[Child]) -> Runtime:
    """Return the note of this process and its children."""
    own = os.getpid()
    return Runtime(own, read_mark(own) or "", command, database_url, redis_url, "", _describe(children))


def with_children(runtime: Runtime, children: list[Child]) -> Runtime:
    """Return the note with another list of children."""
    return replace(runtime, children=_describe(children))


def _describe(children: list[Child]) -> tuple[Process, ...]:
    marks = ((child.name, child.process.pid, read_mark(child.process.pid)) for child in children)
    return tuple(Process(name, pid, mark) for name, pid, mark in marks if mark is not None)


def write_runtime(path: Path, runtime: Runtime) -> None:
    """Write the note in one step, readable by its owner only."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), FILE_MODE)
        json.dump(asdict(runtime), file)
    draft.replace(path)


def read_runtime(path: Path) -> Runtime | None:
    """Return the note, or None when there is none or it cannot be understood."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        children = tuple(
            Process(str(child["name"]), int(child["pid"]), str(child["mark"])) for child in data["children"]
        )
        return Runtime(
            int(data["pid"]), str(data["mark"]), str(data["command"]), str(data["database_url"]),
            str(data["redis_url"]), str(data["web_url"]), children,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def end_remains(path: Path) -> None:
    """End the children that a killed run left behind, and drop its note. Only for the holder of the home's lock."""
    left = read_runtime(path)
    if left is not None:
        # Backwards: whoever uses the servers goes before the servers.
        for child in reversed(left.children):
            if read_mark(child.pid) == child.mark:
                end_process(child.pid, signal.SIGINT if child.name == "postgres" else signal.SIGTERM, seconds=15)
    path.unlink(missing_ok=True)
