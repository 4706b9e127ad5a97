"""Read markets."""

from governance.domain.actors import MarketScope
from governance.models import Market


def all_markets() -> dict[str, Market]:
    """Return every market by code."""
    return Market.objects.in_bulk()


def markets_in(scope: MarketScope) -> list[Market]:
    """Return the markets of the scope by code."""
    rows = Market.objects.order_by("code")
    return list(rows if scope.is_all else rows.filter(code__in=sorted(scope.codes)))
