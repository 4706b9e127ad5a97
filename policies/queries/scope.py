"""Limit policies and rules to what a viewer may see."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from governance.domain.actors import Actor
from governance.domain.roles import Permission
from policies.models import Policy, PolicyVersion, Rule, RuleVersion


def visible_versions(actor: Actor) -> QuerySet[RuleVersion]:
    """Return the rule versions that hold in a market of the viewer; those of every market are for all viewers."""
    return RuleVersion.objects.filter(_holds_where(actor, Permission.VIEW_RULES))


def visible_rules(actor: Actor) -> QuerySet[Rule]:
    """Return the rules that have a version the viewer may see."""
    return Rule.objects.filter(Exists(visible_versions(actor).filter(rule=OuterRef("pk"))))


def visible_policy_versions(actor: Actor) -> QuerySet[PolicyVersion]:
    """Return the policy versions that hold in a market of the viewer."""
    return PolicyVersion.objects.filter(_holds_where(actor, Permission.VIEW_POLICIES))


def visible_policies(actor: Actor) -> QuerySet[Policy]:
    """Return the policies that have a version the viewer may see."""
    return Policy.objects.filter(Exists(visible_policy_versions(actor).filter(policy=OuterRef("pk"))))


def _holds_where(actor: Actor, permission: Permission) -> Q:
    scope = actor.markets(permission)
    if scope.is_all:
        return Q()
    if scope.is_empty:
        return Q(pk__in=[])
    return Q(markets=[]) | Q(markets__overlap=sorted(scope.codes))
