"""Large batches go to several workers in parts, and every event is put to one rule set once, whatever is cut off."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection, transaction

from governance.domain.actors import system_actor
from governance.models import OutboxFact
from policies.models import RulesetVersion
from risk.actions import planning
from risk.actions.compiled import forget_ruleset, ruleset_in_force
from risk.actions.ingest import ingest_events
from risk.actions.planning import KEEP_PARTS, plan_batch, remove_old_parts
from risk.actions.processing import process_batch, process_fact, process_part_fact, work_on_part
from risk.models import BatchPart, Entity, EventDay, IngestBatch, RuleHit, SignalSnapshot
from tests.builders.threads import results_of, run_together
from tests.conftest import database_url
from tests.risk.deciding.conftest import listing, load_pack

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
EVENTS = 40
STAGES = BatchPart.Stage
WORK = """
import django; django.setup()
from risk.actions.processing import work_on_part
work_on_part({part})
"""


@pytest.fixture(autouse=True)
def small_parts(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load_pack()
    monkeypatch.setattr(planning, "EVENTS_A_PART", 10)
    monkeypatch.setattr(planning, "ACCOUNTS_A_PART", 2)


def send(shop: str) -> int:
    """Send listings that are too dear by five sellers, some of whom dispatch late."""
    events = []
    for number in range(EVENTS):
        at = START + timedelta(minutes=7 * number)
        entities = {"seller": f"{shop}{number % 5}", "listing": f"{shop}L{number}"}
        if number % 2:
            due = (at - timedelta(hours=number % 3)).isoformat()
            events.append(listing(type="order_dispatched", payload={"dispatch_due_at": due}))
        else:
            events.append(listing())
        events[-1] |= {"id": f"{shop}-{number}", "occurred_at": at.isoformat(), "entities": entities}
    result = ingest_events(actor=system_actor("tests"), source=shop, items=events)
    assert result.accepted == EVENTS
    return result.batch_id


def hits_of(shop: str) -> list[tuple[Any, ...]]:
    rows = RuleHit.objects.filter(entity__external_id__startswith=shop).order_by("as_of", "rule_version_id")
    return [
        (row.rule_version_id, row.entity.external_id[len(shop) :], row.as_of, row.outcome, row.is_suppressed)
        for row in rows
    ]


def told_of() -> list[int]:
    return [key for fact in OutboxFact.objects.filter(name="rules_hit") for key in fact.payload["hit_ids"]]


def undisturbed() -> list[tuple[Any, ...]]:
    process_batch(batch_id=send("calm"))
    found = hits_of("calm")
    assert len(found) >= EVENTS // 2
    return found


def run_facts(name: str, work: Any) -> int:
    facts = list(OutboxFact.objects.filter(name=name, dispatched_at=None).order_by("id"))
    for fact in facts:
        work(fact_id=fact.pk)
    OutboxFact.objects.filter(pk__in=[fact.pk for fact in facts]).update(dispatched_at=START)
    return len(facts)


def test_a_large_batch_is_done_part_by_part_and_stage_by_stage() -> None:
    expected = undisturbed()
    OutboxFact.objects.update(dispatched_at=START)
    batch = send("shop")
    run_facts("events_ingested", process_fact)
    stages = []
    while run_facts("batch_part_ready", process_part_fact):
        stages.append(sorted(BatchPart.objects.filter(batch=batch, done_at=None).values_list("stage", flat=True)))
    assert stages == [[STAGES.ACCOUNTS] * 3 + [STAGES.EVENTS] * 4, [STAGES.EVENTS] * 4, []]
    assert hits_of("shop") == expected
    assert sorted(told_of()) == sorted(RuleHit.objects.values_list("pk", flat=True))
    assert IngestBatch.objects.get(pk=batch).processed_at is not None
    assert sum(EventDay.objects.values_list("events", flat=True)) == 2 * EVENTS


def test_facts_delivered_again_and_at_once_change_nothing() -> None:
    expected = undisturbed()
    batch = send("shop")
    fact = OutboxFact.objects.get(name="events_ingested", payload={"batch_id": batch})
    results_of(run_together(*[partial(process_fact, fact_id=fact.pk)] * 4))
    done: set[int] = set()
    while waiting := set(
        OutboxFact.objects.filter(name="batch_part_ready").exclude(pk__in=done).values_list("pk", flat=True)
    ):
        calls = [partial(process_part_fact, fact_id=key) for key in sorted(waiting)]
        results_of(run_together(*calls, *calls, *calls[:3]))
        done |= waiting
    assert hits_of("shop") == expected
    assert len(told_of()) == len(set(told_of())) == RuleHit.objects.count()
    assert BatchPart.objects.filter(batch=batch, done_at=None).count() == 0
    assert sum(EventDay.objects.values_list("events", flat=True)) == 2 * EVENTS


def test_one_of_many_workers_with_the_same_part_does_it() -> None:
    plan_batch(send("shop"))
    part = BatchPart.objects.filter(stage=STAGES.EVENTS).first()
    assert part
    found = results_of(run_together(*[partial(work_on_part, part.pk)] * 5))
    assert sum(one is not None for one in found) == 1
    assert len(told_of()) == len(set(told_of())) == RuleHit.objects.count() > 0


def test_a_worker_killed_after_storing_hits_leaves_nothing_and_the_next_does_it_all() -> None:
    expected = undisturbed()
    batch = send("shop")
    plan_batch(batch)
    parts = list(BatchPart.objects.filter(batch=batch))
    for part in parts[:-2]:
        work_on_part(part.pk)
    before, snapshots = RuleHit.objects.count(), SignalSnapshot.objects.count()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "governance.project.settings",
    }
    with transaction.atomic():
        IngestBatch.objects.select_for_update().get(pk=batch)  # the worker comes here when all but the mark is stored
        child = subprocess.Popen(
            [sys.executable, "-c", WORK.format(part=parts[-2].pk)], env=environment, cwd=project.BASE_DIR
        )
        wait_for_waiter(child)
        child.kill()
        child.wait()
    assert RuleHit.objects.count() == before
    assert BatchPart.objects.get(pk=parts[-2].pk).done_at is None
    process_batch(batch_id=batch)
    assert hits_of("shop") == expected
    assert len(told_of()) == len(set(told_of())) == RuleHit.objects.count()
    assert SignalSnapshot.objects.count() == snapshots


def wait_for_waiter(child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            assert child.poll() is None, "the worker ended before it was killed"
            cursor.execute(
                "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.datname = current_database() "
                "JOIN pg_stat_activity AS a ON a.pid = l.pid AND a.datid = d.oid WHERE NOT l.granted"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    child.kill()
    pytest.fail("the worker stored nothing")


def test_a_rule_set_released_amid_a_batch_is_asked_of_the_parts_to_come_only() -> None:
    batch = send("shop")
    plan_batch(batch)
    *others, last = BatchPart.objects.filter(batch=batch)
    for part in others:
        work_on_part(part.pk)
    old = RulesetVersion.objects.latest("number")
    RulesetVersion.objects.create(number=old.number + 1, members=old.members, lists=old.lists, reason="changed")
    forget_ruleset()
    assert ruleset_in_force().number == old.number + 1
    hits = RuleHit.objects.count()
    assert [work_on_part(part.pk) for part in others] == [None] * len(others)
    assert RuleHit.objects.count() == hits
    work_on_part(last.pk)
    asked = BatchPart.objects.filter(batch=batch).values_list("ruleset_number", flat=True)
    assert list(asked) == [old.number] * len(others) + [old.number + 1]
    newer = RuleHit.objects.filter(ruleset_number=old.number + 1)
    assert newer.exists()
    assert newer.order_by("as_of")[0].as_of >= last.span()[0]


def test_parts_go_days_after_their_batch_was_processed_and_nothing_is_done_again() -> None:
    batch, waiting = send("shop"), send("other")
    plan_batch(waiting)
    process_batch(batch_id=batch)
    processed_at = IngestBatch.objects.get(pk=batch).processed_at
    assert processed_at
    part = BatchPart.objects.filter(batch=batch)[0]
    assert remove_old_parts(now=processed_at + KEEP_PARTS) == 0
    assert remove_old_parts(now=processed_at + KEEP_PARTS + timedelta(minutes=1)) > 0
    assert set(BatchPart.objects.values_list("batch_id", flat=True)) == {waiting}
    assert work_on_part(part.pk) is None
    assert process_batch(batch_id=batch).hits == 0
    assert not BatchPart.objects.filter(batch=batch).exists()
    assert sum(EventDay.objects.values_list("events", flat=True)) == EVENTS


def test_a_busy_account_gets_a_part_of_its_own_that_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "TOUCHES_A_PART", 6)
    shops = ["first", "second", *["busy"] * 8, "third"]
    sold = [listing(number, entities={"seller": shop, "listing": f"L{number}"}) for number, shop in enumerate(shops)]
    batch = ingest_events(actor=system_actor("tests"), source="shop", items=sold).batch_id
    plan_batch(batch)
    parts = BatchPart.objects.filter(batch=batch, stage=STAGES.ACCOUNTS)
    names = dict(Entity.objects.values_list("pk", "external_id"))
    assert [names[key] for key in parts[0].entity_ids] == ["busy"]
    rest = [key for part in parts[1:] for key in part.entity_ids]
    assert sorted(names[key] for key in rest) == ["first", "second", "third"]
    assert all(len(part.entity_ids) <= 2 for part in parts)
