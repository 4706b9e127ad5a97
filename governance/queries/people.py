"""Read people and turn them into actors."""

from dataclasses import dataclass

from governance.domain.actors import Actor, ActorKind, grants_of
from governance.domain.roles import Role
from governance.models import RoleGrant, User


@dataclass(frozen=True)
class Person:
    """Somebody who can be named as an owner or a reviewer."""

    id: int
    name: str
    email: str


def actor_for(user_id: int) -> Actor:
    """Return the actor for an active person with the grants that hold now; raises User.DoesNotExist otherwise."""
    return actor_of(User.objects.get(pk=user_id, is_active=True))


def actor_of(user: User) -> Actor:
    """Return the actor for an active person whose row was read already."""
    held = [
        (Role(grant.role), grant.market_id, frozenset(grant.queues))
        for grant in RoleGrant.objects.filter(user_id=user.pk)
    ]
    return Actor(
        kind=ActorKind.PERSON,
        id=str(user.pk),
        label=user.name,
        grants=frozenset().union(*(grants_of(role, market, queues) for role, market, queues in held)),
        roles=frozenset(role for role, _, _ in held),
        locale=user.locale,
        time_zone=user.time_zone,
    )


def people_with_role(*roles: Role) -> list[Person]:
    """Return the active people who hold any of the roles, by name."""
    rows = User.objects.filter(is_active=True, role_grants__role__in=[role.value for role in roles])
    return [Person(user.pk, user.name, user.email) for user in rows.distinct().order_by("name", "id")]


def names_of(user_ids: set[int]) -> dict[int, str]:
    """Return the names of people by key."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "name"))


def has_people() -> bool:
    """Say whether anybody was ever invited."""
    return User.objects.exists()
