"""A `manage.py` command brings its own servers, borrows running ones, or needs none."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.project.embedded.entry import needs_servers
from governance.project.embedded.home import Home
from governance.project.embedded.runtime import read_runtime
from tests.governance.embedded.conftest import READY, ROOT, Starter, assert_gone, clean_environment, hold, release

pytestmark = pytest.mark.untraced

PORT = "18600"
SERVER_PID = "SELECT pg_postmaster_start_time()"
ASK = (
    f"from django.db import connection as c; k = c.cursor(); k.execute('{SERVER_PID}'); print('since', k.fetchone()[0])"
)
Manage = Callable[..., subprocess.CompletedProcess[str]]


def test_own_servers_for_the_length_of_a_command(start: Starter, home: Home) -> None:
    run = hold(start, home)
    assert [child.name for child in run.runtime.children] == ["valkey", "postgres"]
    family = run.family()
    assert release(run) == 0
    assert_gone(family, seconds=1)
    assert not home.runtime_file.exists()


def test_a_command_uses_the_servers_of_up(start: Starter, manage: Manage, home: Home) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    children = run.runtime.children
    first, second = (manage("shell", "-c", ASK, on=home) for _ in range(2))
    assert "since" in first.stdout, first.stderr
    assert first.stdout.splitlines()[-1] == second.stdout.splitlines()[-1]
    assert run.runtime.children == children


def test_commands_at_the_same_time_share_servers_until_the_last_has_ended(start: Starter, home: Home) -> None:
    owner = hold(start, home)
    borrower = hold(start, home)
    assert borrower.runtime.pid == owner.process.pid
    assert owner.process.stdin
    owner.process.stdin.close()
    owner.wait_for("Waiting for other commands that use this database to end")
    assert owner.process.poll() is None
    assert release(borrower) == 0
    assert owner.process.wait(30) == 0
    assert not home.runtime_file.exists()


def test_commands_started_at_once_all_succeed(start: Starter, home: Home) -> None:
    runs = [start("shell", "-c", ASK, on=home) for _ in range(4)]
    assert [run.process.wait(120) for run in runs] == [0, 0, 0, 0], [run.output for run in runs]


def test_up_waits_for_a_command(start: Starter, home: Home) -> None:
    command = hold(start, home)
    run = start("up", "--port", PORT, on=home)
    run.wait_for("Waiting for `manage.py shell`")
    assert release(command) == 0
    run.wait_for(READY)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_stops_its_servers(start: Starter, home: Home, number: signal.Signals) -> None:
    run = hold(start, home)
    family = run.family()
    assert run.end(number) != 0
    assert_gone(family, seconds=1)
    assert not home.runtime_file.exists()


def test_a_killed_command_leaves_nothing(start: Starter, home: Home) -> None:
    run = hold(start, home)
    family = run.family()
    run.process.kill()
    assert_gone(family)


@pytest.mark.parametrize("arguments", [["help"], ["help", "up"], ["up", "--help"], ["version"], ["check"]])
def test_commands_without_data_make_no_home(arguments: list[str], tmp_path: Path) -> None:
    place = tmp_path / "never"
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=clean_environment(place))
    assert done.returncode == 0
    assert not place.exists()


def test_a_named_database_is_used_instead(manage: Manage, tmp_path: Path) -> None:
    place = Home(tmp_path / "never")
    named = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    done = manage("shell", "-c", ASK, on=place, **named)
    assert "since" in done.stdout, done.stderr
    assert not place.root.exists()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["migrate"], True),
        (["shell"], True),
        (["migrate", "--help"], False),
        (["rules", "check", "x.yaml"], False),
        (["demo_data", "--out", "x"], False),
        (["makemigrations", "--check"], False),
        (["check"], False),
        (["bench", "ingest"], True),
        (["bench", "--json", "rules"], False),
        (["check", "--database", "default"], True),
        (["check", "--database=default"], True),
        ([], False),
    ],
)
def test_which_commands_need_servers(arguments: list[str], wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AEDILE_ENV", raising=False)
    assert needs_servers(arguments) is wanted


def test_production_never_embeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEDILE_ENV", "production")
    assert not needs_servers(["migrate"])


def test_a_home_that_cannot_be_made_is_explained(manage: Manage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = manage("migrate", on=Home(tmp_path / "file" / "home"))
    assert done.returncode == 1
    assert f"The data home {tmp_path}/file/home cannot be written: Not a directory" in done.stderr
    assert "AEDILE_HOME" in done.stderr


def test_the_note_of_a_dead_process_is_not_believed(start: Starter, manage: Manage, home: Home) -> None:
    run = hold(start, home)
    family = run.family()
    run.process.kill()
    assert_gone(family)
    left = read_runtime(home.runtime_file)
    assert left
    assert not left.is_alive
    began = time.monotonic()
    assert manage("showmigrations", on=home).returncode == 0
    assert time.monotonic() - began < 30
