"""Celery shells of risk.

What follows from a fact may be repeated without harm, so it is tried again when the database was in the way.
"""

from typing import Any

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from governance.domain.actors import system_actor
from risk.actions.backtesting import run_fact
from risk.actions.closing import close_decided_batches as close_decided
from risk.actions.importing.expiring import remove_old_uploads
from risk.actions.importing.working import work_on_fact
from risk.actions.partitions import make_partitions_ahead
from risk.actions.planning import remove_old_parts
from risk.actions.processing import process_fact, process_part_fact

TRY_AGAIN: dict[str, Any] = {
    "autoretry_for": (OperationalError,),
    "retry_backoff": True,
    "retry_backoff_max": 300,
    "max_retries": 10,
}


@shared_task(ignore_result=True)
def make_partitions() -> None:
    """Make the event partitions of the coming months."""
    make_partitions_ahead()


@shared_task(ignore_result=True)
def close_decided_batches() -> None:
    """Hand the events that were decided since the last time to the workers."""
    close_decided()


@shared_task(ignore_result=True)
def remove_uploads() -> None:
    """Remove uploaded files whose time is over, and the parts of batches that were done long ago."""
    remove_old_parts(now=timezone.now())
    remove_old_uploads(actor=system_actor("import"), now=timezone.now())


@shared_task(ignore_result=True, **TRY_AGAIN)
def process_batch(fact_id: int) -> None:
    """Run signals, scores and rules over the batch of an `events_ingested` fact."""
    process_fact(fact_id=fact_id)


@shared_task(ignore_result=True, **TRY_AGAIN)
def process_part(fact_id: int) -> None:
    """Work on the part of a large batch that a `batch_part_ready` fact names."""
    process_part_fact(fact_id=fact_id)


@shared_task(ignore_result=True, **TRY_AGAIN)
def run_rule(fact_id: int) -> None:
    """Run a rule over stored events."""
    run_fact(fact_id=fact_id)


@shared_task(ignore_result=True)
def run_import(fact_id: int) -> None:
    """Run the import of an `import_requested` fact, from where it stopped if it was begun."""
    work_on_fact(fact_id=fact_id)
