"""A real worker process serves the test database."""

import time

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from governance.actions import outbox
from governance.models import OutboxFact
from governance.project.embedded.processes import Child


def test_a_fact_is_handed_over_by_the_worker_after_commit(celery_worker: Child) -> None:
    with transaction.atomic():
        fact_id = outbox.emit("approval_requested", {"approval_id": 1})
    deadline = time.monotonic() + 20
    while OutboxFact.objects.get(pk=fact_id).dispatched_at is None:
        assert time.monotonic() < deadline, f"not handed over:\n{celery_worker.last_lines()}"
        time.sleep(0.05)


@pytest.mark.django_db
def test_a_test_has_its_own_migrated_database() -> None:
    assert ContentType.objects.filter(app_label="governance", model="outboxfact").exists()
