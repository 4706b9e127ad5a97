"""Write facts with the rows that they tell of, and hand them to the workers after commit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from kombu.exceptions import OperationalError

from governance.actions.fact_locks import facts_in_work, hold_fact, take_fact
from governance.models import FactConsumption, OutboxFact
from governance.project.celery import app
from governance.project.routes import COLLECTORS, KEEP_THEIR_STATE, ROUTES, queue_of

log = structlog.get_logger(__name__)

BATCH = 500
LOST_AFTER = timedelta(hours=1)
MOST_ATTEMPTS = 10


def emit(name: str, payload: Mapping[str, Any]) -> int:
    """Write the fact `name` with a JSON-ready payload inside the caller's transaction; return its id.

    Each task that ROUTES names for it is sent the id after commit, at least once.
    """
    fact = OutboxFact.objects.create(name=name, payload=dict(payload))
    if not any(waiting is _nudge for _, waiting, *_ in connection.run_on_commit):
        transaction.on_commit(_nudge)
    return fact.id


def _nudge() -> None:
    """Ask for dispatch at once; when the broker is away the regular dispatch catches up."""
    try:
        app.send_task("governance.tasks.dispatch_facts", queue="notify", retry=False)
    except OperationalError as error:
        log.warning("broker_away", error=str(error))


def dispatch_waiting() -> int:
    """Hand waiting facts to their tasks, oldest first; return how many were handed over.

    Rows are locked with SKIP LOCKED, so any number of dispatchers may run. A fact whose sending fails stays
    waiting with the error on its row. A crash between sending and commit sends it again: consumers use
    `consume_once`.
    """
    done = 0
    while True:
        with transaction.atomic():
            facts = list(
                OutboxFact.objects.filter(dispatched_at__isnull=True)
                .order_by("id")
                .select_for_update(skip_locked=True)[:BATCH]
            )
            if not facts:
                return done
            for fact in facts:
                _send(fact)
            OutboxFact.objects.bulk_update(facts, ["dispatched_at", "attempts", "error"])
        sent = sum(fact.dispatched_at is not None for fact in facts)
        done += sent
        if sent < len(facts):
            return done


def redeliver_lost() -> int:
    """Let facts be handed over again that were sent an hour ago and that nobody works on; return how many.

    A worker that failed again and again, or a broker that lost its memory, so loses nothing. However long a worker
    takes, its fact is left to it as long as its connection to the database stands. After MOST_ATTEMPTS a fact stays
    where it is, for people to look at. Tasks that keep their own state are not repeated.
    """
    done = FactConsumption.objects.filter(fact=OuterRef("pk"))
    lost = OutboxFact.objects.filter(
        ~Exists(done),
        name__in=set(ROUTES) - KEEP_THEIR_STATE,
        dispatched_at__lt=timezone.now() - LOST_AFTER,
        attempts__lt=MOST_ATTEMPTS,
    ).exclude(pk__in=facts_in_work())
    count = lost.update(dispatched_at=None)
    if count:
        log.warning("facts_redelivered", count=count)
    return count


def work_off_waiting() -> int:
    """Run the tasks of waiting facts in this process until none waits; return how many facts were worked on.

    A task that raises stops the run with its error; its fact stays waiting.
    """
    done = 0
    app.loader.import_default_modules()
    for task in COLLECTORS:
        app.tasks[task].apply(throw=True)
    while fact := OutboxFact.objects.filter(dispatched_at__isnull=True).order_by("id").first():
        for task in ROUTES.get(fact.name, ()):
            app.tasks[task].apply(args=(fact.id,), throw=True)
        OutboxFact.objects.filter(pk=fact.pk).update(dispatched_at=timezone.now(), attempts=fact.attempts + 1)
        done += 1
    return done


def _send(fact: OutboxFact) -> None:
    fact.attempts += 1
    try:
        for task in ROUTES.get(fact.name, ()):
            app.send_task(task, args=[fact.id], queue=queue_of(task))
    except OperationalError as error:
        fact.error = str(error)[:500]
        log.warning("fact_not_sent", fact_id=fact.id, name=fact.name, error=fact.error)
    else:
        fact.dispatched_at, fact.error = timezone.now(), ""


@contextmanager
def working_on(fact_id: int, consumer: str) -> Iterator[dict[str, Any] | None]:
    """Give the payload of the fact, or None when `consumer` has already worked on it or does so elsewhere.

    For work of many transactions that is harmless to repeat after a crash, but not side by side: the fact is held
    until the block ends, or the connection. The block ends with `consume_once`.
    """
    with hold_fact(fact_id, consumer) as is_ours:
        yield peek(fact_id, consumer) if is_ours else None


def peek(fact_id: int, consumer: str) -> dict[str, Any] | None:
    """Return the payload of the fact, or None when `consumer` has already worked on it; marks and holds nothing."""
    fact = OutboxFact.objects.get(pk=fact_id)
    is_done = FactConsumption.objects.filter(fact=fact, consumer=consumer).exists()
    return None if is_done else dict(fact.payload)


def consume_once(fact_id: int, consumer: str) -> dict[str, Any] | None:
    """Return the payload of the fact, or None when `consumer` has already worked on it or does so elsewhere.

    Call inside the transaction that does the work: both stand or fall together, and nobody else works on the fact
    until then. A fact that somebody else has in hand is left to them without waiting; when they are lost,
    `redeliver_lost` brings it again.
    """
    if not take_fact(fact_id, consumer):
        return None
    fact = OutboxFact.objects.get(pk=fact_id)
    _, is_new = FactConsumption.objects.get_or_create(fact=fact, consumer=consumer)
    return dict(fact.payload) if is_new else None
