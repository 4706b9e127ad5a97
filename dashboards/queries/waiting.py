"""Count what waits for a viewer in each room, for the rail and the start page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cases.queries.finding import count_open_cases
from governance.queries.approvals import pending_for
from governance.queries.escalations import escalation_counts
from governance.queries.lists import bounded_count

if TYPE_CHECKING:
    from governance.domain.actors import Actor

# Beyond this a number in the rail says no more than "many".
RAIL_LIMIT = 999


@dataclass(frozen=True)
class Waiting:
    """How much waits, what the number counts, and whether some of it is late."""

    number: int
    label: str
    is_exact: bool = True
    is_urgent: bool = False


def waiting_escalations(actor: Actor) -> Waiting:
    """Return the running escalations; urgent when an update is overdue."""
    counts = escalation_counts(actor)
    return Waiting(counts.open, _("running"), is_urgent=counts.overdue > 0)


def waiting_cases(actor: Actor) -> Waiting:
    """Return the open cases that the viewer may see."""
    count = count_open_cases(actor, RAIL_LIMIT)
    return Waiting(count.number, _("open"), is_exact=count.is_exact)


def waiting_approvals(actor: Actor) -> Waiting:
    """Return the approvals that wait for this viewer."""
    count = bounded_count(pending_for(actor), limit=RAIL_LIMIT)
    return Waiting(count.number, _("waiting for you"), is_exact=count.is_exact)
