"""Read who is on a case now and what changed on it, for a page that is open."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import CaseEvidence, CaseTransition
from cases.queries.scope import may_work, no_such_case, visible_cases
from cases.queries.workspace import ClaimView, claim_of
from governance.domain.actors import Actor

MOST_CHANGES = 10


@dataclass(frozen=True)
class Presence:
    """A case as it is now: its state and revision, whose hands it is in, and whether the viewer may take it."""

    case_id: int
    state: str
    revision: int
    claim: ClaimView
    may_work: bool


@dataclass(frozen=True)
class Step:
    """A step of the case's life that was taken."""

    at: datetime
    state: str
    who: str
    reason: str


@dataclass(frozen=True)
class Changes:
    """What came since a page was opened: the rules of new hits, and the steps that were taken."""

    rules: tuple[str, ...]
    steps: tuple[Step, ...]


def presence_of(actor: Actor, case_id: int) -> Presence:
    """Return who is on the case, in one query; raises NotFound when it is not there for `actor`."""
    row = visible_cases(actor).select_related("assignee", "queue").filter(pk=case_id).first()
    if row is None:
        raise no_such_case()
    return Presence(row.pk, row.state, row.revision, claim_of(actor, row), may_work(actor, row))


def changes_since(actor: Actor, case_id: int, evidence_id: int, transition_id: int) -> Changes:
    """Return what came after the newest evidence and transition that a page had; raises NotFound as above."""
    if not visible_cases(actor).filter(pk=case_id).exists():
        raise no_such_case()
    rules = CaseEvidence.objects.filter(case_id=case_id, pk__gt=evidence_id).order_by("pk")
    steps = CaseTransition.objects.filter(case_id=case_id, pk__gt=transition_id).order_by("pk")
    return Changes(
        rules=tuple(dict.fromkeys(rules.values_list("content__rule__title", flat=True)[:MOST_CHANGES])),
        steps=tuple(Step(row.at, row.to_state, row.actor_label, row.reason) for row in steps[:MOST_CHANGES]),
    )
