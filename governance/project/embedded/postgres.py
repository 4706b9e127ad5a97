"""A PostgreSQL of our own: made, recovered after a crash, started, asked whether it answers."""

import os
import re
import shutil
import signal
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from governance.project.embedded import binaries
from governance.project.embedded.accounts import Account, give
from governance.project.embedded.errors import EmbeddedError
from governance.project.embedded.home import Home
from governance.project.embedded.ports import find_free_port
from governance.project.embedded.processes import (
    POLL_SECONDS,
    Child,
    Command,
    end_process,
    run,
    spawn,
    stopping_on_failure,
    works_in,
)

ROLE = DATABASE = "aedile"
PASSWORD_FILE = "postgres.password"  # noqa: S105  (a file's name)
FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17
INITDB_SECONDS = 120
READY_SECONDS = 120  # replaying the log after a crash takes its time
NEVER_A_PID = 2_147_483_646
STARTS = 3
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than the short statements of a console
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_preload_libraries": "pg_stat_statements",
}


def start_postgres(home: Home, account: Account | None, overrides: dict[str, str]) -> tuple[Child, str]:
    """Start the PostgreSQL of `home`, made when new; return it with the URL of Aedile's database.

    `overrides` are server settings on top of SETTINGS. Only the holder of the home's lock may call it.
    Raises EmbeddedError with the end of the server's log when it does not come up.
    """
    root = home.server_root(account)
    found = _find_data(root)
    server = binaries.find_postgres(account, _read_major(found) if found else None)
    data = found or root / f"postgres-{server.major}"
    password = home.secret(PASSWORD_FILE)
    if found is None:
        _initialise(server, data, account, password)
    _recover(data)
    for attempt in range(1, STARTS + 1):
        port = find_free_port()
        child = spawn(_server_command(server, data, account, home.log("postgres"), {**SETTINGS, **overrides}, port))
        url = f"postgresql://{ROLE}:{password}@127.0.0.1:{port}"
        with stopping_on_failure(child):
            if _wait_until_ready(child, url):
                _ensure_database(url)
                return child, f"{url}/{DATABASE}"
        if attempt == STARTS or "could not bind" not in child.last_lines():
            break
    raise EmbeddedError(
        f"PostgreSQL did not start on {data}. Its log {child.command.log} ends with:\n{child.last_lines()}"
    )


def _find_data(root: Path) -> Path | None:
    """Return the data directory below `root`, or None when there is none yet."""
    found = sorted(path.parent for path in root.glob("postgres-*/PG_VERSION"))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise EmbeddedError(f"{root} holds the data of several PostgreSQL versions ({names}). Move all but one away.")
    return found[0] if found else None


def _read_major(data: Path) -> int:
    text = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if not text.isdigit():
        raise EmbeddedError(
            f"{data}/PG_VERSION says {text!r} instead of a version. Restore the directory from a backup."
        )
    return int(text)


def _initialise(server: binaries.Postgres, data: Path, account: Account | None, password: str) -> None:
    """Make a data directory beside its place and move it there when complete: a killed run leaves no half."""
    draft = data.with_name(f".{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    give(draft, account)
    reader, writer = os.pipe()
    try:
        if account is not None:
            os.fchown(reader, account.uid, account.gid)
        os.write(writer, f"{password}\n".encode("ascii"))
        os.close(writer)
        code, output = run(_initdb_command(server, draft, account, reader), INITDB_SECONDS)
    finally:
        os.close(reader)
    if code != 0:
        raise EmbeddedError(f"initdb could not make {data} (exit code {code}):\n{output[-2000:]}")
    draft.rename(data)


def _initdb_command(server: binaries.Postgres, data: Path, account: Account | None, password: int) -> Command:
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    locale = builtin if server.major >= FIRST_MAJOR_WITH_BUILTIN_LOCALE else ("--locale=C.UTF-8",)
    argv = (
        str(server.programs / "initdb"), "-D", str(data), "-U", ROLE, "-A", "scram-sha-256",
        f"--pwfile=/dev/fd/{password}", "-E", "UTF8", "--no-instructions", *locale,
    )  # fmt: skip
    return Command("initdb", argv, binaries.SERVER_ENVIRONMENT, Path("/"), account=account, inherited=(password,))


def _server_command(
    server: binaries.Postgres,
    data: Path,
    account: Account | None,
    log: Path,
    settings: dict[str, str],
    port: int,
) -> Command:
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Command(
        name="postgres",
        argv=(str(server.programs / "postgres"), "-D", str(data), "-c", f"port={port}", *options),
        env=binaries.SERVER_ENVIRONMENT,
        cwd=Path("/"),
        log=log,
        account=account,
        stop_signal=signal.SIGINT,  # fast shutdown: ends sessions, keeps every commit
        death_signal=signal.SIGINT,
    )


def _recover(data: Path) -> None:
    """Deal with the postmaster.pid of a killed run.

    A postmaster that still runs on this very directory is shut down. When the pid belongs to someone else by
    now, it is taken out of the file: PostgreSQL would refuse to start, and its own check for shared memory that
    is still in use goes on working with the rest of the file.
    """
    lock = data / "postmaster.pid"
    try:
        lines = lock.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    except FileNotFoundError:
        return
    match = re.fullmatch(r"-?(\d+)\s*", lines[0]) if lines else None
    if match is None:  # empty or torn: PostgreSQL was killed while it wrote the file
        lock.unlink()
        return
    pid = int(match[1])
    if works_in(pid, ("postgres",), data):
        end_process(pid, signal.SIGINT, seconds=30)
    if lock.exists():
        with lock.open("r+", encoding="utf-8") as file:  # in place: it stays the service account's
            file.write("".join([f"{NEVER_A_PID}\n", *lines[1:]]))
            file.truncate()


def _wait_until_ready(child: Child, url: str) -> bool:
    """Wait until the server takes connections; return False when it ended or stayed silent.

    Raises EmbeddedError when it refuses the password.
    """
    deadline = time.monotonic() + READY_SECONDS
    while child.is_running and time.monotonic() < deadline:
        try:
            psycopg2.connect(f"{url}/postgres", connect_timeout=5).close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedError(
                    f"The database refuses the password in the file {PASSWORD_FILE} of the data home. "
                    "Put the file back, or move the data home away to begin a new one."
                ) from error
            time.sleep(POLL_SECONDS)
        else:
            return True
    return False


def _ensure_database(url: str) -> None:
    with closing(psycopg2.connect(f"{url}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
