"""Read what other rooms show of a rule version, whatever its state."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from policies.models import RuleVersion


@dataclass(frozen=True)
class RuleBrief:
    """A rule version as evidence cites it."""

    version_id: int
    rule_id: int
    code: str
    number: int
    title: str
    condition: str
    reason: str
    reasons: Mapping[str, str]  # locale → the reason in another language than English
    outcome: str
    lane: str
    priority: int
    policy_id: int
    policy_code: str
    subject_types: tuple[str, ...]
    entity_type: str
    event_types: tuple[str, ...]


def rule_briefs(version_ids: Collection[int]) -> dict[int, RuleBrief]:
    """Return these rule versions by key, in one query."""
    rows = RuleVersion.objects.filter(pk__in=version_ids).select_related("rule__policy")
    return {row.pk: _brief(row) for row in rows}


def _brief(row: RuleVersion) -> RuleBrief:
    policy = row.rule.policy
    return RuleBrief(
        version_id=row.pk,
        rule_id=row.rule_id,
        code=row.rule.code,
        number=row.number,
        title=row.rule.title,
        condition=row.condition,
        reason=row.reason,
        reasons=row.reasons,
        outcome=row.outcome,
        lane=row.lane,
        priority=row.priority,
        policy_id=row.rule.policy_id,
        policy_code=policy.code,
        subject_types=tuple(policy.subject_types),
        entity_type=row.entity_type,
        event_types=tuple(row.event_types),
    )
