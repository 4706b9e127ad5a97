"""Facts lead up or stay: each route exists on both ends, and none points below its producer."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.conf import settings

from governance.project.celery import app
from governance.project.routes import ROUTES
from tests.architecture.sources import ROOMS

PRODUCERS = {
    fact: room
    for room in ROOMS
    if find_spec(f"{room}.domain.facts")
    for fact in import_module(f"{room}.domain.facts").FACTS
}
LINKS = [(fact, task) for fact, tasks in ROUTES.items() for task in tasks]


@pytest.fixture(scope="module")
def task_names() -> set[str]:
    app.loader.import_default_modules()
    return set(app.tasks)


def test_no_two_rooms_produce_the_same_fact() -> None:
    declared = [
        fact
        for room in ROOMS
        if find_spec(f"{room}.domain.facts")
        for fact in import_module(f"{room}.domain.facts").FACTS
    ]
    assert sorted(declared) == sorted(PRODUCERS)
    assert declared


@pytest.mark.parametrize(("fact", "task"), LINKS)
def test_route_leads_from_a_fact_to_a_task_that_is_not_below(fact: str, task: str, task_names: set[str]) -> None:
    assert fact in PRODUCERS, f"no room declares {fact} in its domain/facts.py"
    assert task in task_names, f"no worker knows {task}"
    producer, consumer = PRODUCERS[fact], task.partition(".")[0]
    assert ROOMS.index(consumer) >= ROOMS.index(producer), f"{consumer} lies below {producer}: simply call it"


@pytest.mark.parametrize("entry", settings.CELERY_BEAT_SCHEDULE.values(), ids=lambda entry: entry["task"])
def test_scheduled_task_exists(entry: dict[str, object], task_names: set[str]) -> None:
    assert entry["task"] in task_names
