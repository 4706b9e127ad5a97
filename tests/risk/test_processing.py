from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from governance.domain.actors import system_actor
from governance.models import OutboxFact
from policies.models import ListEntry, NamedList, RulesetVersion
from risk.actions.compiled import forget_ruleset
from risk.actions.ingest import ingest_events
from risk.actions.processing import process_batch, process_fact
from risk.models import Entity, EntityLink, EntityState, EventDay, RuleHit, Score, SignalSnapshot
from risk.queries.hits import hits_for_intake
from tests.builders.governance import make_markets

pytestmark = pytest.mark.django_db
START = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def pack() -> None:
    make_markets()
    call_command("load_pack", verbosity=0)
    forget_ruleset()


def event(
    number: int, kind: str, at: datetime, *, seller: str = "S1", market: str = "BR", **more: Any
) -> dict[str, Any]:
    return {
        "id": f"{kind}-{number}",
        "type": kind,
        "occurred_at": at.isoformat(),
        "market": "BR",
        "entities": {"seller": seller, **more.pop("entities", {})},
        "payload": more,
    }


def send(*events: dict[str, Any]) -> int:
    result = ingest_events(actor=system_actor("tests"), source="shop", items=list(events))
    assert not result.rejected, result.rejected
    return result.batch_id


def orders_with_late(late: int, total: int, seller: str = "S1") -> list[dict[str, Any]]:
    events = []
    for number in range(total):
        at = START + timedelta(days=number)
        due = at + timedelta(days=-1 if number < late else 1)
        events.append(event(f"{seller}{number}", "order_placed", at - timedelta(hours=1), seller=seller))
        events.append(
            event(f"{seller}{number}", "order_dispatched", at, seller=seller, dispatch_due_at=due.isoformat())
        )
    return events


def test_a_late_dispatcher_is_hit_with_the_figures_of_its_window():
    done = process_batch(batch_id=send(*orders_with_late(3, 12)))
    assert done.accounts == 1
    state = EntityState.objects.get(entity__external_id="S1")
    assert state.values["late_dispatch_rate_30d"] == 3 / 12
    assert state.volumes["late_dispatch_rate_30d"] == 12
    hits = RuleHit.objects.filter(rule_version__rule__code="LATE-DISPATCH-ENFORCED").order_by("as_of")
    assert hits.count() == 3  # the days with at least ten orders
    view = hits_for_intake([hits[0].pk])[0]
    assert view.signals.values["late_dispatch_rate_30d"] == 3 / 10
    assert view.rule.policy_code == "PERF-LATE-DISPATCH"
    assert view.event is None
    assert any("30" in sentence for sentence in view.trace["because"]), view.trace["because"]


def test_below_ten_orders_there_is_no_rate_and_no_hit():
    process_batch(batch_id=send(*orders_with_late(9, 9)))
    assert EntityState.objects.get().values["late_dispatch_rate_30d"] is None
    assert not RuleHit.objects.exists()


def test_processing_again_changes_nothing_and_tells_nothing_twice():
    batch = send(*orders_with_late(3, 12))
    process_batch(batch_id=batch)
    before = (list(SignalSnapshot.objects.values()), list(Score.objects.values()), list(RuleHit.objects.values()))
    facts = OutboxFact.objects.filter(name="rules_hit").count()
    assert process_batch(batch_id=batch).hits == 0
    after = (list(SignalSnapshot.objects.values()), list(Score.objects.values()), list(RuleHit.objects.values()))
    assert before[1:] == after[1:]
    assert [row["values"] for row in before[0]] == [row["values"] for row in after[0]]
    assert OutboxFact.objects.filter(name="rules_hit").count() == facts


def test_one_batch_and_many_batches_give_the_same():
    events = sorted(orders_with_late(4, 14), key=lambda one: one["occurred_at"])
    process_batch(batch_id=send(*events))
    whole = list(RuleHit.objects.order_by("as_of").values_list("rule_version", "as_of"))
    other = sorted(orders_with_late(4, 14, seller="S2"), key=lambda one: one["occurred_at"])
    for one in other:
        process_batch(batch_id=send(one))
    # The order comes an hour before its dispatch: lived through, that hour is a moment of its own.
    last_of_day = {
        at.date(): at for _, at in RuleHit.objects.filter(entity__external_id="S2").values_list("id", "as_of")
    }
    assert {at.date() for _, at in whole} == set(last_of_day)
    one, two = (EntityState.objects.get(entity__external_id=name) for name in ("S1", "S2"))
    assert (one.values, one.volumes, one.score) == (two.values, two.volumes, two.score)


def test_a_late_event_corrects_the_days_after_it():
    events = orders_with_late(0, 12)
    process_batch(batch_id=send(*events[:2], *events[4:]))
    assert EntityState.objects.get().volumes["late_dispatch_rate_30d"] == 11
    process_batch(batch_id=send(*events[2:4]))
    state = EntityState.objects.get()
    assert state.volumes["late_dispatch_rate_30d"] == 12
    assert state.as_of == START + timedelta(days=11)


def test_an_event_rule_hits_the_seller_behind_the_listing():
    listing = {"listing": {"id": "L1"}}
    batch = send(
        event(1, "listing_created", START, title="AAA replica watch, 1:1 mirror", price=10.0, entities=listing)
    )
    process_batch(batch_id=batch)
    hit = RuleHit.objects.get(rule_version__rule__code="COUNTERFEIT-TEXT")
    assert hit.entity.external_id == "S1"
    view = hits_for_intake([hit.pk])[0]
    assert view.event.payload["title"].startswith("AAA replica")
    assert view.event.roles["listing"].external_id == "L1"


def test_an_event_rule_sees_what_was_known_then_and_not_later():
    batch = send(*orders_with_late(3, 12), event(1, "message_sent", START, text="pay me by whatsapp"))
    process_batch(batch_id=batch)
    view = hits_for_intake([RuleHit.objects.get(rule_version__rule__code="OFF-PLATFORM-PAYMENT").pk])[0]
    assert view.signals is None or view.signals.as_of <= START


def test_a_trusted_seller_is_left_alone():
    trusted = NamedList.objects.get(name="trusted_sellers")
    ListEntry.objects.create(list=trusted, value="S1", added_by="tests")
    newest = RulesetVersion.objects.latest("number")
    RulesetVersion.objects.create(
        number=newest.number + 1, members=newest.members, lists=newest.lists, reason="list changed"
    )
    forget_ruleset()
    process_batch(batch_id=send(*orders_with_late(12, 12)))
    assert not RuleHit.objects.filter(rule_version__rule__code="LATE-DISPATCH-ENFORCED").exists()


def test_contributions_add_up_to_the_score():
    process_batch(batch_id=send(*orders_with_late(6, 12)))
    for row in Score.objects.all():
        assert sum(part["points"] for part in row.contributions) == row.value


def test_a_fact_is_worked_on_once():
    send(*orders_with_late(3, 12))
    fact = OutboxFact.objects.get(name="events_ingested")
    assert process_fact(fact_id=fact.pk) is not None
    assert process_fact(fact_id=fact.pk) is None
    assert EventDay.objects.filter(type="order_dispatched").count() == 12
    assert sum(EventDay.objects.values_list("events", flat=True)) == 24


def test_accounts_that_share_a_payment_account_are_tied():
    shared = {"payment_account": {"id": "P1"}}
    first = event(1, "account_registered", START, seller="S1", entities=shared)
    second = event(2, "account_registered", START + timedelta(days=1), seller="S2", entities=shared)
    process_batch(batch_id=send(first))
    assert not EntityLink.objects.exists()
    process_batch(batch_id=send(second))
    link = EntityLink.objects.get()
    assert {link.low.external_id, link.high.external_id} == {"S1", "S2"}
    assert (link.kind, link.is_hard, link.via.external_id) == ("payment_account", True, "P1")


def test_a_place_where_everybody_meets_ties_nobody():
    cafe = {"device": {"id": "D1"}}
    process_batch(batch_id=send(*(event(n, "login", START, seller=f"S{n}", entities=cafe) for n in range(51))))
    assert not EntityLink.objects.exists()
    assert Entity.objects.filter(type="seller").count() == 51
