"""What a decision stores, how versions follow each other, and what the workers do with it afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cases.actions.intake import take_in_hits
from cases.models import Case
from governance.actions.outbox import work_off_waiting
from governance.domain.actors import system_actor
from governance.domain.errors import Conflict
from governance.models import OutboxFact
from governance.queries.keys import actor_for_key
from risk.actions.closing import close_decided_batches
from risk.actions.deciding import MOST_VERSIONS, Decided, decide_events
from risk.actions.ingest import ingest_events
from risk.actions.processing import process_batch
from risk.models import (
    Decision,
    Entity,
    EntityState,
    Event,
    EventDay,
    EventKey,
    EventTouch,
    IngestBatch,
    RuleHit,
    SignalSnapshot,
)
from risk.queries.entities import timeline
from tests.builders.history import make_entity, make_snapshots
from tests.risk.deciding.conftest import listing, load_pack, make_key

TESTS = system_actor("tests")
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def pack(db: None) -> None:
    load_pack()


def decide(*items: dict[str, Any], source: str = "shop") -> list[Decided]:
    made = decide_events(actor=TESTS, source=source, items=items)
    assert not made.rejected, made.rejected
    return list(made.decided)


def ingest(*items: dict[str, Any]) -> int:
    result = ingest_events(actor=TESTS, source="shop", items=items)
    assert not result.rejected, result.rejected
    return result.batch_id


def hits_told() -> list[int]:
    return [key for fact in OutboxFact.objects.filter(name="rules_hit") for key in fact.payload["hit_ids"]]


def rows_of(event_id: str) -> dict[str, Any]:
    event = Event.objects.get(external_id=event_id)
    touches = EventTouch.objects.filter(event_id=event.id).order_by("role")
    return {
        "event": (event.type, event.occurred_at, event.market_id, event.payload, sorted(event.roles)),
        "touches": [(touch.role, touch.type, touch.entity.external_id) for touch in touches],
        "hits": [
            (
                hit.rule_version_id,
                hit.entity.external_id,
                hit.as_of,
                hit.outcome,
                hit.is_suppressed,
                hit.trace["because"],
            )
            for hit in RuleHit.objects.filter(event_id=event.id).order_by("rule_version_id")
        ],
    }


def dispatched_late(number: int) -> dict[str, Any]:
    at = AT - timedelta(days=1) + timedelta(minutes=number)
    due = {"dispatch_due_at": (at - timedelta(hours=1)).isoformat()}
    return {**listing(number), "type": "order_dispatched", "occurred_at": at.isoformat(), "payload": due}


def test_a_decision_stores_what_ingest_and_workers_would():
    process_batch(batch_id=ingest(*(dispatched_late(number) for number in range(100, 112))))
    seller = {"id": "S9", "name": "Loja Azul", "attributes": {"tier": "gold"}}
    more = {"entities": {"seller": seller, "listing": "L1"}}
    decide(listing(1, **more))
    process_batch(batch_id=ingest(listing(2, **more)))
    one, two = rows_of("lst-1"), rows_of("lst-2")
    assert one == two
    assert [hit[3] for hit in one["hits"]] == ["review", "hold"]
    keys = EventKey.objects.filter(external_id__in=["lst-1", "lst-2"])
    assert keys[0].digest.tobytes() == keys[1].digest.tobytes()
    entity = Entity.objects.get(external_id="S9")
    assert (entity.attributes, entity.last_seen_at) == ({"tier": "gold"}, AT)


def test_signals_are_those_known_at_the_moment_of_the_event():
    seller = make_entity("seller", external_id="S9")
    make_snapshots(seller, "late_dispatch_rate_30d", AT - timedelta(days=1), [0.9, 0.1, 0.9])
    at = [AT - timedelta(days=2), AT - timedelta(hours=1), AT + timedelta(hours=1)]
    outcomes, readings = [], []
    for number, moment in enumerate(at):
        made = decide(listing(number, occurred_at=moment.isoformat()))[0].decision
        outcomes.append(made.outcome)
        readings.append(made.readings["seller"])
    assert outcomes == ["review", "hold", "review"]
    assert readings[0] is None
    assert [datetime.fromisoformat(text) for text in readings[1:]] == [AT - timedelta(days=1), AT]


def test_attributes_of_the_event_and_those_known_are_judged_together():
    make_entity("seller", external_id="S9", attributes={"tier": "gold", "country": "BR"})
    decide(listing(entities={"seller": {"id": "S9", "attributes": {"tier": "silver"}}}))
    assert Entity.objects.get(external_id="S9").attributes == {"tier": "silver", "country": "BR"}


def test_another_payload_makes_a_version_that_supersedes():
    first = decide(listing())[0].decision
    second = decide(listing(payload={"price": 200.0}))[0].decision
    third = decide(listing(payload={"price": 1.0}))[0].decision
    assert [(made.version, made.supersedes) for made in (first, second, third)] == [
        (1, None),
        (2, first.id),
        (3, second.id),
    ]
    rows = Event.objects.order_by("id")
    assert [(row.payload["price"], row.superseded_at is None) for row in rows] == [
        (100.0, False),
        (200.0, False),
        (1.0, True),
    ]
    assert set(EventTouch.objects.values_list("event_id", flat=True)) == {rows[2].id}
    assert EventKey.objects.get().event_id == rows[2].id
    assert RuleHit.objects.count() == 2  # of what is superseded: kept
    assert Decision.objects.count() == 3
    seller = Entity.objects.get(external_id="S9")
    assert [event.payload["price"] for event in timeline(TESTS, seller.pk)] == [1.0]


def test_a_late_retry_of_an_old_version_changes_nothing():
    first = decide(listing())[0].decision
    second = decide(listing(payload={"price": 1.0}))[0].decision
    again = decide(listing())[0]
    assert (again.is_repeated, again.decision.id, again.decision.superseded_by) == (True, first.id, second.id)
    assert Decision.objects.count() == Event.objects.count() == 2


def test_an_event_of_the_same_id_from_another_source_is_another():
    one, two = decide(listing())[0], decide(listing(), source="app")[0]
    assert one.decision.id != two.decision.id
    assert two.decision.supersedes is None


def test_an_event_that_was_ingested_is_decided_without_being_stored_again():
    batch = ingest(listing())
    made = decide(listing())[0]
    assert (made.is_repeated, made.decision.version, made.decision.outcome) == (False, 1, "review")
    assert Event.objects.get().batch_id == batch
    hits = list(RuleHit.objects.values_list("pk", flat=True))
    assert process_batch(batch_id=batch).hits == 0
    close_decided_batches()
    assert hits_told() == hits


def test_a_hit_that_the_workers_told_of_is_not_told_again():
    process_batch(batch_id=ingest(listing()))
    told = hits_told()
    made = decide(listing())[0]
    assert len(made.decision.hits) == 1
    close_decided_batches()
    assert hits_told() == told == list(RuleHit.objects.values_list("pk", flat=True))


def test_a_changed_version_of_an_ingested_event_takes_its_place():
    batch = ingest(listing())
    made = decide(listing(payload={"price": 1.0}))[0].decision
    assert (made.version, made.supersedes, made.outcome) == (2, None, "allow")
    assert process_batch(batch_id=batch).hits == 0  # the old version is not judged any more


def test_a_decided_event_that_is_ingested_is_a_duplicate():
    decide(listing())
    result = ingest_events(actor=TESTS, source="shop", items=[listing(), listing(payload={"price": 1.0})])
    assert (result.accepted, result.duplicates) == (0, 1)
    assert result.rejected[0].problems[0].field == "id"


def test_an_id_of_a_market_out_of_reach_is_not_superseded():
    decide(listing(market="DE"))
    actor = actor_for_key(make_key("BR"))
    assert actor is not None
    with pytest.raises(Conflict, match="market"), transaction.atomic():
        decide_events(actor=actor, source="shop", items=[listing(2), listing(1)])
    assert Event.objects.count() == Decision.objects.count() == 1


def test_an_event_has_a_last_version_and_refuses_the_next():
    decide(listing())
    EventKey.objects.update(version=MOST_VERSIONS - 1)
    last = decide(listing(payload={"price": 2.0}))[0].decision
    assert last.version == MOST_VERSIONS
    with pytest.raises(Conflict, match="32,767 versions"), transaction.atomic():
        decide(listing(payload={"price": 3.0}))
    assert decide(listing(payload={"price": 2.0}))[0].is_repeated
    assert (Decision.objects.count(), EventKey.objects.get().version) == (2, MOST_VERSIONS)


def test_the_workers_refresh_signals_and_do_not_judge_again():
    decide(*(dispatched_late(number) for number in range(12)), listing(50))
    decide(listing(51))
    assert not EntityState.objects.exists()
    batch = IngestBatch.objects.get()
    assert close_decided_batches() == 1
    assert close_decided_batches() == 0
    done = process_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.is_open, batch.accepted, batch.first_occurred_at) == (False, 14, AT - timedelta(days=1))
    assert (done.accounts, done.events) == (1, 0)
    assert EntityState.objects.get().volumes["late_dispatch_rate_30d"] == 12
    assert RuleHit.objects.exclude(event_id=0).count() == 2
    assert RuleHit.objects.filter(event_id=0).count() == 2  # of the rule on accounts, a day each
    decide(listing(52))
    assert IngestBatch.objects.count() == 2


def test_a_version_at_another_time_corrects_the_days_between():
    late = [dispatched_late(number) for number in range(12)]
    decide(*late)
    decide(listing(50, occurred_at=(AT + timedelta(days=2)).isoformat()))
    work_off_waiting()
    seller = Entity.objects.get(external_id="S9")
    volumes = SignalSnapshot.objects.filter(entity=seller).order_by("as_of").values_list("volumes", flat=True)
    assert [volume["late_dispatch_rate_30d"] for volume in volumes] == [12, 12]
    moved = (AT + timedelta(days=5)).isoformat()
    decide(late[0] | {"occurred_at": moved})
    work_off_waiting()
    assert [volume["late_dispatch_rate_30d"] for volume in volumes.all()] == [11, 11, 12]


def test_hits_open_a_case_once():
    decide(listing(1), listing(2))
    assert not OutboxFact.objects.filter(name__in=["rules_hit", "events_ingested"]).exists()
    work_off_waiting()
    assert sorted(hits_told()) == sorted(RuleHit.objects.values_list("pk", flat=True))
    case = Case.objects.get()
    assert case.hit_count == 2
    decide(listing(1), listing(2))
    decide(listing(3))
    work_off_waiting()
    case.refresh_from_db()
    assert case.hit_count == 3
    assert len(hits_told()) == len(set(hits_told())) == 3
    assert EventDay.objects.get().events == 3


def test_a_superseded_decision_opens_no_case_unless_it_was_told_before():
    decide(listing())
    decide(listing(payload={"price": 1.0}))
    work_off_waiting()
    assert not Case.objects.exists()
    assert EventDay.objects.get().events == 1
    decide(listing(payload={"price": 300.0}))
    work_off_waiting()
    case = Case.objects.get()
    decide(listing(payload={"price": 2.0}))
    work_off_waiting()
    case.refresh_from_db()
    assert case.hit_count == 1


def test_taking_the_fact_twice_opens_no_second_case():
    decide(listing())
    close_decided_batches()
    fact = OutboxFact.objects.get(name="rules_hit")
    assert len(take_in_hits(fact_id=fact.id).opened) == 1
    assert take_in_hits(fact_id=fact.id).opened == ()


def test_decisions_cannot_be_changed():
    decide(listing())
    with pytest.raises(DatabaseError, match="Cannot update"):
        Decision.objects.update(outcome="allow")
