"""Show what a decision would do before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from cases.domain.planning import Choice, DecisionPlan, plan_decision
from cases.domain.sanctions import SANCTION_KINDS
from cases.domain.wording import wording_for
from cases.queries.ground import ground_of
from cases.queries.scope import no_such_case, visible_cases
from governance.domain.actors import Actor
from policies.domain.schemes import SchemeSpec
from policies.queries.policies import PolicyVersionView


@dataclass(frozen=True)
class SanctionPreview:
    """A sanction that would follow; a held one waits for a second person."""

    kind: str
    label: str
    milestone: int
    ends_at: datetime | None
    is_held: bool


@dataclass(frozen=True)
class DecisionPreview:
    """The plan that the decision would carry out, and its sanctions in the viewer's language."""

    plan: DecisionPlan
    sanctions: tuple[SanctionPreview, ...]
    appeal_days: int
    policy: PolicyVersionView
    scheme: SchemeSpec


def preview_decision(
    actor: Actor, case_id: int, answers: Sequence[str], severity: str | None = None
) -> DecisionPreview:
    """Return what `decide_case` would do with the same answers now: outcome, points, standing, sanctions, notice.

    Raises NotFound for a case that is not there for `actor`, and InvalidInput for answers that do not lead through
    the guide to an outcome and for a severity beyond the policy's.
    """
    case = visible_cases(actor).select_related("entity", "market").filter(pk=case_id).first()
    if case is None:
        raise no_such_case()
    now = timezone.now()
    ground = ground_of(case, now)
    plan = plan_decision(ground.case, Choice(tuple(answers), severity or None), now)
    names = wording_for(actor.locale).kinds
    sanctions = tuple(
        SanctionPreview(due.kind, names[due.kind], due.milestone, due.ends_at, SANCTION_KINDS[due.kind].is_severe)
        for due in plan.sanctions
    )
    spec = ground.scheme.spec
    return DecisionPreview(plan, sanctions, spec.appeal.window_days, ground.policy, spec)
