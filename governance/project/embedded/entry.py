"""What `manage.py` does before Django loads: find or start servers, or become the supervisor."""

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from governance.project.embedded.home import open_home
from governance.project.embedded.servers import borrow_or_start, find_need
from governance.project.embedded.setup_steps import demo_steps
from governance.project.embedded.supervisor import Plan, run_plan

DEFAULT_PORT = 8000
# These read no database, unless `--database` asks them to.
WITHOUT_DATABASE = frozenset(
    {
        "check", "collectstatic", "compilemessages", "demo_data", "diffsettings", "findstatic", "help",
        "makemessages", "makemigrations", "rules", "spectacular", "startapp", "startproject", "version",
    }
)  # fmt: skip
OFFLINE_BENCHMARKS = frozenset({"rules"})
HELP_WORDS = frozenset({"-h", "--help", "--version"})


def needs_servers(arguments: list[str]) -> bool:
    """Tell whether the `manage.py` command in `arguments` (without the program's name) reads the database."""
    if not arguments or HELP_WORDS & set(arguments):
        return False
    is_asked = any(word.partition("=")[0] == "--database" for word in arguments)
    is_offline = arguments[0] in WITHOUT_DATABASE or (
        arguments[0] == "bench" and not OFFLINE_BENCHMARKS.isdisjoint(arguments)
    )
    return (is_asked or not is_offline) and os.environ.get("AEDILE_ENV") != "production"


def add_port_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--port`, shared by `up` and `demo`."""
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=f"first port to try on 127.0.0.1 (default {DEFAULT_PORT})",
    )


def run_up(port: int) -> int:
    """Run the whole of Aedile on the embedded default until it is stopped; return the exit code."""
    return run_plan(Plan("up", port))


def run_demo(port: int) -> int:
    """Do what `up` does, and load the demo marketplace into a new database; return the exit code."""
    return run_plan(Plan("demo", port, steps=demo_steps))


def run_supervisor(arguments: list[str]) -> int | None:
    """Run `up` or `demo` without loading Django; None when `arguments` ask for something else."""
    runs = {"up": run_up, "demo": run_demo}
    if not arguments or arguments[0] not in runs or HELP_WORDS & set(arguments):
        return None
    parser = argparse.ArgumentParser(prog=f"manage.py {arguments[0]}")
    add_port_argument(parser)
    return runs[arguments[0]](parser.parse_args(arguments[1:]).port)


@contextlib.contextmanager
def servers_for(arguments: list[str]) -> Iterator[None]:
    """Name the servers of the data home in the environment for the length of a `manage.py` command.

    Does nothing for commands that need none or when the environment names them. Raises EmbeddedError when
    there are none to be had.
    """
    need = find_need(os.environ)
    if need.nothing or not needs_servers(arguments):
        yield
        return
    home = open_home(os.environ)
    with _ending_on_sigterm(), borrow_or_start(home, need, arguments[0]) as servers:
        os.environ.update(servers.environment(home))
        yield


@contextlib.contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM into an exit that runs the clean-up."""

    def leave(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # nothing may interrupt the clean-up
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
