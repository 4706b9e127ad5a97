"""Move cases up the queue as the time allowed for them runs out."""

from django.db import transaction
from django.utils import timezone

from cases.actions.figures import save_figures
from cases.actions.suspicions import rank
from cases.domain.lifecycle import OPEN_STATES
from cases.domain.priority import suspicion_from
from cases.models import Case

CASES_A_TRANSACTION = 500
TRANSACTIONS_A_RUN = 200


def move_up_aged_cases() -> int:
    """Rank anew the open cases whose age has come to its next step; return how many.

    Each case comes up three times in its life, so the work grows with the cases that come in, not with the queue.
    A revision does not change: nothing is new to a reviewer. Rows that somebody works on are left to the next run.
    """
    done = 0
    for _ in range(TRANSACTIONS_A_RUN):
        moved = _move_up_some()
        done += moved
        if moved < CASES_A_TRANSACTION:
            break
    return done


def _move_up_some() -> int:
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            Case.objects.filter(state__in=OPEN_STATES, age_changes_at__lte=now)
            .order_by("age_changes_at", "pk")
            .select_for_update(skip_locked=True)[:CASES_A_TRANSACTION]
        )
        for case in rows:
            rank(case, suspicion_from(case.priority_parts), now)
        save_figures(rows)
    return len(rows)
