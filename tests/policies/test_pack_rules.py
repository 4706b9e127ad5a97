"""The rules of the shipped pack fit the schema and hit what they are meant to hit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.domain.conditions import find_condition_problems
from policies.domain.rules import Outcome
from policies.domain.signals import CountDefinition, EventFilter
from policies.rulelang import STRING, Record, check, compile_condition
from risk.domain.records import entity_schema, event_schema, payload_schema
from risk.domain.vocabulary import EntityType
from tests.policies.test_packs import shipped

MOMENT = datetime(2026, 8, 3, 12, tzinfo=UTC)


def schema_of(rule_id: str) -> tuple[Any, str]:
    pack = shipped()
    rule = next(rule for rule in pack.rules if rule.id == rule_id)
    types = {seed.name: STRING for seed in pack.lists}
    if rule.target.entity:
        return entity_schema(EntityType(rule.target.entity), pack.signals, types), rule.when
    return event_schema(pack.signals, types), rule.when


def is_hit(rule_id: str, values: dict[str, Any], lists: dict[str, frozenset[str]] | None = None) -> bool:
    schema, condition = schema_of(rule_id)
    known = {seed.name: frozenset(seed.entries) for seed in shipped().lists} | (lists or {})
    return compile_condition(check(condition, schema).require())(Record(values, MOMENT, known)) is True


def seller(**signals: Any) -> dict[str, Any]:
    return {"seller": {"id": "S-1", "orders_30d": 200, "reviews_30d": 40, **signals}, "event": {"market": "BR"}}


@pytest.mark.parametrize("rule_id", [rule.id for rule in shipped().rules])
def test_condition_has_neither_errors_nor_warnings(rule_id: str) -> None:
    schema, condition = schema_of(rule_id)
    assert find_condition_problems(condition, schema) == ()


@pytest.mark.parametrize("rule_id", [rule.id for rule in shipped().rules])
def test_nothing_known_hits_nothing(rule_id: str) -> None:
    assert not is_hit(rule_id, {"event": {"id": "E-1", "type": "x", "market": "BR", "occurred_at": MOMENT}})


def filters() -> list[pytest.param]:
    found = []
    for signal in shipped().signals:
        definition = signal.definition
        parts = (
            (definition.count,)
            if isinstance(definition, CountDefinition)
            else (definition.numerator, definition.denominator)
        )
        found += [pytest.param(part, id=f"{signal.name}-{index}") for index, part in enumerate(parts) if part.where]
    return found


@pytest.mark.parametrize("part", filters())
def test_signal_filter_fits_the_payload(part: EventFilter) -> None:
    assert find_condition_problems(str(part.where), payload_schema()) == ()


@pytest.mark.parametrize(
    ("rule_id", "values"),
    [
        ("LATE-DISPATCH-ENFORCED", seller(late_dispatch_rate_30d=0.142)),
        ("LATE-DISPATCH-WATCH", seller(late_dispatch_rate_30d=0.07)),
        ("SELLER-CANCELLATIONS", seller(cancellation_rate_30d=0.09)),
        ("NEGATIVE-REVIEWS", seller(negative_review_rate_60d=0.4)),
        ("LATE-DELIVERY", seller(on_time_delivery_rate_30d=0.64)),
        ("SELLER-REFUNDS", seller(refund_rate_60d=0.13)),
        ("REVIEWS-EXCEED-ORDERS", seller(orders_30d=12)),
        ("REFUND-ABUSE", {"buyer": {"id": "B-1", "refunds_60d": 6, "refund_share_60d": 0.75}}),
        ("COUNTERFEIT-TEXT", {"title": "Relógio AAA Replica", "text": None}),
        ("COUNTERFEIT-TEXT", {"title": None, "text": "Bolsa r.e.p.l.1.c.4 premium, caixa da marca"}),
        ("COUNTERFEIT-TEXT", {"title": "Tas 1:1 kualitas mirror", "text": ""}),
        ("COUNTERFEIT-TEXT", {"title": "Uhr", "text": "Replika AAA, perfekte Kopie"}),
        ("BRAND-AT-HALF-PRICE", {"brand": "Velmora", "price": 20.0, "reference_price": 90.0, "seller": {"id": "S-1"}}),
        ("PROHIBITED-WEAPONS", {"title": "Schlagring aus Messing", "text": None}),
        ("PROHIBITED-WEAPONS", {"title": "Cadeau", "text": "Canivete automático de aço"}),
        ("PROHIBITED-DRUGS", {"title": "Syrup", "text": "Codeine syrup, no prescription needed"}),
        ("PROHIBITED-WILDLIFE", {"title": "Kalung sisik penyu", "text": None}),
        ("PRICE-GOUGING", {"price": 301.0, "reference_price": 100.0}),
        ("OFF-PLATFORM-PAYMENT", {"text": "Pay me directly, I cancel the order here"}),
        ("OFF-PLATFORM-PAYMENT", {"text": "find me on w h 4 t s a p p"}),
        ("OFF-PLATFORM-PAYMENT", {"text": "lanjut di w.a biar murah"}),
        ("OFF-PLATFORM-PAYMENT", {"text": "Zahlen Sie außerhalb der Plattform"}),
        ("DISGUISED-WORDS", {"text": "send to my p\u200br\u200bi\u200bvate account"}),
        ("DISGUISED-WORDS", {"text": "send to my priv\u0430te account"}),
        ("DISGUISED-WORDS", {"text": "faz um pix d.i.r.e.t.o.j.a para mim"}),
        ("EMERGING-SCAM", {"text": "Pay the parcel release code fee now"}),
        ("REVIEW-INCENTIVE", {"text": "Got a free voucher for my five star review"}),
        ("REVIEW-INCENTIVE", {"text": "Ganhei um brinde pela avaliação"}),
        ("REVIEW-INCENTIVE", {"text": "Dapat cashback kalau bintang lima"}),
        ("REVIEW-INCENTIVE", {"text": "Gutschein für eine Bewertung bekommen"}),
        ("CONTACT-DATA-IN-REVIEW", {"text": "write to someone@example.com"}),
        ("CONTACT-DATA-IN-REVIEW", {"text": "call +49 151 2345 6789"}),
        ("UNMARKED-ADVERTISING", {"text": "My voucher code is in the profile"}),
    ],
)
def test_hits_what_it_is_meant_for(rule_id: str, values: dict[str, Any]) -> None:
    assert is_hit(rule_id, values)


@pytest.mark.parametrize(
    ("rule_id", "values"),
    [
        ("LATE-DISPATCH-ENFORCED", seller(late_dispatch_rate_30d=0.10)),
        ("LATE-DISPATCH-ENFORCED", seller(late_dispatch_rate_30d=0.5, orders_30d=9)),
        ("LATE-DISPATCH-WATCH", seller(late_dispatch_rate_30d=0.142)),
        ("SELLER-CANCELLATIONS", seller(cancellation_rate_30d=0.04)),
        ("NEGATIVE-REVIEWS", seller(negative_review_rate_60d=0.4, reviews_30d=3)),
        ("LATE-DELIVERY", seller(on_time_delivery_rate_30d=0.93)),
        ("SELLER-REFUNDS", seller(refund_rate_60d=0.05)),
        ("REVIEWS-EXCEED-ORDERS", seller()),
        ("REFUND-ABUSE", {"buyer": {"id": "B-1", "refunds_60d": 6, "refund_share_60d": 0.2}}),
        ("COUNTERFEIT-TEXT", {"title": "Resin Dinosaur Replica", "text": "A miniature of a lighthouse"}),
        ("COUNTERFEIT-TEXT", {"title": "Cermin Dinding Rasio 1:1", "text": None}),
        ("BRAND-AT-HALF-PRICE", {"brand": "Velmora", "price": 80.0, "reference_price": 90.0, "seller": {"id": "S-1"}}),
        ("PROHIBITED-WEAPONS", {"title": "Kitchen knife", "text": "Sharp and light"}),
        ("PROHIBITED-DRUGS", {"title": "Vitamin C", "text": "60 tablets"}),
        ("PROHIBITED-WILDLIFE", {"title": "Dress, ivory", "text": "Kleid in Elfenbein"}),
        ("PRICE-GOUGING", {"price": 300.0, "reference_price": 100.0}),
        ("PRICE-GOUGING", {"price": 300.0, "reference_price": 0.0}),
        ("OFF-PLATFORM-PAYMENT", {"text": "Payment is only through the site, to keep you safe"}),
        ("OFF-PLATFORM-PAYMENT", {"text": "Can I pay by bank transfer?"}),
        ("DISGUISED-WORDS", {"text": "Size S M L X, e.g. a.m. or p.m., 1 2 3 4 5 6 7 8"}),
        ("EMERGING-SCAM", {"text": "The parcel is with the carrier"}),
        ("REVIEW-INCENTIVE", {"text": "Free delivery, well packed, my review: five stars"}),
        ("CONTACT-DATA-IN-REVIEW", {"text": "Order 2026-08-03, size 42, 100 % cotton"}),
        ("UNMARKED-ADVERTISING", {"text": "Advertising: my voucher code is in the profile"}),
    ],
)
def test_leaves_the_look_alike_alone(rule_id: str, values: dict[str, Any]) -> None:
    assert not is_hit(rule_id, values)


def test_trusted_and_authorised_sellers_are_left_alone() -> None:
    late = seller(late_dispatch_rate_30d=0.5)
    assert not is_hit("LATE-DISPATCH-ENFORCED", late, {"trusted_sellers": frozenset({"S-1"})})
    cheap = {"brand": "Velmora", "price": 20.0, "reference_price": 90.0, "seller": {"id": "S-1"}}
    assert not is_hit("BRAND-AT-HALF-PRICE", cheap, {"authorised_brand_sellers": frozenset({"S-1"})})


def test_late_dispatch_counts_only_orders_with_a_due_date() -> None:
    signal = next(signal for signal in shipped().signals if signal.name == "late_dispatch_rate_30d")
    assert not isinstance(signal.definition, CountDefinition)
    late = compile_condition(check(str(signal.definition.numerator.where), payload_schema()).require())
    known = compile_condition(check(str(signal.definition.denominator.where), payload_schema()).require())

    def record(due: datetime | None) -> Record:
        return Record({"event": {"occurred_at": MOMENT}, "dispatch_due_at": due}, MOMENT, {})

    assert (late(record(MOMENT - timedelta(hours=1))), known(record(MOMENT))) == (True, True)
    assert (late(record(MOMENT)), late(record(None)), known(record(None))) == (False, None, False)


def test_only_severe_goods_are_held_and_nothing_is_blocked_unseen() -> None:
    held = {rule.id for rule in shipped().rules if rule.outcome is Outcome.HOLD}
    assert held == {"PROHIBITED-WEAPONS", "PROHIBITED-DRUGS", "PROHIBITED-WILDLIFE"}
    assert not [rule.id for rule in shipped().rules if rule.outcome in (Outcome.BLOCK, Outcome.ALLOW)]
