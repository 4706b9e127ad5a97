"""Real runs of `manage.py` on data homes of their own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from governance.project.embedded.home import Home
from governance.project.embedded.runtime import Runtime, read_runtime

ROOT = Path(__file__).resolve().parents[3]
NAMED = ("DATABASE_URL", "REDIS_URL", "AEDILE_SECRET_KEY", "AEDILE_MEDIA_ROOT", "AEDILE_ENV")
READY = "Ctrl-C stops everything"


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment that leaves everything to the embedded default, on `home`."""
    kept = {name: value for name, value in os.environ.items() if name not in NAMED}
    return {**kept, "AEDILE_HOME": str(home), **more}


@dataclass
class Run:
    """A `manage.py` command that runs, with what it has said so far."""

    process: subprocess.Popen[str]
    home: Home
    lines: list[str] = field(default_factory=list)
    started_at: float = field(default_factory=time.monotonic)

    def follow(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip())

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, text: str, seconds: float = 120) -> float:
        """Wait until a line holds `text`; return the seconds since the start."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if text in self.output:
                return time.monotonic() - self.started_at
            if self.process.poll() is not None:
                time.sleep(0.2)
                if text in self.output:
                    return time.monotonic() - self.started_at
                break
            time.sleep(0.02)
        pytest.fail(f"did not say {text!r} (exit code {self.process.poll()}):\n{self.output}")

    @property
    def runtime(self) -> Runtime:
        found = read_runtime(self.home.runtime_file)
        assert found, "there is no runtime file"
        return found

    @property
    def url(self) -> str:
        return self.runtime.web_url

    def family(self) -> list[psutil.Process]:
        """Return the command and everything that it started, directly or not."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def end(self, number: signal.Signals) -> int:
        """Send a signal to the process group, as a terminal does; return the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(120)


Starter = Callable[..., Run]


def heed_interrupts() -> None:
    """Undo what a test run in the background of a shell inherits: that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def launch(home: Home, argv: list[str], **options: Any) -> Run:
    """Start a command on `home` as the leader of a process group, and follow what it says."""
    settings = {"cwd": ROOT, "env": clean_environment(home.root), "preexec_fn": heed_interrupts, **options}
    process = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, **settings
    )
    run = Run(process, home)
    threading.Thread(target=run.follow, daemon=True).start()
    return run


def make_home_directory() -> Path:
    """Return a new directory that every account can walk into, unlike pytest's own ones."""
    path = Path(tempfile.mkdtemp(prefix="aedile-home-"))
    path.chmod(0o711)
    return path


@pytest.fixture(scope="session")
def migrated_home() -> Iterator[Path]:
    """A data home whose database has had every migration, to be copied."""
    path = make_home_directory()
    run = launch(Home(path), [sys.executable, "-u", "manage.py", "up", "--port", "18300"])
    run.wait_for(READY)
    run.end(signal.SIGINT)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def home(migrated_home: Path) -> Iterator[Home]:
    """A copy of the migrated home."""
    path = make_home_directory()
    subprocess.run(["cp", "-a", f"{migrated_home}/.", str(path)], check=True)
    yield Home(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def empty_home() -> Iterator[Home]:
    """A new directory."""
    path = make_home_directory()
    yield Home(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start() -> Iterator[Starter]:
    """Start `manage.py` commands; whatever still runs after the test is ended."""
    runs: list[Run] = []

    def act(*arguments: str, on: Home, argv: list[str] | None = None, **options: Any) -> Run:
        run = launch(on, argv or [sys.executable, "-u", "manage.py", *arguments], **options)
        runs.append(run)
        return run

    yield act
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


HOLD = "import sys; print('holding', flush=True); sys.stdin.read()"


def hold(start: Starter, home: Home, **options: Any) -> Run:
    """Start a command that keeps servers until its standard input is closed."""
    run = start("shell", "-c", HOLD, on=home, stdin=subprocess.PIPE, **options)
    run.wait_for("holding")
    return run


def release(run: Run) -> int:
    """Let a holding command end; return its exit code."""
    assert run.process.stdin
    run.process.stdin.close()
    return run.process.wait(60)


@pytest.fixture
def manage() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a `manage.py` command to its end."""

    def act(*arguments: str, on: Home, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=clean_environment(on.root, **more), capture_output=True, text=True, timeout=120
        )

    return act


def assert_gone(family: list[psutil.Process], seconds: float = 20) -> None:
    """Fail when one of the processes still runs after `seconds`."""
    _, alive = psutil.wait_procs(family, timeout=seconds)
    assert not alive, f"left behind: {alive}"
