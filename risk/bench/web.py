"""Run one web process as production starts it, on a database of a benchmark."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings

STARTING_SECONDS = 60


def run_manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a `manage.py` command and return what it printed."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603


@contextmanager
def web_process(environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Run gunicorn with one worker process; yield its port and the worker's pid."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        os.set_inheritable(listener.fileno(), True)  # noqa: FBT003  (its signature)
        port = listener.getsockname()[1]
        command = (
            sys.executable, "-m", "gunicorn", "governance.project.wsgi:application", "--bind",
            f"fd://{listener.fileno()}", "--workers", "1", "--threads", "4", "--preload", "--no-control-socket",
            "--log-level", "warning",
        )  # fmt: skip
        master = subprocess.Popen(  # noqa: S603  (our own command)
            command, env=environment, cwd=settings.BASE_DIR, pass_fds=[listener.fileno()]
        )
    try:
        _wait_until_it_answers(port)
        yield port, _child_of(master.pid)
    finally:
        master.terminate()
        master.wait(20)


def _wait_until_it_answers(port: int) -> None:
    for _attempt in range(STARTING_SECONDS * 5):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    message = f"the web process did not answer within {STARTING_SECONDS} s"
    raise RuntimeError(message)


def _child_of(pid: int) -> int:
    """Return the worker below gunicorn's master, the master itself where the system does not tell."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return int(children.split()[0])
    except (OSError, IndexError):
        return pid
