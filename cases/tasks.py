"""Celery shells of cases.

Work on a fact is all or nothing and comes once, so it may be tried again when the database or a colleague was in
the way.
"""

from typing import Any

from celery import shared_task
from django.db import OperationalError

from cases.actions import ageing, claiming, escalating, intake, sanctions
from governance.domain.errors import Conflict

TRY_AGAIN: dict[str, Any] = {
    "autoretry_for": (OperationalError, Conflict),
    "retry_backoff": True,
    "retry_backoff_max": 300,
    "max_retries": 10,
}


@shared_task(ignore_result=True, **TRY_AGAIN)
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


@shared_task(ignore_result=True, **TRY_AGAIN)
def mark_escalated(fact_id: int) -> None:
    """Let a case wait for the escalation that was opened about it."""
    escalating.mark_escalated(fact_id=fact_id)


@shared_task(ignore_result=True, **TRY_AGAIN)
def mark_escalation_resolved(fact_id: int) -> None:
    """Put a case back into the queue when its escalations are resolved."""
    escalating.mark_escalation_resolved(fact_id=fact_id)


@shared_task(ignore_result=True)
def expire_sanctions() -> None:
    """End sanctions whose time is over."""
    sanctions.expire_sanctions()
