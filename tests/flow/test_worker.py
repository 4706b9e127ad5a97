"""A real worker process serves the test database."""

import time
from collections.abc import Callable

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from governance.actions import outbox
from governance.models import OutboxFact
from governance.project.celery import app
from governance.project.embedded.processes import Child


def wait_until_dispatched(fact_id: int) -> None:
    deadline = time.monotonic() + 30
    while OutboxFact.objects.get(pk=fact_id).dispatched_at is None:
        assert time.monotonic() < deadline, "no worker has handed the fact over"
        time.sleep(0.05)


def test_a_fact_is_handed_over_by_the_worker_after_commit(celery_worker: Child) -> None:
    with transaction.atomic():
        fact_id = outbox.emit("approval_requested", {"approval_id": 1})
    wait_until_dispatched(fact_id)


def test_a_task_that_a_killed_worker_had_begun_is_taken_up_by_the_next(
    start_worker: Callable[[], Child], transactional_db: None
) -> None:
    fact = OutboxFact.objects.create(name="approval_requested", payload={})
    app.send_task("governance.tasks.dispatch_facts", queue="notify")
    with app.connection_for_write() as killed:
        channel = killed.default_channel
        assert channel.basic_get("notify") is not None
        channel.do_restore = False  # a killed worker gives nothing back
    start_worker()
    wait_until_dispatched(fact.id)


@pytest.mark.django_db
def test_a_test_has_its_own_migrated_database() -> None:
    assert ContentType.objects.filter(app_label="governance", model="outboxfact").exists()
