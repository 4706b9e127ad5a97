"""How standing is spread over the accounts that have a ledger."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from cases.domain.lifecycle import LedgerKind, SanctionState
from cases.domain.standing import Zone, clamp, is_reached, standing_at, zone_of
from cases.models import LedgerEntry, Sanction
from cases.queries.standing import lines_by_entity
from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets
from policies.domain.schemes import Direction, SchemeSpec
from policies.queries.schemes import SchemeView, scheme_for

ACCOUNTS_A_READ = 1_000


@dataclass(frozen=True)
class ZoneCount:
    """How many accounts of a type stand in a zone of the scheme of their market."""

    market: str
    entity_type: str
    scheme_code: str
    zone: Zone
    count: int


@dataclass(frozen=True)
class SanctionCount:
    """How many sanctions of a kind are in force or held in a market."""

    market: str
    kind: str
    state: SanctionState
    count: int


def standing_distribution(actor: Actor, at: datetime, markets: Collection[str] = ()) -> list[ZoneCount]:
    """Return how many accounts stand where, by market and type, in the order of the zones.

    Accounts without an entry in their ledger are in the good zone and not counted. The database adds the points up;
    only accounts that may have come to where points no longer expire are played through one by one.
    """
    rows = within_markets(LedgerEntry.objects.order_by(), actor, Permission.VIEW_HEALTH, field="entity__market_id")
    if markets:
        rows = rows.filter(entity__market_id__in=sorted(markets))
    places = sorted(rows.values_list("entity__market_id", "entity__type").distinct())
    found: list[ZoneCount] = []
    for market, entity_type in places:
        try:
            scheme = scheme_for(market, entity_type, at)
        except NotFound:
            continue  # without a scheme there is no standing
        counts = _zones(market, entity_type, scheme, at)
        found.extend(
            ZoneCount(market, entity_type, scheme.spec.code, zone, counts[zone]) for zone in Zone if counts[zone]
        )
    return found


def sanctions_in_force(actor: Actor, markets: Collection[str] = ()) -> list[SanctionCount]:
    """Return the sanctions in force and those that wait for a second person, by market and kind."""
    shown = (SanctionState.ACTIVE, SanctionState.HELD)
    rows = within_markets(
        Sanction.objects.filter(state__in=shown), actor, Permission.VIEW_HEALTH, field="entity__market_id"
    )
    if markets:
        rows = rows.filter(entity__market_id__in=sorted(markets))
    counted = (
        rows.order_by()
        .values("entity__market_id", "kind", "state")
        .annotate(count=Count("pk"))
        .order_by("entity__market_id", "kind", "state")
        .values_list("entity__market_id", "kind", "state", "count")
    )
    return [SanctionCount(market, kind, SanctionState(state), count) for market, kind, state, count in counted]


def _zones(market: str, entity_type: str, scheme: SchemeView, at: datetime) -> Counter[Zone]:
    spec = scheme.spec
    no_reward = ~Q(kind=LedgerKind.REWARD)
    in_force = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    rows = (
        LedgerEntry.objects.filter(
            entity__market_id=market,
            entity__type=entity_type,
            scheme_version__scheme__code=spec.code,
            at__lte=at,
        )
        .order_by()
        .values("entity_id")
        .annotate(
            net=Sum("points", filter=in_force),
            against=Sum("points", filter=in_force & no_reward),
            ever=Sum("points", filter=no_reward),
        )
        .values_list("entity_id", "net", "against", "ever")
    )
    counts: Counter[Zone] = Counter()
    doubtful = []
    for entity_id, net, against, ever in rows.iterator(chunk_size=10_000):
        if _may_have_stopped(spec, ever or 0):
            doubtful.append(entity_id)
        else:
            counts[zone_of(spec, clamp(spec, spec.start + (net or 0)), abs(against or 0))] += 1
    for start in range(0, len(doubtful), ACCOUNTS_A_READ):
        part = doubtful[start : start + ACCOUNTS_A_READ]
        ledgers = lines_by_entity(part, scheme)
        counts.update(standing_at(ledgers[entity_id], spec, at).zone for entity_id in part)
    return counts


def _may_have_stopped(spec: SchemeSpec, ever: int) -> bool:
    """Say whether all violations together reach the value from which points no longer expire."""
    if spec.no_expiry_from is None:
        return False
    against = ever if spec.direction is Direction.ACCUMULATE else -ever
    return against > 0 and is_reached(spec, spec.start + ever, spec.no_expiry_from)
