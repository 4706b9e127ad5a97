"""One-time steps run once per database, in order, and go on after a failure."""

import signal
import sys
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
    demo_steps,
    find_missing,
    is_in_use,
    is_migrated,
    record_migrated,
)
from tests.conftest import database_url
from tests.governance.embedded.conftest import READY, Run, Starter, assert_gone

SCRIPT = """
import sys
from governance.project.embedded.setup_steps import Step
from governance.project.embedded.supervisor import Plan, run_plan
steps = tuple(Step(f"demo.{place}", f"Step {place}", tuple(words.split())) for place, words in enumerate(sys.argv[1:]))
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


def test_the_demo_makes_people_and_data_before_it_imports() -> None:
    steps = demo_steps(Home(Path("/somewhere")))
    assert [step.arguments[0] for step in steps] == ["demo_people", "load_pack", "demo_data", "import_data"]
    assert steps[3].arguments[1] == steps[2].arguments[2]


def run_steps(start: Starter, home: Home, *commands: str) -> Run:
    return start(on=home, argv=[sys.executable, "-u", "-c", SCRIPT, *commands])


def test_steps_run_once_and_show_what_they_print(start: Starter, home: Home) -> None:
    run = run_steps(start, home, "version", "shell -c print('printed'+str(1+1))")
    run.wait_for(READY)
    for text in ("Step 0 …", "Step 0: done in", "Step 1 …", "printed2", "Step 1: done in"):
        assert text in run.output, run.output
    run.end(signal.SIGINT)
    again = run_steps(start, home, "version", "shell -c print('printed'+str(1+1))")
    again.wait_for(READY)
    assert "Step" not in again.output
    assert "The demo marketplace is loaded" in again.output


def test_a_failing_step_ends_the_run_and_is_tried_again(start: Starter, home: Home) -> None:
    run = run_steps(start, home, "version", "no_such_command")
    assert run.process.wait(120) == 1
    run.wait_for("`manage.py no_such_command` failed with exit code 1")
    assert "Unknown command: 'no_such_command'" in run.output
    again = run_steps(start, home, "version", "version")
    again.wait_for(READY)
    assert "Step 0" not in again.output
    assert "Step 1: done" in again.output


def test_a_step_is_interrupted_and_not_counted(start: Starter, home: Home) -> None:
    run = run_steps(start, home, "shell -c print('asleep',flush=True);__import__('time').sleep(60)")
    run.wait_for("asleep")
    family = run.family()
    assert run.end(signal.SIGINT) == 0
    assert_gone(family, seconds=1)
    assert "done" not in run.output
    again = run_steps(start, home, "version")
    again.wait_for("Step 0: done in")
