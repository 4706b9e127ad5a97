"""Who acts: a person, an API key or the system itself, with what it may do where."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from governance.domain.errors import NotAllowed
from governance.domain.roles import GRANTS, Permission, Role


class ActorKind(StrEnum):
    """What kind of thing acts."""

    PERSON = "person"
    API_KEY = "api_key"
    SYSTEM = "system"


@dataclass(frozen=True)
class MarketScope:
    """The markets in which something is allowed: every market, or the named codes."""

    is_all: bool = False
    codes: frozenset[str] = frozenset()

    def contains(self, market: str) -> bool:
        """Say whether the market code lies in the scope."""
        return self.is_all or market in self.codes

    @property
    def is_empty(self) -> bool:
        """Say whether no market lies in the scope."""
        return not self.is_all and not self.codes


EVERYWHERE = MarketScope(is_all=True)
NOWHERE = MarketScope()


@dataclass(frozen=True)
class Grant:
    """One permission in one market; market None is every market. Queues limits an analyst's cases; empty is all."""

    permission: Permission
    market: str | None = None
    queues: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Actor:
    """Who acts or looks, frozen for the length of a request or a task."""

    kind: ActorKind
    id: str
    label: str
    grants: frozenset[Grant] = field(default=frozenset(), repr=False)
    roles: frozenset[Role] = frozenset()
    locale: str = "en"
    time_zone: str = "UTC"

    @property
    def user_id(self) -> int | None:
        """Return the key of the person's row, None for keys and the system."""
        return int(self.id) if self.kind is ActorKind.PERSON else None

    @property
    def person_id(self) -> int:
        """Return the key of the person's row; raises NotAllowed for keys and the system."""
        if self.kind is not ActorKind.PERSON:
            raise NotAllowed("Only a person can do this.")
        return int(self.id)

    def markets(self, permission: Permission) -> MarketScope:
        """Return the markets in which the actor has the permission."""
        if self.kind is ActorKind.SYSTEM:
            return EVERYWHERE
        found = [grant.market for grant in self.grants if grant.permission is permission]
        if None in found:
            return EVERYWHERE
        return MarketScope(codes=frozenset(code for code in found if code is not None))

    def can(self, permission: Permission, market: str | None = None) -> bool:
        """Say whether the actor has the permission in the market, or in any market when none is named."""
        scope = self.markets(permission)
        return not scope.is_empty if market is None else scope.contains(market)

    def require(self, permission: Permission, market: str | None = None) -> None:
        """Raise NotAllowed unless the actor has the permission there."""
        if not self.can(permission, market):
            place = f" in market {market}" if market else ""
            raise NotAllowed(f"{self.label} may not {permission.value.replace('_', ' ')}{place}.")

    def require_in(self, permission: Permission, markets: Iterable[str | None]) -> None:
        """Raise NotAllowed unless the actor has the permission in each of the markets; None stands for all of them."""
        for market in markets:
            if market is None and not self.markets(permission).is_all:
                raise NotAllowed(f"{self.label} may not {permission.value.replace('_', ' ')} in every market.")
            self.require(permission, market)

    def queues(self, permission: Permission) -> frozenset[str] | None:
        """Return the queue codes that limit the permission, None when it is not limited."""
        limits = [grant.queues for grant in self.grants if grant.permission is permission]
        if self.kind is ActorKind.SYSTEM or any(not limit for limit in limits):
            return None
        return frozenset().union(*limits)


def grants_of(role: Role, market: str | None, queues: frozenset[str]) -> frozenset[Grant]:
    """Return the grants that holding `role` in `market` brings; queues limit the roles that work cases."""
    limited = {Permission.VIEW_CASES, Permission.WORK_CASES} if role is Role.ANALYST else set()
    return frozenset(
        Grant(permission, market, queues if permission in limited else frozenset()) for permission in GRANTS[role]
    )


def system_actor(name: str) -> Actor:
    """Return the actor for work that no person asked for; `name` says which part of the system it is."""
    return Actor(kind=ActorKind.SYSTEM, id=name, label=f"Aedile ({name})")
