"""Read markets."""

from governance.domain.actors import EVERYWHERE, Actor, ActorKind, MarketScope
from governance.models import Market


def all_markets() -> dict[str, Market]:
    """Return every market by code."""
    return Market.objects.in_bulk()


def markets_in(scope: MarketScope) -> list[Market]:
    """Return the markets of the scope by code."""
    rows = Market.objects.order_by("code")
    return list(rows if scope.is_all else rows.filter(code__in=sorted(scope.codes)))


def markets_of(actor: Actor) -> MarketScope:
    """Return the markets in which the actor has any permission at all."""
    if actor.kind is ActorKind.SYSTEM or any(grant.market is None for grant in actor.grants):
        return EVERYWHERE
    return MarketScope(codes=frozenset(grant.market for grant in actor.grants if grant.market is not None))
