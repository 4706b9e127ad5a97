"""Read people with their roles, and keys, for those who administer them."""

from django.db.models import Prefetch, QuerySet

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.models import ApiKey, RoleGrant, User


def all_people(actor: Actor) -> QuerySet[User]:
    """Return everybody with the roles they hold; for who may manage people."""
    if not actor.can(Permission.MANAGE_PEOPLE):
        raise NotFound("There is no such page.")
    grants = RoleGrant.objects.order_by("role", "market_id")
    return User.objects.prefetch_related(Prefetch("role_grants", grants))


def all_keys(actor: Actor) -> QuerySet[ApiKey]:
    """Return every API key; for who may manage keys."""
    if not actor.can(Permission.MANAGE_KEYS):
        raise NotFound("There is no such page.")
    return ApiKey.objects.select_related("created_by")
