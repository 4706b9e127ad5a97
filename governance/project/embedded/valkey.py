"""A Valkey of our own: started with a generated password, asked whether it answers."""

import re
import signal
import socket
import time
from pathlib import Path

from governance.project.embedded import binaries
from governance.project.embedded.accounts import Account, give
from governance.project.embedded.errors import EmbeddedError
from governance.project.embedded.home import Home
from governance.project.embedded.ports import LOOPBACK, find_free_port
from governance.project.embedded.processes import (
    POLL_SECONDS,
    Child,
    Command,
    end_process,
    spawn,
    stopping_on_failure,
    works_in,
)

PASSWORD_FILE = "valkey.password"  # noqa: S105  (a file's name)
PROGRAMS = ("valkey", "redis")
READY_SECONDS = 60
STARTS = 3


def start_valkey(home: Home, account: Account | None) -> tuple[Child, str]:
    """Start the Valkey of `home` and return it with its URL.

    Only the holder of the home's lock may call it. Raises EmbeddedError with the end of the log when it does
    not come up.
    """
    program = binaries.find_valkey(account)
    data = home.server_root(account) / "valkey"
    give(data, account)
    _recover(data)
    password = home.secret(PASSWORD_FILE)
    for attempt in range(1, STARTS + 1):
        port = find_free_port()
        child = spawn(_command(program, data, account, home.log("valkey"), _compose_settings(data, port, password)))
        with stopping_on_failure(child):
            is_ready = _wait_until_ready(child, port, password)
        if is_ready:
            return child, f"redis://:{password}@{LOOPBACK}:{port}/0"
        if attempt == STARTS or "bind" not in child.last_lines():
            break
    raise EmbeddedError(f"Valkey did not start on {data}. Its log {child.command.log} ends with:\n{child.last_lines()}")


def _compose_settings(data: Path, port: int, password: str) -> str:
    """Return the configuration, which goes to standard input so that no file and no `ps` shows the password."""
    return "\n".join(
        [
            f"bind {LOOPBACK}",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{data}"',
            f'pidfile "{data / "valkey.pid"}"',
            "daemonize no",
            "databases 128",  # one for each process of a parallel test run
            "appendonly yes",  # a waiting task survives a crash
            'save ""',
            "maxmemory-policy noeviction",
            "",
        ]
    )


def _command(program: Path, data: Path, account: Account | None, log: Path, settings: str) -> Command:
    return Command(
        name="valkey",
        argv=(str(program), "-"),
        env=binaries.SERVER_ENVIRONMENT,
        cwd=data if account is None else Path("/"),
        log=log,
        account=account,
        stdin=settings.encode(),
    )


def _recover(data: Path) -> None:
    """End the Valkey of a killed run, if the process in its pid file really is one that works here."""
    try:
        text = (data / "valkey.pid").read_text(encoding="ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        return
    if re.fullmatch(r"\d+\s*", text) and works_in(int(text), PROGRAMS, data):
        end_process(int(text), signal.SIGTERM, seconds=20)


def _wait_until_ready(child: Child, port: int, password: str) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while child.is_running and time.monotonic() < deadline:
        if _ping(port, password):
            return True
        time.sleep(POLL_SECONDS / 2)
    return False


def _ping(port: int, password: str) -> bool:
    """Speak three lines of the protocol: importing the Redis client would take longer than starting Valkey."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode("ascii"))
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(256)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
