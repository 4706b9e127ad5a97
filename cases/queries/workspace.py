"""Read everything that the workspace shows of one case, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone

from cases.domain.lifecycle import SETTLING, CaseState
from cases.domain.precedents import likeness
from cases.domain.priority import suspicion_from
from cases.domain.standing import Standing, standing_at
from cases.models import Case, CaseEvidence, CaseNote, CaseTransition, Decision, DecisionNotice
from cases.queries.cases import CLAIMED
from cases.queries.scope import may_work, no_such_case, visible_cases
from cases.queries.standing import SanctionRow, lines_of, sanctions_on
from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.escalations import EscalationBrief, escalations_about
from policies.domain.schemes import SchemeSpec
from policies.queries.policies import PolicyVersionView, policy_version
from policies.queries.schemes import scheme_for

MOST_EVIDENCE = 100
MOST_EARLIER = 10
PRECEDENTS_READ = 50
PRECEDENTS_SHOWN = 5


@dataclass(frozen=True)
class ClaimView:
    """Whose hands a case is in: nobody's, the viewer's, or those of a named colleague."""

    is_mine: bool
    holder: str
    lease_until: datetime | None

    @property
    def is_free(self) -> bool:
        """Say whether nobody has the case."""
        return not self.holder


@dataclass(frozen=True)
class EvidenceView:
    """A hit as it was frozen. `because` are the sentences that decided, `matched` marks pieces of payload fields."""

    id: int
    as_of: datetime
    added_at: datetime
    rule: Mapping[str, Any]
    because: Sequence[str]
    signals: Mapping[str, Any] | None
    score: Mapping[str, Any] | None
    event: Mapping[str, Any] | None
    entity: Mapping[str, Any]
    policy: Mapping[str, Any]
    trace: Mapping[str, Any]

    @property
    def matched(self) -> Mapping[str, Sequence[Sequence[int]]]:
        """Return [start, end] of the pieces that made the rule fire, by field of the event's payload."""
        return self.event.get("matched", {}) if self.event else {}


@dataclass(frozen=True)
class CaseBrief:
    """Another case: how it ended (empty: not yet), and how alike it is (0 to 1, None: not asked)."""

    id: int
    title: str
    policy_code: str
    account: str
    state: str
    severity: str
    outcome: str
    opened_at: datetime
    decided_at: datetime | None
    likeness: float | None = None


@dataclass(frozen=True)
class CaseView:
    """A case with all that a reviewer looks at. `row` was read with its entity, market, queue, policy and people."""

    row: Case
    policy: PolicyVersionView
    claim: ClaimView
    may_work: bool
    may_escalate: bool
    evidence: tuple[EvidenceView, ...]
    transitions: tuple[CaseTransition, ...]
    notes: tuple[CaseNote, ...]
    decisions: tuple[Decision, ...]
    sanctions: tuple[SanctionRow, ...]
    standing: Standing | None
    scheme: SchemeSpec | None
    earlier: tuple[CaseBrief, ...]
    similar: tuple[CaseBrief, ...]
    escalations: tuple[EscalationBrief, ...]

    @property
    def is_correctable(self) -> bool:
        """Say whether the newest decision settled the case, so that another may take its place."""
        is_over = self.row.state in (CaseState.DECIDED, CaseState.CLOSED)
        return is_over and bool(self.decisions) and self.decisions[0].outcome in SETTLING


def case_view(actor: Actor, case_id: int) -> CaseView:
    """Return the case as the workspace shows it; raises NotFound when it is not there for `actor`.

    `evidence` holds the newest MOST_EVIDENCE pieces (`row.hit_count` says how many there are), newest first;
    `decisions` come with their notices, newest first; `sanctions` are all those of the account.
    """
    row = _row(actor, case_id)
    scheme, standing = _standing(row)
    return CaseView(
        row=row,
        policy=policy_version(row.policy_version_id),
        claim=claim_of(actor, row),
        may_work=may_work(actor, row),
        may_escalate=actor.can(Permission.OPEN_ESCALATIONS, row.market_id),
        evidence=tuple(map(_evidence, row.evidence.order_by("-as_of", "-pk")[:MOST_EVIDENCE])),
        transitions=tuple(row.transitions.order_by("pk")),
        notes=tuple(row.notes.select_related("author")),
        decisions=tuple(_decisions(row)),
        sanctions=tuple(sanctions_on(row.entity_id)),
        standing=standing,
        scheme=scheme,
        earlier=_earlier(actor, row),
        similar=_similar(actor, row),
        escalations=tuple(escalations_about(actor, "case", str(row.pk))),
    )


def claim_view(actor: Actor, case_id: int) -> ClaimView:
    """Return whose hands a case is in, in one query: for a page that asks every few seconds."""
    row = visible_cases(actor).select_related("assignee").filter(pk=case_id).first()
    if row is None:
        raise no_such_case()
    return claim_of(actor, row)


def claim_of(actor: Actor, row: Case) -> ClaimView:
    """Return whose hands a case is in, which was read with its assignee."""
    if row.state not in CLAIMED or row.assignee is None:
        return ClaimView(is_mine=False, holder="", lease_until=None)
    return ClaimView(row.assignee_id == actor.user_id, row.assignee.name, row.lease_until)


def cases_of(actor: Actor, entity_id: int, limit: int = 50) -> tuple[CaseBrief, ...]:
    """Return the cases of an account that the viewer may see, newest first."""
    rows = _with_outcome(visible_cases(actor).filter(entity_id=entity_id)).order_by("-pk")[:limit]
    return tuple(_brief(row) for row in rows)


def _row(actor: Actor, case_id: int) -> Case:
    row = (
        visible_cases(actor)
        .select_related("entity__state", "market", "queue", "policy__node", "assignee", "decided_by")
        .filter(pk=case_id)
        .first()
    )
    if row is None:
        raise no_such_case()
    return row


def _standing(row: Case) -> tuple[SchemeSpec | None, Standing | None]:
    now = timezone.now()
    try:
        scheme = scheme_for(row.market_id, row.entity.type, now)
    except NotFound:
        return None, None
    return scheme.spec, standing_at(lines_of(row.entity_id, scheme), scheme.spec, now)


def _evidence(row: CaseEvidence) -> EvidenceView:
    content = row.content
    return EvidenceView(
        id=row.pk,
        as_of=row.as_of,
        added_at=row.added_at,
        rule=content["rule"],
        because=content["trace"].get("because", ()),
        signals=content["signals"],
        score=content["score"],
        event=content["event"],
        entity=content["entity"],
        policy=content["policy"],
        trace=content["trace"],
    )


def _decisions(row: Case) -> QuerySet[Decision]:
    notices = Prefetch("notices", queryset=DecisionNotice.objects.order_by("pk"))
    return row.decisions.select_related("decided_by").prefetch_related(notices).order_by("-pk")


def _earlier(actor: Actor, row: Case) -> tuple[CaseBrief, ...]:
    rows = _with_outcome(visible_cases(actor).filter(entity_id=row.entity_id).exclude(pk=row.pk))
    return tuple(_brief(other) for other in rows.order_by("-pk")[:MOST_EARLIER])


def _similar(actor: Actor, row: Case) -> tuple[CaseBrief, ...]:
    """Return the decided cases under the policy that are most alike, among the newest PRECEDENTS_READ."""
    rows = (
        _with_outcome(visible_cases(actor).filter(policy_id=row.policy_id, decided_at__isnull=False))
        .exclude(state__in=(CaseState.NEW, *CLAIMED, CaseState.ESCALATED))
        .exclude(pk=row.pk)
        .order_by("-decided_at")[:PRECEDENTS_READ]
    )
    own = suspicion_from(row.priority_parts)
    scored = [(likeness(own, suspicion_from(other.priority_parts)).value, other) for other in rows]
    scored.sort(key=lambda pair: -pair[0])
    return tuple(_brief(other, round(value, 3)) for value, other in scored[:PRECEDENTS_SHOWN])


def _with_outcome(rows: QuerySet[Case]) -> QuerySet[Case]:
    newest = Decision.objects.filter(case=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
    return rows.select_related("policy", "entity").annotate(outcome=Subquery(newest))


def _brief(row: Case, value: float | None = None) -> CaseBrief:
    outcome = getattr(row, "outcome", None)
    return CaseBrief(
        id=row.pk,
        title=row.title,
        policy_code=row.policy.code,
        account=str(row.entity),
        state=row.state,
        severity=row.severity,
        outcome=outcome or "",
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        likeness=value,
    )
