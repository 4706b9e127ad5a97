"""Read the sanctions of a case that wait for a second person, with what that person has to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.domain.lifecycle import SanctionState
from cases.domain.sanctions import APPLY_SANCTION
from cases.models import Decision
from cases.queries.standing import SanctionRow
from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.queries.approvals import pending_about_each


@dataclass(frozen=True)
class HeldView:
    """What one decision proposes that another person has to agree to.

    `points` is what the decision took (kind, points, standing before and after), None when it took none. Whoever
    decided or asked may not agree (`is_own`); the rest need the permission (`may_decide`).
    """

    decision: Decision
    sanctions: tuple[SanctionRow, ...]
    points: dict[str, Any] | None
    asked_by: str
    asked_at: datetime | None
    is_own: bool
    may_decide: bool


def held_in_case(
    actor: Actor, market: str, decisions: Sequence[Decision], sanctions: Sequence[SanctionRow]
) -> tuple[HeldView, ...]:
    """Return what waits in a case that was read with its decisions; `sanctions` are all those of the account."""
    keys = {decision.pk for decision in decisions}
    held = [row for row in sanctions if row.state is SanctionState.HELD and row.decision_id in keys]
    if not held:
        return ()
    requests = pending_about_each("sanction", [str(row.id) for row in held], APPLY_SANCTION)
    may_approve = actor.can(Permission.APPROVE_SANCTIONS, market)
    found = []
    for decision in decisions:
        own = tuple(row for row in held if row.decision_id == decision.pk)
        if not own:
            continue
        request = requests.get(str(own[0].id))
        people = {decision.decided_by_id, request.requested_by_id if request else None}
        is_own = actor.user_id is not None and actor.user_id in people
        found.append(
            HeldView(
                decision=decision,
                sanctions=own,
                points=next((action for action in decision.actions if action["kind"] == "points"), None),
                asked_by=request.requested_by.name if request else decision.decided_by.name,
                asked_at=request.requested_at if request else None,
                is_own=is_own,
                may_decide=may_approve and not is_own,
            )
        )
    return tuple(found)
