"""Turn the hits of one suspicion into the figures of its case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cases.domain.intake import starting_severity
from cases.domain.lifecycle import CaseState
from cases.domain.priority import Suspicion, age_of, parts_form, rank_case, severer, suspicion_from
from cases.domain.sla import DEFAULT_HOURS, due_at
from cases.models import Case, Queue
from policies.domain.rules import Outcome
from policies.domain.severity import Severity
from policies.queries.policies import PolicyVersionView
from risk.queries.hits import HitView

# Serves the policies that no queue names, so that no hit is without a place.
GENERAL_QUEUE = "general"
LAST = 32_000


@dataclass(frozen=True)
class Group:
    """Hits on one account under one policy, and how many earlier violations they would repeat."""

    hits: tuple[HitView, ...]
    policy: PolicyVersionView
    priors: int

    def only(self, hits: tuple[HitView, ...]) -> "Group":
        """Return the group with these of its hits."""
        return replace(self, hits=hits)

    @property
    def leading(self) -> HitView:
        """Return the hit that names the case: of the rule with the severest outcome, then the highest priority."""
        return min(self.hits, key=lambda hit: (_place(hit), -hit.rule.priority, hit.as_of, hit.id))

    @property
    def severity(self) -> Severity:
        """Return how severe the suspicion is by the policy and the earlier violations."""
        return starting_severity(self.policy.severity_default, self.policy.severity_max, self.priors)

    @property
    def suspicion(self) -> Suspicion:
        """Return what the case's place in the queue rests on."""
        rules: dict[str, Outcome] = {}
        for hit in self.hits:
            outcome = Outcome(hit.outcome)
            rules[hit.rule.code] = severer(outcome, rules.get(hit.rule.code, outcome))
        scores = [hit.score.value for hit in self.hits if hit.score is not None]
        volumes = [volume for hit in self.hits if hit.signals is not None for volume in hit.signals.volumes.values()]
        return Suspicion(rules, max(scores, default=None), int(max(volumes, default=0)))


def placed_queue(group: Group, queues: Mapping[str, Queue]) -> Queue:
    """Return the queue that serves the policy, or the general one, which is made when it is first needed."""
    queue = queues.get(group.policy.node_code)
    if queue is not None:
        return queue
    hours = {severity.value: allowed for severity, allowed in DEFAULT_HOURS.items()}
    general, _ = Queue.objects.get_or_create(
        code=GENERAL_QUEUE,
        defaults={"title": "General", "nodes": [], "sla_hours": hours, "position": LAST},
    )
    return general


def new_case(group: Group, queue: Queue, now: datetime) -> Case:
    """Return the unsaved case of a suspicion; its hits are worked in once its row is there."""
    first, leading = min(group.hits, key=lambda hit: hit.as_of), group.leading
    return Case(
        entity_id=leading.entity.id,
        market_id=leading.entity.market,
        policy_id=group.policy.policy_id,
        policy_version_id=group.policy.id,
        queue=queue,
        state=CaseState.NEW,
        severity=group.severity,
        title=leading.rule.title[:240],
        priority=0.0,
        as_of=first.as_of,
        opened_at=now,
        sla_due_at=due_at(now, queue.sla_hours, group.severity),
        last_hit_at=first.as_of,
    )


def work_in(case: Case, group: Group, now: datetime) -> None:
    """Bring the figures of a case up to further hits; the caller saves it.

    The revision grows when a reviewer has to know: the severity rose, or a rule fired that had not before. A
    further hit of a known rule is more of the same, and must not keep a decision from being made.
    """
    before = suspicion_from(case.priority_parts)
    suspicion = before.merged_with(group.suspicion) if case.hit_count else group.suspicion
    severity = max(Severity(case.severity), group.severity, key=lambda item: item.rank)
    if case.hit_count and (severity != case.severity or set(suspicion.rules) != set(before.rules)):
        case.revision += 1
    case.severity = severity
    case.sla_due_at = due_at(case.opened_at, case.queue.sla_hours, severity)
    case.score = suspicion.score
    case.hit_count += len(group.hits)
    case.last_hit_at = max(case.last_hit_at, *(hit.as_of for hit in group.hits))
    rank(case, suspicion, now)


def rank(case: Case, suspicion: Suspicion, now: datetime) -> None:
    """Put the case at its place in the queue as of now; the caller saves it."""
    age = age_of(case.opened_at, case.sla_due_at, now)
    priority = rank_case(suspicion, Severity(case.severity), age.factor)
    case.priority, case.priority_parts = priority.value, parts_form(suspicion, priority)
    case.age_changes_at = age.changes_at


def _place(hit: HitView) -> int:
    order = (Outcome.BLOCK, Outcome.HOLD, Outcome.REVIEW)
    return order.index(Outcome(hit.outcome))
