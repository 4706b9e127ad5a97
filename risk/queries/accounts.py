"""Read where an account is: what its penalty scheme and its language depend on."""

from collections.abc import Collection
from dataclasses import dataclass

from governance.domain.errors import NotFound
from risk.models import Entity


@dataclass(frozen=True)
class AccountPlace:
    """The market and the type of an entity."""

    market: str
    type: str


def account_place(entity_id: int) -> AccountPlace:
    """Return where an entity is; raises NotFound when there is none."""
    found = account_places([entity_id]).get(entity_id)
    if found is None:
        raise NotFound("There is no such entity.")
    return found


def account_places(entity_ids: Collection[int]) -> dict[int, AccountPlace]:
    """Return where these entities are, by key, in one query."""
    rows = Entity.objects.filter(pk__in=entity_ids).values_list("pk", "market_id", "type")
    return {key: AccountPlace(market, kind) for key, market, kind in rows}
