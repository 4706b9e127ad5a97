"""Celery shells of governance."""

from celery import shared_task

from governance.actions import outbox


@shared_task(ignore_result=True)
def dispatch_facts() -> None:
    """Hand waiting facts to their tasks."""
    outbox.dispatch_waiting()


@shared_task(ignore_result=True)
def redeliver_lost() -> None:
    """Hand over again what was sent and never worked on."""
    outbox.redeliver_lost()
