"""The parts that a whole run shows only when something is missing or wrong."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from governance.project.embedded import binaries, home, processes
from governance.project.embedded.binaries import find_postgres, find_valkey
from governance.project.embedded.errors import EmbeddedError
from governance.project.embedded.home import MAX_LOG_BYTES, Home, locate_home
from governance.project.embedded.ports import find_free_port, listen_from
from governance.project.embedded.processes import Command, end_process, read_arguments, read_mark, spawn, stop, works_in
from governance.project.embedded.valkey import _ping

STUBBORN = """
import signal, time
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("on", flush=True)
time.sleep(60)
"""


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_find_package", lambda name: None)


@pytest.mark.usefixtures("no_wheels")
def test_a_postgres_of_the_system_serves_when_the_wheel_cannot_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version, name in (("14.1", "old"), ("16.2", "new")):
        program = tmp_path / name / "postgres"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRES", (f"{tmp_path}/*",))
    monkeypatch.setenv("PATH", str(tmp_path / "old"))
    found = find_postgres(None, None)
    assert (found.programs, found.major) == (tmp_path / "new", 16)
    with pytest.raises(EmbeddedError, match=r"PostgreSQL 18, which wrote .* version 14.* version 16"):
        find_postgres(None, 18)


@pytest.mark.usefixtures("no_wheels")
def test_a_machine_without_servers_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedError, match=r"nothing, no PostgreSQL is installed.*make install"):
        find_postgres(None, None)
    with pytest.raises(EmbeddedError, match=r"nothing, none is installed.*REDIS_URL"):
        find_valkey(None)


@pytest.mark.usefixtures("no_wheels")
def test_a_redis_of_the_system_serves_and_a_broken_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, text in (("valkey-server", "exit 1"), ("redis-server", "echo 'Redis server v=7.2.4 sha=0'")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    assert find_valkey(None) == tmp_path / "redis-server"
    (tmp_path / "redis-server").unlink()
    with pytest.raises(EmbeddedError, match="valkey-server: does not run"):
        find_valkey(None)


@pytest.mark.parametrize(
    ("environ", "platform", "end"),
    [
        ({"AEDILE_HOME": "/x/y"}, "linux", "/x/y"),
        ({"XDG_DATA_HOME": "/data"}, "linux", "/data/aedile"),
        ({}, "linux", "/.local/share/aedile"),
        ({}, "darwin", "/Library/Application Support/aedile"),
    ],
)
def test_where_the_home_is(environ: dict[str, str], platform: str, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home.sys, "platform", platform)
    assert str(locate_home(environ)).endswith(end)


def test_a_user_without_a_home_directory_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Path:
        raise RuntimeError

    monkeypatch.setattr(home.Path, "home", fail)
    with pytest.raises(EmbeddedError, match="Set AEDILE_HOME"):
        locate_home({})


def test_an_overlong_log_is_set_aside(tmp_path: Path) -> None:
    place = Home(tmp_path)
    place.log("web").write_bytes(b"x" * (MAX_LOG_BYTES + 1))
    assert not place.log("web").exists()
    assert (place.logs / "web.log.1").stat().st_size > MAX_LOG_BYTES


def test_an_emptied_secret_is_made_anew(tmp_path: Path) -> None:
    place = Home(tmp_path)
    first = place.secret("key")
    assert place.secret("key") == first
    (tmp_path / "key").write_text("")
    assert len(place.secret("key")) == len(first)


def test_the_next_free_port_is_taken_and_the_last_one_is_the_last() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with listen_from(taken) as server:
            assert server.getsockname()[1] > taken
    with pytest.raises(EmbeddedError, match="No free port from 65536 on"):
        listen_from(65_536)


def test_a_child_that_ignores_every_request_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    child = spawn(Command("stubborn", (sys.executable, "-c", STUBBORN), os.environ, tmp_path, log))
    deadline = time.monotonic() + 10
    while "on" not in child.last_lines():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    monkeypatch.setattr(processes, "QUIT_SECONDS", 0.2)
    stop(child, 0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_process_that_is_no_child_is_ended_and_only_that_one() -> None:
    parent = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    assert read_mark(pid) == read_mark(pid) != read_mark(os.getpid())
    end_process(pid, signal.SIGTERM, 5)
    assert read_mark(pid) is None
    end_process(pid, signal.SIGTERM, 5)  # gone already: nothing happens
    parent.wait(5)


def test_a_process_is_recognised_by_program_and_place(tmp_path: Path) -> None:
    place = tmp_path.resolve()
    process = subprocess.Popen(["sleep", "60"], cwd=place)
    try:
        deadline = time.monotonic() + 10
        while not read_arguments(process.pid):  # the system fills them in a moment after the start
            assert time.monotonic() < deadline
        assert works_in(process.pid, ("sleep",), place)
        assert not works_in(process.pid, ("postgres",), place)
        assert not works_in(process.pid, ("sleep",), place.parent)
    finally:
        process.kill()
        process.wait()
    assert not works_in(process.pid, ("sleep",), place)
    assert not psutil.pid_exists(process.pid)


def test_a_silent_or_foreign_server_is_no_valkey() -> None:
    assert not _ping(find_free_port(), "x")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client = subprocess.Popen(
            [sys.executable, "-c", f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))"]
        )
        server.accept()[0].close()
        assert client.wait(10) == 0
