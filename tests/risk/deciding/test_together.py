"""Many decisions at the same moment, and decisions that are cut off: one each, all of it or nothing."""

from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection

from governance.domain.actors import system_actor
from governance.models import OutboxFact
from risk.actions import deciding
from risk.actions.closing import close_decided_batches, count_decided
from risk.actions.deciding import DecisionsMade, decide_events
from risk.actions.ingest import ingest_events
from risk.models import Decision, Entity, Event, EventKey, EventTouch, IngestBatch, RuleHit
from tests.builders.threads import results_of, run_together
from tests.risk.deciding.conftest import ask, listing, load_pack, make_key

pytestmark = pytest.mark.django_db(transaction=True)
TESTS = system_actor("tests")
STORED = [Decision, Entity, Event, EventKey, EventTouch, IngestBatch, RuleHit]


@pytest.fixture(autouse=True)
def pack(transactional_db: None) -> None:
    load_pack()


def decide(*items: dict[str, Any]) -> DecisionsMade:
    return decide_events(actor=TESTS, source="shop", items=items)


def test_the_same_event_twenty_times_at_once_is_decided_once():
    token = make_key()
    call = partial(ask, token, {"source": "shop", "event": listing()})
    answers = [answer.json() for answer in results_of(run_together(*[call] * 20))]
    assert len({answer["decision_id"] for answer in answers}) == 1
    assert sum(not answer["is_repeated"] for answer in answers) == 1
    assert [model.objects.count() for model in STORED] == [1, 2, 1, 1, 2, 1, 1]


def test_versions_at_once_follow_each_other():
    made = results_of(run_together(*[partial(decide, listing(payload={"price": 50.0 + n})) for n in range(12)]))
    decisions = [one.decided[0].decision for one in made]
    assert sorted(decision.version for decision in decisions) == list(range(1, 13))
    by_version = sorted(decisions, key=lambda decision: decision.version)
    assert [decision.supersedes for decision in by_version] == [None, *(one.id for one in by_version[:-1])]
    assert Event.objects.filter(superseded_at=None).get().id == EventKey.objects.get().event_id
    assert EventTouch.objects.count() == 2


def test_lists_in_any_order_do_not_lock_each_other_out():
    events = [listing(number, entities={"seller": f"S{number % 7}", "listing": f"L{number}"}) for number in range(60)]
    lists = [events, events[::-1], events[30:] + events[:30]] * 3
    calls = [partial(decide, *one) for one in lists]
    calls += [partial(ingest_events, actor=TESTS, source="shop", items=one) for one in lists]
    results_of(run_together(*calls))
    assert Event.objects.count() == EventKey.objects.count() == Decision.objects.count() == 60
    assert RuleHit.objects.count() == 60
    assert Entity.objects.filter(type="seller").count() == 7


def test_no_decision_falls_between_batches():
    def keep_closing() -> None:
        for _ in range(30):
            close_decided_batches()

    calls = [partial(decide, listing(number)) for number in range(24)]
    results_of(run_together(keep_closing, *calls, keep_closing))
    close_decided_batches()
    told = [fact.payload["batch_id"] for fact in OutboxFact.objects.filter(name="events_ingested")]
    assert len(told) == len(set(told)) == IngestBatch.objects.count()
    for batch_id in told:
        count_decided(batch_id=batch_id)
    assert sum(IngestBatch.objects.values_list("accepted", flat=True)) == 24
    hits = [key for fact in OutboxFact.objects.filter(name="rules_hit") for key in fact.payload["hit_ids"]]
    assert sorted(hits) == sorted(RuleHit.objects.values_list("pk", flat=True))
    assert len(hits) == 24


@pytest.mark.parametrize("table", ["risk_rulehit", "risk_decision", "risk_eventtouch"])
def test_a_failure_while_storing_leaves_nothing(table: str):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'power cut'; END $$;"
            f"CREATE TRIGGER cut BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail()"
        )
    try:
        with pytest.raises(DatabaseError, match="power cut"):
            decide(listing())
        assert [model.objects.count() for model in STORED] == [0] * len(STORED)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER cut ON {table}; DROP FUNCTION fail()")
    assert decide(listing()).decided[0].is_repeated is False


def test_an_answer_that_was_lost_is_given_again(monkeypatch: pytest.MonkeyPatch):
    def fail(*_given: object) -> None:
        raise RuntimeError("power cut")

    token = make_key()
    with monkeypatch.context() as patched:
        patched.setattr(deciding, "_in_order", fail)
        with pytest.raises(RuntimeError):
            ask(token, {"source": "shop", "event": listing()})
    assert [model.objects.count() for model in STORED] == [1, 2, 1, 1, 2, 1, 1]
    again = ask(token, {"source": "shop", "event": listing()}).json()
    assert (again["is_repeated"], again["decision_id"]) == (True, Decision.objects.get().pk)
