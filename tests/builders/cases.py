"""Build accounts, hits and cases under the shipped policies."""

import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection

from cases.actions.claiming import claim_case
from cases.actions.deciding import Decided, decide_case
from cases.actions.intake import Intake, take_in_hits
from cases.actions.packs import load_pack
from cases.models import Case
from governance.actions import outbox
from governance.domain.actors import Actor, system_actor
from governance.domain.roles import Role
from policies.domain.packs import Pack
from policies.models import RuleVersion
from policies.pack_files import SHIPPED_PACKS, load_pack_files
from risk.models import Entity, RuleHit, Score, Scorecard, SignalSnapshot
from tests.builders.governance import make_markets, make_person
from tests.builders.saved_rows import SavedRows

AS_OF = datetime(2026, 10, 5, 9, tzinfo=UTC)
LATE = "LATE-DISPATCH-ENFORCED"
COUNTERFEIT = "COUNTERFEIT-TEXT"
SCAM = "EMERGING-SCAM"
WEAPONS = "PROHIBITED-WEAPONS"
TRACE = {"sentence": "late dispatch rate over 30 days is 14.2 %, more than 10 %", "truth": "true"}
_numbers = itertools.count(1)


@cache
def shipped_pack() -> Pack:
    """Read the shipped pack once."""
    pack = load_pack_files(SHIPPED_PACKS / "marketplace")
    assert isinstance(pack, Pack), pack
    return pack


def load_shipped_pack() -> None:
    """Load the markets and the policies that come with the product."""
    _SHIPPED.put()


def _load_shipped_pack() -> None:
    make_markets("BR", "DE", "ID")
    load_pack(actor=system_actor("pack"), pack=shipped_pack())


_SHIPPED = SavedRows(_load_shipped_pack, marker="governance_auditentry")


def make_account(market: str = "BR", kind: str = "seller", **fields: Any) -> Entity:
    """Make a seller (or another account) that nothing is known of."""
    number = next(_numbers)
    given = {
        "external_id": f"{kind}-{number}",
        "name": f"Loja {number}",
        "first_seen_at": AS_OF,
        "last_seen_at": AS_OF,
        **fields,
    }
    return Entity.objects.create(market_id=market, type=kind, **given)


def make_snapshot(entity: Entity, as_of: datetime = AS_OF, volume: int = 212, score: int | None = 640) -> None:
    """Make the signals and the score of an account as of a moment."""
    SignalSnapshot.objects.create(
        entity=entity,
        as_of=as_of,
        values={"late_dispatch_rate_30d": 0.142, "orders_30d": volume},
        volumes={"late_dispatch_rate_30d": volume, "orders_30d": volume},
        counts={"late_dispatch_rate_30d": 30, "orders_30d": volume},
        versions={"late_dispatch_rate_30d": 1, "orders_30d": 1},
    )
    if score is not None:
        card = Scorecard.objects.filter(entity_type=entity.type).first()
        parts = [{"signal": "late_dispatch_rate_30d", "value": 0.142, "points": score, "text": "late"}]
        Score.objects.create(entity=entity, as_of=as_of, value=score, band="high", contributions=parts, scorecard=card)


def make_hit(entity: Entity, rule: str = LATE, as_of: datetime = AS_OF, **fields: Any) -> RuleHit:
    """Make a hit of the live version of a shipped rule."""
    version = RuleVersion.objects.get(rule__code=rule, state="live")
    given = {"ruleset_number": 1, "outcome": version.outcome, "trace": TRACE, **fields}
    return RuleHit.objects.create(rule_version=version, entity=entity, market_id=entity.market_id, as_of=as_of, **given)


def make_event(roles: Mapping[str, Entity], event_type: str, payload: dict[str, Any], at: datetime = AS_OF) -> int:
    """Store an event that touches the entities in their roles, and return its key."""
    market = next(iter(roles.values())).market_id
    keys = {role: entity.pk for role, entity in roles.items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT risk_make_partitions(%s::date, %s::date)", [at, at])
        cursor.execute(
            "INSERT INTO risk_event"
            " (occurred_at, received_at, market_id, source, external_id, type, payload, roles, batch_id)"
            " VALUES (%s, %s, %s, 'shop', %s, %s, %s, %s, 1) RETURNING id",
            [at, at, market, f"E-{next(_numbers)}", event_type, json.dumps(payload), json.dumps(keys)],
        )
        return cursor.fetchone()[0]


def take_in(hits: Sequence[RuleHit]) -> Intake:
    """Take in hits as the worker does when the fact of them comes."""
    return take_in_hits(fact_id=outbox.emit("rules_hit", {"hit_ids": [hit.pk for hit in hits]}))


def open_case(entity: Entity | None = None, rule: str = LATE, as_of: datetime = AS_OF) -> Case:
    """Make a hit on an account and return the case that it opened or was merged into."""
    account = entity or make_account()
    intake = take_in([make_hit(account, rule, as_of)])
    return Case.objects.get(pk=(intake.opened or intake.merged)[0])


def make_analyst(*markets: str, queues: tuple[str, ...] = ()) -> Actor:
    """Make an analyst of the markets (BR when none is named), limited to the queues."""
    return make_person(Role.ANALYST, markets=markets or ("BR",), queues=queues)


def decide(actor: Actor, case: Case, answers: Sequence[str], **given: Any) -> Decided:
    """Claim a case and decide it."""
    claim = claim_case(actor=actor, case_id=case.pk)
    return decide_case(actor=actor, case_id=case.pk, revision=claim.revision, answers=answers, **given)
