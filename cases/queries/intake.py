"""Read what taking in hits rests on, for many suspicions at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from cases.domain.lifecycle import CaseState, LedgerKind
from cases.models import Case, LedgerEntry, Queue
from cases.queries.queues import queues_for
from governance.domain.errors import NotFound
from policies.queries.policies import PolicyVersionView, policies_in_force
from policies.queries.schemes import scheme_for


@dataclass(frozen=True, order=True)
class SuspicionKey:
    """Who is suspected under which policy: there is one open case for it at most."""

    entity_id: int
    policy_id: int


@dataclass(frozen=True)
class AccountPlace:
    """The market and the type of an account: what its penalty scheme depends on."""

    market: str
    entity_type: str


@dataclass(frozen=True)
class IntakeGround:
    """Policies in force by key, the queue of each node, earlier violations, and the evidence of decided cases."""

    policies: Mapping[int, PolicyVersionView]
    queues: Mapping[str, Queue]
    priors: Mapping[SuspicionKey, int]
    decided_until: Mapping[SuspicionKey, datetime]


def ground_for(places: Mapping[SuspicionKey, AccountPlace], now: datetime) -> IntakeGround:
    """Return the ground for these suspicions; the number of queries does not grow with them."""
    policies = policies_in_force({key.policy_id for key in places}, now)
    return IntakeGround(
        policies=policies,
        queues=queues_for({view.node_code for view in policies.values()}),
        priors=_priors(places, now),
        decided_until=_decided_until(places),
    )


def open_case_ids(keys: Collection[SuspicionKey]) -> list[int]:
    """Return the open cases of these suspicions, by their keys."""
    wanted = set(keys)
    rows = (
        Case.objects.filter(entity_id__in={key.entity_id for key in wanted}, state__in=OPEN)
        .filter(policy_id__in={key.policy_id for key in wanted})
        .values_list("pk", "entity_id", "policy_id")
    )
    return sorted(pk for pk, entity_id, policy_id in rows if SuspicionKey(entity_id, policy_id) in wanted)


OPEN = (CaseState.NEW, CaseState.ASSIGNED, CaseState.IN_REVIEW, CaseState.ESCALATED)


def _priors(places: Mapping[SuspicionKey, AccountPlace], now: datetime) -> dict[SuspicionKey, int]:
    """Count the violations that a new one would be a repeat of, by the scheme of each account."""
    windows = _windows(set(places.values()), now)
    if not windows:
        return {}
    rows = LedgerEntry.objects.filter(
        entity_id__in={key.entity_id for key in places},
        policy_id__in={key.policy_id for key in places},
        kind=LedgerKind.VIOLATION,
        reversed_by__isnull=True,
        at__gte=now - max(windows.values()),
    ).values_list("entity_id", "policy_id", "at")
    counts: dict[SuspicionKey, int] = {}
    for entity_id, policy_id, at in rows:
        key = SuspicionKey(entity_id, policy_id)
        window = windows.get(places[key]) if key in places else None
        if window is not None and at >= now - window:
            counts[key] = counts.get(key, 0) + 1
    return counts


def _windows(places: Collection[AccountPlace], now: datetime) -> dict[AccountPlace, timedelta]:
    windows = {}
    for place in places:
        try:
            spec = scheme_for(place.market, place.entity_type, now).spec
        except NotFound:
            continue  # no scheme, no repeats; a decision will say what is missing
        windows[place] = timedelta(days=spec.repeat.within_days)
    return windows


def _decided_until(places: Mapping[SuspicionKey, AccountPlace]) -> dict[SuspicionKey, datetime]:
    rows = (
        Case.objects.filter(entity_id__in={key.entity_id for key in places}, decided_at__isnull=False)
        .filter(policy_id__in={key.policy_id for key in places})
        .values_list("entity_id", "policy_id")
        .annotate(until=Max("last_hit_at"))
        .order_by()
    )
    return {SuspicionKey(entity_id, policy_id): until for entity_id, policy_id, until in rows}
