"""Read policies for their list."""

from typing import Any

from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from governance.domain.actors import Actor
from policies.models import PolicyVersion, Rule
from policies.queries.scope import visible_policies, visible_policy_versions, visible_rules


def policy_rows(actor: Actor) -> QuerySet[Any]:
    """Return the visible policies, each with columns of its newest visible version that has begun.

    A policy that has not begun yet shows its newest version. `title` is in English, for sorting and search.
    """
    versions = visible_policy_versions(actor).filter(policy=OuterRef("pk"))
    begun_first = Case(When(effective_from__lte=timezone.now(), then=Value(0)), default=Value(1))
    newest = versions.order_by(begun_first, "-number")
    rules = visible_rules(actor).filter(policy=OuterRef("pk"), live__isnull=False).order_by().values("policy")
    return (
        visible_policies(actor)
        .select_related("node")
        .annotate(
            version_id=Subquery(newest.values("pk")[:1]),
            number=Subquery(newest.values("number")[:1]),
            title=Subquery(newest.values("titles__en")[:1]),
            severity=Subquery(newest.values("severity_default")[:1]),
            effective_from=Subquery(newest.values("effective_from")[:1]),
            live_rules=Subquery(rules.annotate(count=Count("pk")).values("count")),
            node_title=F("node__title"),
        )
    )


def titles_of(version_ids: list[int]) -> dict[int, dict[str, str]]:
    """Return the titles of these versions by locale; the caller has checked that the viewer may see them."""
    return dict(PolicyVersion.objects.filter(pk__in=version_ids).values_list("pk", "titles"))


def rules_of(actor: Actor, policy_id: int) -> QuerySet[Rule]:
    """Return the visible rules of a policy by code."""
    return visible_rules(actor).filter(policy_id=policy_id).order_by("code")
