"""One-time steps run once per database, in order, and go on after a failure."""

import re
import signal
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from governance.models import User
from governance.project.embedded.home import Home
from governance.project.embedded.ledger import read_steps, record_step
from governance.project.embedded.programs import CODE
from governance.project.embedded.setup_steps import (
    Step,
    demo_period,
    demo_steps,
    find_missing,
    is_in_use,
    is_migrated,
    record_migrated,
)
from tests.conftest import database_url
from tests.governance.embedded.conftest import READY, Run, Starter, assert_gone

pytestmark = pytest.mark.untraced

SCRIPT = """
import sys
from governance.project.embedded.setup_steps import Step
from governance.project.embedded.supervisor import Plan, run_plan
steps = tuple(
    Step(f"demo.{place}", f"Step {place}", tuple(words.lstrip("!").split()), is_shown=words.startswith("!"))
    for place, words in enumerate(sys.argv[1:])
)
sys.exit(run_plan(Plan("demo", 18800, steps=lambda home: steps)))
"""


@pytest.fixture
def url(transactional_db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS setup CASCADE")
    return database_url(connection.settings_dict["NAME"])


def test_a_step_is_missing_until_it_is_recorded_and_again_in_a_new_version(url: str) -> None:
    first, second = Step("demo.a", "A", ("check",)), Step("demo.b", "B", ("check",))
    assert find_missing((first, second), url) == [first, second]
    record_step(url, first.name, first.version)
    assert find_missing((first, second), url) == [second]
    newer = Step("demo.a", "A", ("check",), version="2")
    assert find_missing((newer, second), url) == [newer, second]
    record_step(url, newer.name, newer.version)
    assert read_steps(url) == {"demo.a": "2"}


def test_migrations_are_known_until_code_or_database_changes(url: str, tmp_path: Path) -> None:
    assert not is_migrated(CODE, url)
    record_migrated(CODE, url)
    assert is_migrated(CODE, url)
    assert not is_migrated(tmp_path, url)
    call_command("migrate", "sessions", "zero", verbosity=0)
    try:
        assert not is_migrated(CODE, url)
    finally:
        call_command("migrate", "sessions", verbosity=0)


def test_a_database_with_people_of_its_own_gets_no_demo(url: str) -> None:
    assert not is_in_use(url)
    User.objects.create(email="someone@example.org", name="Someone")
    assert is_in_use(url)
    record_step(url, "demo.people", "1")
    assert not is_in_use(url)


def test_the_demo_shows_logins_before_it_imports() -> None:
    steps = demo_steps(Home(Path("/somewhere")))
    assert [step.arguments[0] for step in steps] == ["load_pack", "demo_data", "demo_people", "import_data"]
    assert steps[3].arguments[1] == steps[1].arguments[2]
    assert [step.arguments[0] for step in steps if step.is_shown] == ["demo_people"]


def test_the_demo_ends_yesterday() -> None:
    assert demo_period(date(2026, 3, 1)) == (date(2025, 11, 29), date(2026, 2, 28))


def run_steps(start: Starter, home: Home, *commands: str) -> Run:
    return start(on=home, argv=[sys.executable, "-u", "-c", SCRIPT, *commands])


def wait_for_log(log: Path, text: str) -> None:
    for _ in range(600):
        if log.exists() and text in log.read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    pytest.fail(f"{log} does not hold {text!r}")


def test_steps_run_once_and_what_is_shown_follows_the_address(start: Starter, home: Home) -> None:
    words = ("shell -c print('quiet'+str(1+1))", "!shell -c print('shown'+str(1+1))", "version")
    run = run_steps(start, home, *words)
    run.wait_for(READY)
    lines = re.sub(r"\d+\.\d s", "0 s", re.sub(r"Port .*\n|.* objects imported.*\n|\n(?=\n)", "", run.output)).split(
        "\n"
    )
    lines = [line.split(" http")[0] for line in lines if line]
    assert lines[:4] == ["Step 0 … 0 s", "Aedile answers at", "shown2", "Step 2 … 0 s"], run.output
    assert lines[-1].startswith("Data and logs: ")
    assert "quiet2" in home.log("demo.0").read_text(encoding="utf-8")
    run.end(signal.SIGINT)
    again = run_steps(start, home, *words)
    again.wait_for(READY)
    assert "Step" not in again.output
    assert "shown2" not in again.output
    assert "The logins of the demo were printed" in again.output


def test_a_failing_step_ends_the_run_and_is_tried_again(start: Starter, home: Home) -> None:
    run = run_steps(start, home, "version", "no_such_command")
    assert run.process.wait(120) == 1
    run.wait_for("`manage.py no_such_command` failed with exit code 1")
    assert "Unknown command: 'no_such_command'" in run.output
    again = run_steps(start, home, "version", "version")
    again.wait_for(READY)
    assert "Step 0" not in again.output
    assert re.search(r"Step 1 … \d", again.output)


def test_a_step_is_interrupted_and_not_counted(start: Starter, home: Home) -> None:
    run = run_steps(start, home, "shell -c print('asleep',flush=True);__import__('time').sleep(60)")
    wait_for_log(home.log("demo.0"), "asleep")
    family = run.family()
    assert run.end(signal.SIGINT) == 0
    assert_gone(family, seconds=1)
    assert not re.search(r"Step 0 … \d", run.output)
    again = run_steps(start, home, "version")
    again.wait_for(READY)
    assert re.search(r"Step 0 … \d", again.output)
