from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.models import User
from risk.models import Entity, EntityLink, EntityState, EventTouch
from tests.builders.cases import (
    AS_OF,
    COUNTERFEIT,
    decide,
    load_shipped_pack,
    make_account,
    make_analyst,
    make_event,
    make_snapshot,
    open_case,
)
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_HIGH

pytestmark = pytest.mark.django_db
LIST = "/entities"
MOST_QUERIES = 25


@pytest.fixture(autouse=True)
def _shipped(db: None) -> None:
    load_shipped_pack()


def sign_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def page(entity: Entity) -> str:
    return reverse("cases:entity", args=[entity.pk])


def touch(entity: Entity, event_type: str, at, **payload: object) -> int:
    event_id = make_event({entity.type: entity}, event_type, payload, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT risk_make_partitions(%s::date, %s::date)", [at, at])
    EventTouch.objects.create(entity_id=entity.pk, occurred_at=at, event_id=event_id, role=entity.type, type=event_type)
    return event_id


def link(one: Entity, other: Entity, *, is_hard: bool = False) -> None:
    low, high = sorted([one, other], key=lambda entity: entity.pk)
    via = make_account(one.market_id, "device")
    EntityLink.objects.create(
        low=low, high=high, via=via, kind="device", is_hard=is_hard, first_seen_at=AS_OF, last_seen_at=AS_OF
    )


class TestList:
    def test_an_entity_of_another_market_does_not_exist(self):
        here, there = make_account("BR", name="Loja Azul"), make_account("DE", name="Kaufhaus")
        client = sign_in(make_analyst("BR"))
        shown = client.get(LIST).content.decode()
        assert page(here) in shown
        assert page(there) not in shown
        assert client.get(page(here)).status_code == 200
        assert client.get(page(there)).status_code == 404

    @pytest.mark.parametrize(
        ("query", "is_there"),
        [
            ("q=sejahtera", True),
            ("q=S-88231", True),
            ("q=nobody", False),
            ("type=buyer", False),
            ("type=all", True),
            ("market=BR", True),
            ("market=DE", False),
            ("band=high", True),
            ("band=low", False),
        ],
    )
    def test_filters_narrow_it(self, query: str, is_there: bool):
        entity = make_account(name="Toko Sejahtera", external_id="S-88231")
        EntityState.objects.create(entity=entity, as_of=AS_OF, score=700, band="high")
        shown = sign_in(make_analyst("BR", "DE")).get(f"{LIST}?{query}").content.decode()
        assert (page(entity) in shown) is is_there

    def test_it_asks_a_bounded_number_of_queries(self, django_assert_max_num_queries):
        for _ in range(60):
            make_account()
        client = sign_in(make_analyst())
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(LIST).status_code == 200

    def test_without_the_permission_there_is_no_list(self):
        client = sign_in(make_person())
        assert client.get(LIST).status_code == 404
        assert client.get(page(make_account())).status_code == 404


class TestEntity:
    def test_it_shows_what_was_decided_and_what_follows(self):
        seller, analyst = make_account(name="Loja Azul"), make_analyst()
        decided = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        shown = sign_in(analyst).get(page(seller)).content.decode()
        assert "+24" in shown
        assert "IP-COUNTERFEIT" in shown
        assert "No part in campaigns" in shown
        assert reverse("cases:detail", args=[decided.case_id]) in shown
        assert "Notices sent" in shown
        assert 'lang="pt"' in shown

    def test_who_may_not_see_cases_sees_no_record(self):
        seller, analyst = make_account(), make_analyst()
        decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        shown = sign_in(make_person(Role.ADMIN)).get(page(seller)).content.decode()
        assert "Points ledger" not in shown
        assert "IP-COUNTERFEIT" not in shown
        assert "Notices sent" not in shown

    def test_signals_stand_with_what_they_rest_on_and_their_course(self):
        seller = make_account()
        for days in range(3):
            make_snapshot(seller, AS_OF + timedelta(days=days), volume=200 + days, score=600 + days)
        client = sign_in(make_analyst())
        shown = client.get(page(seller)).content.decode()
        assert "30 of 202 in 30 d" in shown
        assert "<polyline" in shown
        assert 'id="chart-score"' in shown
        assert 'id="chart-signal"' in client.get(f"{page(seller)}?signal=late_dispatch_rate_30d").content.decode()

    def test_an_entity_of_which_nothing_is_known_says_so(self):
        shown = sign_in(make_analyst()).get(page(make_account())).content.decode()
        for words in ("Nothing is known yet", "No score yet", "No event is known", "There is no case about it"):
            assert words in shown

    def test_the_timeline_goes_back_page_by_page_without_gaps(self):
        seller = make_account()
        moments = [AS_OF + timedelta(minutes=number // 2) for number in range(70)]  # pairs share a moment
        for number, at in enumerate(moments):
            touch(seller, "order_placed", at, title=f"Order-{number:02}")
        client, seen, query = sign_in(make_analyst()), [], ""
        for _ in range(3):
            answer = client.get(f"{page(seller)}{query}")
            seen += [event.payload["title"] for event in answer.context["events"]]
            query = f"?before={answer.context['older'].replace('+', '%2B')}"
        assert seen == [f"Order-{number:02}" for number in reversed(range(70))]
        assert answer.context["older"] == ""

    def test_the_timeline_says_an_amount_once(self):
        seller = make_account()
        touch(seller, "refund_requested", AS_OF, amount=44.18, price=22.09, currency="EUR", reason="item_not_received")
        shown = sign_in(make_analyst()).get(page(seller)).content.decode()
        assert "EUR\u00a044.18 · item not received" in shown
        assert "22.09" not in shown

    def test_a_broken_place_in_the_timeline_shows_the_newest(self):
        seller = make_account()
        touch(seller, "order_placed", AS_OF)
        for place in ("x", "2026-01-01_1", "2026-01-01T00:00:00+00:00_x", "_"):
            assert sign_in(make_analyst()).get(page(seller), {"before": place}).context["events"]

    def test_linked_accounts_of_other_markets_are_not_named(self):
        seller, near, far = make_account(), make_account(name="Near"), make_account("DE", name="Kaufhaus Fern")
        link(seller, near, is_hard=True)
        link(seller, far)
        shown = sign_in(make_analyst("BR")).get(page(seller)).content.decode()
        assert "Near" in shown
        assert "Kaufhaus Fern" not in shown
        assert "Kaufhaus Fern" in sign_in(make_analyst("BR", "DE")).get(page(seller)).content.decode()

    def test_it_asks_a_bounded_number_of_queries(self, django_assert_max_num_queries):
        seller, analyst = make_account(), make_analyst()
        make_snapshot(seller)
        decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        for number in range(10):
            link(seller, make_account())
            touch(seller, "order_placed", AS_OF + timedelta(minutes=number))
        client = sign_in(analyst)
        client.get(LIST)
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(page(seller)).status_code == 200
