"""Celery shells of cases."""

from celery import shared_task

from cases.actions import ageing, claiming, escalating, intake, sanctions


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


@shared_task(ignore_result=True)
def mark_escalated(fact_id: int) -> None:
    """Let a case wait for the escalation that was opened about it."""
    escalating.mark_escalated(fact_id=fact_id)


@shared_task(ignore_result=True)
def mark_escalation_resolved(fact_id: int) -> None:
    """Put a case back into the queue when its escalations are resolved."""
    escalating.mark_escalation_resolved(fact_id=fact_id)


@shared_task(ignore_result=True)
def expire_sanctions() -> None:
    """End sanctions whose time is over."""
    sanctions.expire_sanctions()
