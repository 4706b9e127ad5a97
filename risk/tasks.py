"""Celery shells of risk."""

from celery import shared_task

from risk.actions.partitions import make_partitions_ahead


@shared_task(ignore_result=True)
def make_partitions() -> None:
    """Make the event partitions of the coming months."""
    make_partitions_ahead()
