"""Build escalations straight as rows, many at a time."""

from datetime import datetime, timedelta

from django.utils import timezone

from governance.domain.actors import Actor
from governance.models import Escalation


def make_escalations(count: int, *, opener: Actor, market: str | None = None, summary: str = "Spike") -> list[int]:
    """Make `count` escalations with ties and gaps in their columns; return their keys."""
    base = datetime(2026, 3, 1, tzinfo=timezone.get_fixed_timezone(0))
    rows = [
        Escalation(
            subject_kind="case",
            subject_id=str(number),
            subject_label=f"Case {number}",
            market_id=market,
            severity=number % 4 + 1,
            state=("opened", "acknowledged", "mitigating")[number % 3],
            summary=f"{summary} {number}",
            opened_by_id=opener.user_id,
            opened_at=base + timedelta(hours=number // 3),
            acknowledged_at=base + timedelta(hours=number // 5) if number % 4 else None,
            next_update_due_at=base + timedelta(days=number),
        )
        for number in range(count)
    ]
    return [row.pk for row in Escalation.objects.bulk_create(rows)]
