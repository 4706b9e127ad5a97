"""Set up markets."""

from django.db import transaction

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.markets import DEFAULT_MARKETS, MarketSpec
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from governance.models import Market


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


def ensure_default_markets(*, actor: Actor) -> int:
    """Make those of the known markets that are missing; return how many were made. Existing ones stay as they are."""
    with transaction.atomic():
        present = set(Market.objects.values_list("code", flat=True))
        missing = [spec for spec in DEFAULT_MARKETS if spec.code not in present]
        for spec in missing:
            save_market(actor=actor, spec=spec)
    return len(missing)
