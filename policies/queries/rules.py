"""Read the rules that fire, and single versions as the engines read them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet
from django.utils import timezone

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from policies.domain.rules import ALLOW_LANE, Outcome
from policies.models import Rule, RulesetVersion, RuleVersion
from policies.queries.lists import lists_in_force
from policies.queries.scope import visible_versions


@dataclass(frozen=True)
class LiveRule:
    """One rule version that fires. Empty `markets` are every market; exactly one target is given."""

    version_id: int
    rule_id: int
    code: str
    number: int
    title: str
    policy_id: int
    policy_code: str
    subject_types: tuple[str, ...]
    condition: str
    event_types: tuple[str, ...]
    entity_type: str
    markets: tuple[str, ...]
    outcome: Outcome
    lane: str
    priority: int
    reason: str


@dataclass(frozen=True)
class Ruleset:
    """The rules that fire together, allow rules first, then by falling priority, and the lists that they ask."""

    number: int
    rules: tuple[LiveRule, ...]
    lists: dict[str, frozenset[str | int | float]]


@dataclass(frozen=True)
class _Kept:
    """A rule set in the memory of this process, good until an entry of a list expires."""

    made: tuple[int, datetime]
    ruleset: Ruleset
    until: datetime | None


_kept: dict[int, _Kept] = {}
MOST_KEPT = 8


def current_ruleset_number() -> int:
    """Return the number of the rule set that holds now, 0 when there is none; one cheap query."""
    return RulesetVersion.objects.aggregate(newest=Max("number"))["newest"] or 0


def load_ruleset(number: int) -> Ruleset:
    """Return the rule set of that number; 0 is the empty one.

    A set never changes, so that each process keeps those it read last: a known one costs one query. Raises
    NotFound for a number that there is not.
    """
    if number == 0:
        return Ruleset(0, (), {})
    row = RulesetVersion.objects.filter(number=number).first()
    if row is None:
        raise NotFound(f"There is no rule set {number}.")
    made, now = (row.pk, row.created_at), timezone.now()
    kept = _kept.get(number)
    if kept is None or kept.made != made or (kept.until is not None and kept.until <= now):
        lists = lists_in_force(now)
        kept = _Kept(made, Ruleset(number, _rules(row.members), lists.entries), lists.until)
        if len(_kept) >= MOST_KEPT:
            _kept.pop(min(list(_kept)), None)
        _kept[number] = kept
    return kept.ruleset


def rule_version(version_id: int) -> LiveRule:
    """Return a version as the engines read it, whatever its state; raises NotFound when there is none."""
    return _one(RuleVersion.objects.all(), version_id)


def visible_rule_version(actor: Actor, version_id: int) -> LiveRule:
    """Return a version that the viewer may see; raises NotFound otherwise."""
    return _one(visible_versions(actor), version_id)


def live_version_of(rule_id: int) -> int | None:
    """Return the key of the version that fires, None when none does."""
    return Rule.objects.values_list("live_id", flat=True).get(pk=rule_id)


def _one(rows: QuerySet[RuleVersion], version_id: int) -> LiveRule:
    row = rows.select_related("rule__policy").filter(pk=version_id).first()
    if row is None:
        raise NotFound("There is no such version of a rule.")
    return to_live_rule(row)


def _rules(version_ids: list[int]) -> tuple[LiveRule, ...]:
    rows = RuleVersion.objects.filter(pk__in=version_ids).select_related("rule__policy")
    rules = [to_live_rule(row) for row in rows]
    return tuple(sorted(rules, key=lambda rule: (rule.lane != ALLOW_LANE, -rule.priority, rule.code)))


def to_live_rule(row: RuleVersion) -> LiveRule:
    """Return the form in which a version is evaluated; the row was read with its rule and policy."""
    return LiveRule(
        version_id=row.pk,
        rule_id=row.rule_id,
        code=row.rule.code,
        number=row.number,
        title=row.rule.title,
        policy_id=row.rule.policy_id,
        policy_code=row.rule.policy.code,
        subject_types=tuple(row.rule.policy.subject_types),
        condition=row.condition,
        event_types=tuple(row.event_types),
        entity_type=row.entity_type,
        markets=tuple(row.markets),
        outcome=Outcome(row.outcome),
        lane=row.lane,
        priority=row.priority,
        reason=row.reason,
    )
