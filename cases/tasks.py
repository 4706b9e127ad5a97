"""Celery shells of cases."""

from celery import shared_task

from cases.actions import ageing, claiming, intake


@shared_task(ignore_result=True)
def take_in_hits(fact_id: int) -> None:
    """Open or merge cases for the hits of a fact."""
    intake.take_in_hits(fact_id=fact_id)


@shared_task(ignore_result=True)
def release_leases() -> None:
    """Put cases back whose reviewer has gone."""
    claiming.release_expired_leases()


@shared_task(ignore_result=True)
def move_up_aged_cases() -> None:
    """Move cases up the queue as their time runs out."""
    ageing.move_up_aged_cases()
