"""Lock a case and move it along its life."""

from django.utils import timezone

from cases.domain.lifecycle import CaseState, check_step
from cases.models import Case, CaseTransition
from cases.queries.scope import no_such_case, visible_cases
from governance.domain.actors import Actor
from governance.domain.errors import Conflict
from governance.domain.subjects import Subject


def locked_case(actor: Actor, case_id: int, revision: int | None = None) -> Case:
    """Return the case, locked until the transaction ends.

    Raises NotFound for a case that is not there for `actor`, Conflict when it is no longer at `revision`.
    """
    case = visible_cases(actor).filter(pk=case_id).select_for_update(of=("self",)).first()
    if case is None:
        raise no_such_case()
    if revision is not None and case.revision != revision:
        raise Conflict(
            "This case changed since you opened it: new evidence came in, or somebody worked on it.",
            hint="Reload it and look again.",
        )
    return case


def move(case: Case, after: CaseState, actor: Actor, reason: str = "") -> None:
    """Take the locked case to its next state with a line on its timeline; the caller saves it.

    Raises Conflict when the step is not part of its life.
    """
    before = CaseState(case.state)
    check_step(before, after)
    CaseTransition.objects.create(
        case=case,
        from_state=before,
        to_state=after,
        at=timezone.now(),
        actor_label=actor.label,
        reason=reason,
    )
    case.state = after


def as_subject(case: Case, url: str = "") -> Subject:
    """Return the case as the subject of an audit entry or an escalation."""
    return Subject("case", str(case.pk), str(case), url)
