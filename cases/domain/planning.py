"""Work out what a decision would do, before and while it is made: one code path for the preview and the deed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.domain.guides import Reached, follow_guide, severity_of
from cases.domain.ledger import LedgerLine, cost_of
from cases.domain.lifecycle import DecisionOutcome, LedgerKind
from cases.domain.milestones import DueSanction, sanctions_due
from cases.domain.notices import Addressee, Consequences, Finding, Notice, write_notice
from cases.domain.standing import Standing, standing_at
from policies.domain.policies import NoticeTemplate
from policies.domain.schemes import SchemeSpec
from policies.domain.severity import Severity
from policies.domain.trees import DecisionTree

# Stands for the decision that is not yet written.
NOT_YET = 0


@dataclass(frozen=True, slots=True)
class PolicyGround:
    """What a decision needs of the cited policy version; keys of `titles` and `notices` are locales."""

    code: str
    tree: DecisionTree
    least: Severity
    most: Severity
    titles: Mapping[str, str]
    notices: Mapping[str, NoticeTemplate]


@dataclass(frozen=True, slots=True)
class CaseGround:
    """Everything that a decision on a case rests on. `lines` are the account's ledger under `spec`'s scheme."""

    policy: PolicyGround
    spec: SchemeSpec
    lines: tuple[LedgerLine, ...]
    addressee: Addressee
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reviewer chose: yes/no answers from the first question on, and a severity or None for the guide's."""

    answers: tuple[str, ...]
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionPlan:
    """What a decision does. Points are unsigned; sanctions of a severe kind start as held.

    `expires_at`, `appeal_until` and `notice` are None when nothing was violated.
    """

    reached: Reached
    outcome: DecisionOutcome
    severity: Severity | None
    counts_from: datetime
    points: int
    signed_points: int
    expires_at: datetime | None
    appeal_until: datetime | None
    before: Standing
    after: Standing
    sanctions: tuple[DueSanction, ...]
    notice: Notice | None

    @property
    def crossed(self) -> tuple[int, ...]:
        """Return the milestones that bring a sanction, nearest first."""
        return tuple(dict.fromkeys(sanction.milestone for sanction in self.sanctions))

    @property
    def has_override(self) -> bool:
        """Say whether the reviewer chose another severity than the guide."""
        return self.severity is not self.reached.outcome.severity


def plan_decision(
    ground: CaseGround, choice: Choice, now: datetime, counts_from: datetime | None = None
) -> DecisionPlan:
    """Return what a decision with that choice does; `counts_from` is when its points begin, `now` when not given.

    Raises InvalidInput for answers that do not lead through the guide to an outcome, and for a severity beyond
    what the policy allows.
    """
    policy, begins = ground.policy, counts_from or now
    reached = follow_guide(policy.tree, choice.answers)
    severity = severity_of(reached.outcome, choice.severity, policy.least, policy.most)
    before = standing_at(ground.lines, ground.spec, now)
    if severity is None:
        return DecisionPlan(
            reached=reached,
            outcome=DecisionOutcome(reached.outcome.kind.value),
            severity=None,
            counts_from=begins,
            points=0,
            signed_points=0,
            expires_at=None,
            appeal_until=None,
            before=before,
            after=before,
            sanctions=(),
            notice=None,
        )
    return _plan_violation(ground, reached, severity, before, now, begins)


def _plan_violation(
    ground: CaseGround, reached: Reached, severity: Severity, before: Standing, now: datetime, begins: datetime
) -> DecisionPlan:
    line = violation_line(ground.lines, ground.spec, ground.policy.code, severity, begins)
    lines = (*ground.lines, line)
    after = standing_at(lines, ground.spec, now)
    sanctions = tuple(sanction for sanction in sanctions_due(lines) if sanction.decision_id == NOT_YET)
    appeal_until = now + timedelta(days=ground.spec.appeal.window_days)
    notice = write_notice(
        templates=ground.policy.notices,
        policy_titles=ground.policy.titles,
        addressee=ground.addressee,
        findings=ground.findings,
        consequences=Consequences(abs(line.points), line.expires_at, after, sanctions, appeal_until),
        spec=ground.spec,
    )
    return DecisionPlan(
        reached=reached,
        outcome=DecisionOutcome.VIOLATION,
        severity=severity,
        counts_from=begins,
        points=abs(line.points),
        signed_points=line.points,
        expires_at=line.expires_at,
        appeal_until=appeal_until,
        before=before,
        after=after,
        sanctions=sanctions,
        notice=notice,
    )


def violation_line(
    lines: Sequence[LedgerLine], spec: SchemeSpec, policy_code: str, severity: Severity, at: datetime
) -> LedgerLine:
    """Return the ledger line of a violation at `at`, with the points that it costs after the lines before it."""
    return LedgerLine(
        id=max((line.id for line in lines), default=0) + 1,
        kind=LedgerKind.VIOLATION,
        points=cost_of(lines, spec, policy_code, severity, at),
        policy_code=policy_code,
        severity=severity.value,
        decision_id=NOT_YET,
        at=at,
        expires_at=at + timedelta(days=spec.expiry_days),
        reverses_id=None,
        spec=spec,
    )
