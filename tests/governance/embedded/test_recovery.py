"""After a killed run the next start finds its data and ends what was left, and only that."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from governance.project.embedded.accounts import find_service_account
from governance.project.embedded.binaries import SERVER_ENVIRONMENT, find_postgres
from governance.project.embedded.home import Home
from governance.project.embedded.ports import find_free_port
from governance.project.embedded.processes import identity_options
from governance.project.embedded.runtime import read_runtime
from tests.governance.embedded.conftest import READY, Starter, assert_gone

pytestmark = pytest.mark.untraced

PORT = "18500"
Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def data(home: Home) -> Path:
    return next(home.server_root(find_service_account()).glob("postgres-*"))


@pytest.fixture
def stranger() -> Iterator[psutil.Process]:
    """A process of the servers' account that has nothing to do with them."""
    process = subprocess.Popen(["sleep", "300"], **identity_options(find_service_account()))
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()


def start_orphan(data: Path) -> psutil.Process:
    """Start a PostgreSQL on `data` that nobody supervises; return its postmaster."""
    account = find_service_account()
    program = find_postgres(account, None).programs / "postgres"
    options = ["-c", f"port={find_free_port()}", "-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"]
    process = subprocess.Popen(
        [program, "-D", data, *options],
        env=SERVER_ENVIRONMENT,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **identity_options(account),
    )
    deadline = time.monotonic() + 20
    while "ready" not in (data / "postmaster.pid").read_text() if (data / "postmaster.pid").exists() else True:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    return psutil.Process(process.pid)


def count_users(manage: Manage, home: Home) -> subprocess.CompletedProcess[str]:
    return manage("shell", "-c", "from governance.models import User; print('users', User.objects.count())", on=home)


def test_killing_the_supervisor_leaves_no_orphan_and_keeps_the_data(start: Starter, home: Home) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    with closing(psycopg2.connect(run.runtime.database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    family = run.family()
    os.kill(run.process.pid, signal.SIGKILL)
    assert_gone(family)
    assert home.runtime_file.exists()
    again = start("up", "--port", PORT, on=home)
    again.wait_for(READY)
    with closing(psycopg2.connect(again.runtime.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)


def test_killing_everything_at_once_keeps_what_was_committed(start: Starter, home: Home) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    with closing(psycopg2.connect(run.runtime.database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    family = run.family()
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # gone with the one before
            process.kill()
    assert_gone(family)
    again = start("up", "--port", PORT, on=home)
    again.wait_for(READY)
    with closing(psycopg2.connect(again.runtime.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (1000,)


def test_a_postmaster_that_a_killed_run_left_is_shut_down(manage: Manage, home: Home, data: Path) -> None:
    orphan = start_orphan(data)
    done = count_users(manage, home)
    assert "users 0" in done.stdout, done.stderr
    assert_gone([orphan], seconds=1)


def test_a_stranger_who_got_the_pid_lives_on(manage: Manage, home: Home, data: Path, stranger: psutil.Process) -> None:
    orphan = start_orphan(data)
    lines = (data / "postmaster.pid").read_text().splitlines(keepends=True)
    orphan.kill()
    assert_gone([orphan, *orphan.children()])
    (data / "postmaster.pid").write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
    done = count_users(manage, home)
    assert "users 0" in done.stdout, done.stderr
    assert stranger.status() == psutil.STATUS_SLEEPING


@pytest.mark.parametrize("text", ["", "garbage\n"])
def test_a_torn_pid_file_is_no_obstacle(manage: Manage, home: Home, data: Path, text: str) -> None:
    (data / "postmaster.pid").write_text(text)
    done = count_users(manage, home)
    assert "users 0" in done.stdout, done.stderr


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"pid": "x", "children": []}', '{"pid": 1, "children": [{}]}', "\x00\xff"]
)
def test_a_corrupted_runtime_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "runtime.json").write_text(text)
    assert read_runtime(tmp_path / "runtime.json") is None


def test_a_runtime_file_that_is_no_text_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").write_bytes(b"\xff\xfe{")
    assert read_runtime(tmp_path / "runtime.json") is None


def test_a_corrupted_runtime_file_is_no_obstacle(start: Starter, home: Home) -> None:
    home.runtime_file.write_text("{ torn")
    command = start("showmigrations", "governance", on=home)
    assert command.process.wait(120) == 0
    command.wait_for("[X] 0001")
    assert not home.runtime_file.exists()


def test_a_half_made_database_is_made_anew(manage: Manage, empty_home: Home) -> None:
    root = empty_home.server_root(find_service_account())
    draft = root / ".postgres-18.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    done = manage("migrate", "-v", "0", on=empty_home)
    assert done.returncode == 0, done.stderr
    assert not draft.exists()


def test_data_of_another_version_is_not_touched(manage: Manage, home: Home, data: Path) -> None:
    (data / "PG_VERSION").write_text("12\n")
    done = manage("showmigrations", on=home)
    assert done.returncode == 1
    assert "PostgreSQL 12, which wrote the data of this home, cannot be run here" in done.stderr
    assert "Traceback" not in done.stderr
    assert (data / "global").is_dir()


def test_a_lost_password_is_explained(manage: Manage, home: Home) -> None:
    (home.root / "postgres.password").write_text("something-else")
    done = manage("showmigrations", on=home)
    assert done.returncode == 1
    assert "The database refuses the password in the file postgres.password" in done.stderr
    assert "Traceback" not in done.stderr
