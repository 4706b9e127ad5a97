"""`manage.py up` starts everything, watches it and leaves nothing behind."""

import os
import signal
import socket
import stat
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from governance.project.embedded.accounts import is_root
from governance.project.embedded.home import Home
from tests.governance.embedded.conftest import READY, Run, Starter, assert_gone, clean_environment

pytestmark = pytest.mark.untraced

PORT = "18400"


def answers(url: str) -> bool:
    with urllib.request.urlopen(f"{url}/readyz", timeout=60) as answer:
        return answer.status == 200


def pids(run: Run) -> dict[str, int]:
    return {child.name: child.pid for child in run.runtime.children}


@pytest.mark.slow
def test_everything_starts_on_a_new_home_and_again_in_under_five_seconds(start: Starter, empty_home: Home) -> None:
    first = start("up", "--port", PORT, on=empty_home)
    first.wait_for(READY)
    assert "Bringing the database up to date" in first.output
    assert f"http://127.0.0.1:{first.url.rpartition(':')[2]}" in first.output
    assert answers(first.url)
    assert sorted(pids(first)) == ["beat", "postgres", "valkey", "web", "worker"]
    first.end(signal.SIGINT)
    assert min(time_start(start, empty_home) for _ in range(2)) < 5  # the better of two: the machine may be busy


def time_start(start: Starter, home: Home) -> float:
    """Start again without measuring coverage; return the seconds until the console answers."""
    environment = {name: value for name, value in clean_environment(home.root).items() if "COVERAGE" not in name}
    run = start("up", "--port", PORT, on=home, env=environment)
    seconds = run.wait_for("Aedile answers at")
    assert "Bringing" not in run.output
    assert answers(run.url)
    run.end(signal.SIGINT)
    return seconds


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_order(start: Starter, home: Home, number: signal.Signals) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    family = run.family()
    assert len(family) > 8
    assert run.end(number) == 0
    assert_gone(family, seconds=1)
    assert not home.runtime_file.exists()
    assert "database system is shut down" in home.log("postgres").read_text().splitlines()[-1]


def test_a_signal_that_comes_twice_at_once_stops_in_order_too(start: Starter, home: Home) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    family = run.family()
    os.kill(run.process.pid, signal.SIGTERM)
    os.kill(run.process.pid, signal.SIGINT)
    assert run.process.wait(120) == 0
    assert_gone(family, seconds=1)
    assert "Stopped." in run.output


def test_a_signal_during_the_start_stops_it(start: Starter, empty_home: Home) -> None:
    run = start("up", "--port", PORT, on=empty_home)
    run.wait_for("Bringing the database up to date")
    family = run.family()
    assert run.end(signal.SIGINT) == 0
    assert_gone(family, seconds=1)
    assert "Aedile answers" not in run.output


def test_a_taken_port_is_passed_over(start: Starter, home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = start("up", "--port", str(port), on=home)
        run.wait_for(READY)
        assert f"Port {port} is taken." in run.output
        assert int(run.url.rpartition(":")[2]) > port
        assert answers(run.url)


def test_a_second_up_on_the_same_home_says_where_the_first_one_is(start: Starter, home: Home) -> None:
    first = start("up", "--port", PORT, on=home)
    first.wait_for(READY)
    second = start("demo", "--port", PORT, on=home)
    assert second.process.wait(20) == 1
    second.wait_for(f"`manage.py up` (process {first.process.pid}) already runs on the data home {home.root}")
    assert first.url in second.output
    assert "AEDILE_HOME" in second.output
    assert answers(first.url)


def test_secrets_are_for_the_owner_only_and_stay(start: Starter, home: Home) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    files = [home.runtime_file, *(home.root / name for name in ("secret.key", "postgres.password", "valkey.password"))]
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    key = (home.root / "secret.key").read_text()
    assert len(key) >= 50
    for process in run.family():
        assert run.runtime.redis_url.split(":")[2].split("@")[0] not in " ".join(process.cmdline())
    run.end(signal.SIGINT)
    again = start("up", "--port", PORT, on=home)
    again.wait_for(READY)
    assert (home.root / "secret.key").read_text() == key
    assert psutil.Process(pids(again)["web"]).environ()["AEDILE_SECRET_KEY"] == key


def test_a_killed_program_is_started_again(start: Starter, home: Home) -> None:
    name = "web"
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    lost = pids(run)[name]
    os.kill(lost, signal.SIGKILL)
    run.wait_for(f"{name} ended (exit code -9); starting it again in 1 s.")
    deadline = time.monotonic() + 20
    while pids(run).get(name) in {lost, None}:
        assert time.monotonic() < deadline, run.output
        time.sleep(0.05)
    assert answers(run.url)


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_a_lost_server_stops_everything_and_shows_its_log(start: Starter, home: Home, name: str) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    family = run.family()
    pid = pids(run)[name]
    os.kill(pid, signal.SIGKILL)
    assert run.process.wait(120) == 1
    run.wait_for(f"{name} ended by itself (exit code -9), so everything stops.")
    assert str(home.log(name)) in run.output
    assert_gone(family, seconds=5)


def test_a_web_server_that_cannot_start_is_shown(start: Starter, home: Home, tmp_path: Path) -> None:
    broken = tmp_path / "sitecustomize.py"
    broken.write_text("import sys\nif 'gunicorn' in ' '.join(sys.orig_argv): sys.exit('no web today')\n")
    run = start("up", "--port", PORT, on=home, env=clean_environment(home.root, PYTHONPATH=str(tmp_path)))
    assert run.process.wait(120) == 1
    run.wait_for("The web server does not answer.")
    assert "no web today" in run.output


@pytest.mark.skipif(not is_root(), reason="only root has to hand the servers to another account")
def test_root_runs_the_servers_under_an_unprivileged_account(start: Starter, home: Home) -> None:
    run = start("up", "--port", PORT, on=home)
    run.wait_for(READY)
    for name, pid in pids(run).items():
        assert (psutil.Process(pid).uids().real != 0) == (name in {"postgres", "valkey"}), name
