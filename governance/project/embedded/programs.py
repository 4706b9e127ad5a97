"""The programs of Aedile itself as children of the supervisor: web server, worker, scheduler, one-time commands."""

import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from governance.project.embedded.accounts import is_root
from governance.project.embedded.home import Home
from governance.project.embedded.processes import Command

CODE = Path(__file__).resolve().parents[3]
QUEUES = ("celery", "ingest", "score", "cases", "notify", "batch")
CELERY = (sys.executable, "-m", "celery", "-A", "governance.project.celery")


def web_command(home: Home, environment: Mapping[str, str], listener: socket.socket) -> Command:
    """Return the web server on a socket that the supervisor keeps."""
    argv = (
        sys.executable, "-m", "gunicorn", "governance.project.wsgi:application",
        "--bind", f"fd://{listener.fileno()}", "--workers", "2", "--threads", "4", "--preload",
        "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning",
    )  # fmt: skip
    return Command("web", argv, environment, CODE, home.log("web"), inherited=(listener.fileno(),))


def worker_command(home: Home, environment: Mapping[str, str]) -> Command:
    """Return one worker group over all queues."""
    argv = (
        *CELERY, "worker", "--queues", ",".join(QUEUES), "--concurrency", "2", "--hostname", "aedile@%h",
        "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
    )  # fmt: skip
    own = {**environment, "AEDILE_SOLE_WORKER": "1"} | ({"C_FORCE_ROOT": "1"} if is_root() else {})
    # An orphan has lost its broker too and would wait for it for ever; its pool dies with it.
    return Command("worker", argv, own, CODE, home.log("worker"), death_signal=signal.SIGKILL)


def beat_command(home: Home, environment: Mapping[str, str]) -> Command:
    """Return the scheduler, which keeps its state in the database and writes no pid file."""
    argv = (*CELERY, "beat", "--loglevel", "WARNING", "--pidfile=")
    return Command("beat", argv, environment, CODE, home.log("beat"), death_signal=signal.SIGKILL)


def manage_command(name: str, arguments: tuple[str, ...], environment: Mapping[str, str], log: Path | None) -> Command:
    """Return a `manage.py` command; without a `log` it talks to the console."""
    argv = (sys.executable, str(CODE / "manage.py"), *arguments)
    return Command(name, argv, environment, CODE, log, stop_signal=signal.SIGINT)
