"""Limit rows to what a viewer may see: the one place where a permission becomes a WHERE."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from governance.domain.actors import Actor
from governance.domain.roles import Permission

Row = TypeVar("Row", bound=Model)


def within_markets(
    rows: QuerySet[Row], actor: Actor, permission: Permission, *, field: str = "market_id"
) -> QuerySet[Row]:
    """Return the rows whose market lies where `actor` has `permission`; none at all without it."""
    scope = actor.markets(permission)
    if scope.is_all:
        return rows
    if scope.is_empty:
        return rows.none()
    return rows.filter(**{f"{field}__in": sorted(scope.codes)})
