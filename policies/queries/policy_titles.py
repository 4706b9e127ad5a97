"""Read what the titles of policies say, without their texts: for answers that must be quick."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from policies.models import PolicyVersion


@dataclass(frozen=True)
class PolicyTitle:
    """One version of a policy by name. Keys of `titles` are locales."""

    version_id: int
    policy_id: int
    code: str
    number: int
    titles: Mapping[str, str]


def titles_in_force(policy_ids: Iterable[int], at: datetime) -> dict[int, PolicyTitle]:
    """Return the newest version that holds at the moment for each policy that has one, by policy, in one query."""
    holds = Q(effective_from__lte=at) & (Q(effective_to__isnull=True) | Q(effective_to__gt=at))
    rows = PolicyVersion.objects.filter(holds, policy_id__in=set(policy_ids))
    found = _read(rows.order_by("policy_id", "-number").distinct("policy_id"))
    return {title.policy_id: title for title in found}


def titles_of(version_ids: Collection[int]) -> dict[int, PolicyTitle]:
    """Return these versions by key, in one query; none is asked for without keys."""
    if not version_ids:
        return {}
    return {title.version_id: title for title in _read(PolicyVersion.objects.filter(pk__in=version_ids))}


def _read(rows: QuerySet[PolicyVersion]) -> list[PolicyTitle]:
    columns = rows.annotate(code=F("policy__code")).values_list("pk", "policy_id", "code", "number", "titles")
    return [PolicyTitle(*row) for row in columns]
