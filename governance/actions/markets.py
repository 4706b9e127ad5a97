"""Set up markets."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from governance.models import Market


@dataclass(frozen=True)
class MarketSpec:
    """What a market is: ISO codes, the IANA time zone, and the legal regimes that apply."""

    code: str
    name: str
    locale: str
    time_zone: str
    currency: str
    regimes: tuple[str, ...] = ()


def save_market(*, actor: Actor, spec: MarketSpec) -> None:
    """Make the market or bring it to the specification; an unchanged one is left alone."""
    actor.require(Permission.MANAGE_PEOPLE, spec.code)
    wanted = {
        "name": spec.name,
        "locale": spec.locale,
        "time_zone": spec.time_zone,
        "currency": spec.currency,
        "regimes": list(spec.regimes),
    }
    with transaction.atomic():
        market = Market.objects.select_for_update().filter(code=spec.code).first()
        before = {name: getattr(market, name) for name in wanted} if market else {}
        if before == wanted:
            return
        Market.objects.update_or_create(code=spec.code, defaults=wanted)
        subject = Subject(kind="market", id=spec.code, label=spec.name)
        audit.record(actor=actor, action="market_saved", subject=subject, market=spec.code, before=before, after=wanted)


def save_markets(*, actor: Actor, specs: Sequence[MarketSpec]) -> None:
    """Save several markets, all or none."""
    with transaction.atomic():
        for spec in specs:
            save_market(actor=actor, spec=spec)
