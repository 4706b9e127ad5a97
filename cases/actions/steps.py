"""Lock a case and move it along its life."""

from django.urls import reverse
from django.utils import timezone

from cases.domain.lifecycle import CaseState, check_step
from cases.models import Case, CaseTransition
from cases.queries.scope import no_such_case, visible_cases
from governance.domain.actors import Actor
from governance.domain.errors import Conflict
from governance.domain.subjects import Subject


def locked_case(actor: Actor, case_id: int) -> Case:
    """Return the case with its entity, market and queue, locked until the transaction ends.

    Raises NotFound for a case that is not there for `actor`.
    """
    case = (
        visible_cases(actor)
        .filter(pk=case_id)
        .select_related("entity", "market", "queue")
        .select_for_update(of=("self",))
        .first()
    )
    if case is None:
        raise no_such_case()
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


def check_revision(case: Case, revision: int) -> None:
    """Raise Conflict when the locked case is no longer as it was at `revision`."""
    if case.revision != revision:
        raise Conflict(
            "This case changed since you opened it: new evidence came in, or somebody worked on it.",
            hint="Reload it and look again.",
        )


def as_subject(case: Case) -> Subject:
    """Return the case as the subject of an audit entry."""
    return Subject("case", str(case.pk), str(case))


def case_url(case_id: int) -> str:
    """Return the address of a case's page."""
    return reverse("cases:detail", args=[case_id])
