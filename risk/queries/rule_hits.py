"""Count and show where rules fired."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets
from risk.models import RuleHit
from risk.queries.history import data_now

NO_HITS = (0, 0)


@dataclass(frozen=True)
class HitRow:
    """One hit with the account or thing that it names."""

    id: int
    at: datetime
    market: str
    entity_id: int
    entity_type: str
    entity_name: str
    entity_external_id: str
    is_suppressed: bool
    because: tuple[str, ...]


def visible_hits(actor: Actor) -> QuerySet[RuleHit]:
    """Return the hits in the viewer's markets."""
    return within_markets(RuleHit.objects.all(), actor, Permission.VIEW_RULES)


def hit_counts(actor: Actor, rule_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return for each rule how often it fired in the last 7 and 30 days of the data, in one query."""
    now = data_now()
    rows = (
        visible_hits(actor)
        .filter(rule_version__rule_id__in=set(rule_ids), as_of__gt=now - timedelta(days=30), as_of__lte=now)
        .values_list("rule_version__rule_id")
        .annotate(week=Count("pk", filter=Q(as_of__gt=now - timedelta(days=7))), month=Count("pk"))
        .order_by()
    )
    return {rule_id: (week, month) for rule_id, week, month in rows}


def newest_hits(actor: Actor, rule_id: int, limit: int = 10) -> list[HitRow]:
    """Return the newest hits of a rule in all its versions."""
    rows = visible_hits(actor).filter(rule_version__rule_id=rule_id).select_related("entity").order_by("-as_of", "-pk")
    return [
        HitRow(
            id=row.pk,
            at=row.as_of,
            market=row.market_id,
            entity_id=row.entity_id,
            entity_type=row.entity.type,
            entity_name=row.entity.name,
            entity_external_id=row.entity.external_id,
            is_suppressed=row.is_suppressed,
            because=tuple(row.trace.get("because", ())),
        )
        for row in rows[:limit]
    ]
