"""The embedded servers of one home: own ones for as long as they are needed, or borrowed from a running command."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from governance.project.embedded import runtime
from governance.project.embedded.accounts import find_service_account
from governance.project.embedded.errors import EmbeddedError
from governance.project.embedded.home import Home
from governance.project.embedded.locks import FileLock
from governance.project.embedded.postgres import start_postgres
from governance.project.embedded.processes import POLL_SECONDS, Child, stop
from governance.project.embedded.valkey import start_valkey

PATIENCE_SECONDS = 90
STOP_SECONDS = 30


@dataclass(frozen=True)
class Need:
    """Which servers to embed: those that the environment does not name."""

    postgres: bool
    valkey: bool

    @property
    def nothing(self) -> bool:
        """Whether the environment names both servers."""
        return not (self.postgres or self.valkey)


@dataclass(frozen=True)
class Servers:
    """Running servers and their URLs; an URL is empty when that server was not wanted."""

    children: list[Child]
    database_url: str
    redis_url: str

    def environment(self, home: Home) -> dict[str, str]:
        """Return the variables by which Aedile finds these servers and the rest of its home."""
        named = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return {name: value for name, value in named.items() if value} | {
            "AEDILE_SECRET_KEY": os.environ.get("AEDILE_SECRET_KEY") or home.secret("secret.key"),
            "AEDILE_MEDIA_ROOT": os.environ.get("AEDILE_MEDIA_ROOT") or str(home.media),
        }


def find_need(environ: Mapping[str, str]) -> Need:
    """Return which servers the environment leaves to us."""
    return Need(
        postgres=not (environ.get("DATABASE_URL") or environ.get("DATABASE_URL_FILE")),
        valkey=not (environ.get("REDIS_URL") or environ.get("REDIS_URL_FILE")),
    )


def start_servers(home: Home, need: Need, overrides: dict[str, str] | None = None) -> Servers:
    """Start what is needed; only the holder of the home's lock may call it.

    `overrides` are PostgreSQL settings. When one server does not come up the other is stopped again, and
    EmbeddedError is raised.
    """
    account = find_service_account()
    runtime.end_remains(home.runtime_file)
    started: list[Child] = []
    database_url = redis_url = ""
    try:
        if need.valkey:
            child, redis_url = start_valkey(home, account)
            started.append(child)
        if need.postgres:
            child, database_url = start_postgres(home, account, overrides or {})
            started.append(child)
    except BaseException:
        stop_servers(started)
        raise
    return Servers(started, database_url, redis_url)


def stop_servers(children: list[Child]) -> None:
    """Stop servers in an orderly way and wait for them."""
    for child in children:
        child.send(child.command.stop_signal)
    for child in children:
        stop(child, STOP_SECONDS)


@contextlib.contextmanager
def borrow_or_start(home: Home, need: Need, command: str) -> Iterator[Servers]:
    """Give servers for the length of `command`: those that run on this home already, or own ones.

    Own ones are stopped afterwards, but not before other commands that borrowed them have ended.
    Raises EmbeddedError when the home stays busy without offering servers.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with FileLock(home.lock_file) as lock, FileLock(home.users_file) as users:
        while True:
            if lock.take():
                break
            borrowed = _borrow(home, users, need)
            if borrowed is not None:
                yield borrowed
                return
            if time.monotonic() > deadline:
                raise EmbeddedError(describe_holder(home, lock))
            time.sleep(POLL_SECONDS)
        lock.write(f"{os.getpid()} {command}")
        servers = start_servers(home, need)
        try:
            runtime.write_runtime(
                home.runtime_file,
                runtime.note(command, servers.database_url, servers.redis_url, servers.children),
            )
            yield servers
        finally:
            _wait_for_borrowers(users)
            home.runtime_file.unlink(missing_ok=True)
            stop_servers(servers.children)


def _borrow(home: Home, users: FileLock, need: Need) -> Servers | None:
    """Return the servers of another process and keep it from stopping them; None when it offers none (yet)."""
    if not users.share():
        return None
    found = runtime.read_runtime(home.runtime_file)  # read under the lock: its owner cannot be about to stop
    if found is None or not found.is_alive or not _offers(found, need):
        users.release()
        return None
    return Servers([], found.database_url if need.postgres else "", found.redis_url if need.valkey else "")


def _offers(found: runtime.Runtime, need: Need) -> bool:
    return bool(found.database_url or not need.postgres) and bool(found.redis_url or not need.valkey)


def _wait_for_borrowers(users: FileLock) -> None:
    if users.take():
        return
    sys.stderr.write("Waiting for other commands that use this database to end (Ctrl-C to stop it now).\n")
    with contextlib.suppress(KeyboardInterrupt):
        users.take_within(float("inf"))


def describe_holder(home: Home, lock: FileLock) -> str:
    """Return a sentence on who uses this home, with what to do about it."""
    pid, _, command = lock.read().partition(" ")
    found = runtime.read_runtime(home.runtime_file)
    place = f" and answers at {found.web_url}" if found and found.is_alive and found.web_url else ""
    return (
        f"`manage.py {command or '?'}` (process {pid or '?'}) already runs on the data home {home.root}{place}. "
        "Use it, stop it first, or set AEDILE_HOME to another directory."
    )
