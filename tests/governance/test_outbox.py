from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from governance.actions import outbox
from governance.models import OutboxFact

pytestmark = pytest.mark.django_db


def sent(name: str, hours: float, attempts: int = 1) -> OutboxFact:
    at = timezone.now() - timedelta(hours=hours)
    return OutboxFact.objects.create(name=name, dispatched_at=at, attempts=attempts)


def waiting() -> set[int]:
    return set(OutboxFact.objects.filter(dispatched_at__isnull=True).values_list("pk", flat=True))


def test_what_was_sent_and_never_worked_on_is_sent_again():
    lost, fresh = sent("rules_hit", 2), sent("rules_hit", 0.5)
    done = sent("rules_hit", 2)
    outbox.consume_once(done.pk, "cases.take_in_hits")
    assert outbox.redeliver_lost() == 1
    assert waiting() == {lost.pk}
    assert fresh.pk not in waiting()


@pytest.mark.parametrize(("name", "attempts"), [("import_requested", 1), ("pack_loaded", 1), ("rules_hit", 10)])
def test_what_keeps_its_state_has_no_consumer_or_failed_too_often_stays(name: str, attempts: int):
    sent(name, 2, attempts)
    assert outbox.redeliver_lost() == 0


def test_a_fact_is_consumed_once_per_consumer():
    fact = OutboxFact.objects.create(name="rules_hit", payload={"hit_ids": [1]})
    assert outbox.peek(fact.pk, "one") == {"hit_ids": [1]}
    assert outbox.consume_once(fact.pk, "one") == {"hit_ids": [1]}
    assert outbox.consume_once(fact.pk, "one") is None
    assert outbox.peek(fact.pk, "one") is None
    assert outbox.consume_once(fact.pk, "other") == {"hit_ids": [1]}


@pytest.mark.parametrize(
    ("name", "queue"), [("import_requested", "batch"), ("rule_run_asked", "batch"), ("events_ingested", "score")]
)
def test_work_of_minutes_waits_in_a_queue_of_its_own(name: str, queue: str, monkeypatch: pytest.MonkeyPatch):
    queues = []
    monkeypatch.setattr(outbox.app, "send_task", lambda _task, **options: queues.append(options["queue"]))
    OutboxFact.objects.create(name=name, payload={})
    outbox.dispatch_waiting()
    assert queues == [queue]


def test_facts_reach_the_broker_and_are_marked_as_sent():
    fact = OutboxFact.objects.create(name="rules_hit", payload={"hit_ids": []})
    assert outbox.dispatch_waiting() == 1
    fact.refresh_from_db()
    assert fact.dispatched_at is not None
    assert fact.attempts == 1
    assert outbox.dispatch_waiting() == 0


@contextmanager
def consuming(fact_id: int, consumer: str) -> Iterator[dict[str, Any] | None]:
    with transaction.atomic():
        yield outbox.consume_once(fact_id, consumer)


@contextmanager
def elsewhere(block: Callable[[], AbstractContextManager[Any]]) -> Iterator[int]:
    """Be inside `block` on a connection of its own; gives the process of the server that serves it."""
    begun, over, backends = Event(), Event(), []

    def work() -> None:
        try:
            with block() as payload:
                assert payload == {"run_id": 1}
                backends.append(connection.connection.info.backend_pid)
                begun.set()
                over.wait(30)
        except OperationalError:
            pass  # its connection was cut
        finally:
            connection.close()

    worker = Thread(target=work)
    worker.start()
    try:
        assert begun.wait(30)
        yield backends[0]
    finally:
        over.set()
        worker.join(30)


WAYS = [outbox.working_on, consuming]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_what_a_worker_still_works_on_is_not_sent_again_until_it_is_lost(way: Any) -> None:
    long, lost = sent("rule_run_asked", 2), sent("rule_run_asked", 2)
    OutboxFact.objects.update(payload={"run_id": 1})
    with elsewhere(partial(way, long.pk, "risk.run_rule")) as backend:
        assert outbox.redeliver_lost() == 1
        assert waiting() == {lost.pk}
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
        assert outbox.redeliver_lost() == 1
        assert waiting() == {lost.pk, long.pk}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_no_two_workers_work_on_a_fact_side_by_side(first: Any, second: Any) -> None:
    fact = OutboxFact.objects.create(name="rule_run_asked", payload={"run_id": 1})
    with elsewhere(partial(first, fact.pk, "risk.run_rule")):
        with second(fact.pk, "risk.run_rule") as payload:
            assert payload is None
        with second(fact.pk, "another") as payload:
            assert payload == {"run_id": 1}
    with outbox.working_on(fact.pk, "risk.run_rule") as payload:
        assert (payload is None) == (first is consuming)
