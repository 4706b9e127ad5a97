"""Refused events are mended, replayed and dismissed by those who may, once, and audited."""

import json
import threading
from typing import Any

import pytest
from django.db import connection

from governance.domain.actors import Actor, system_actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import GRANTS, Permission, Role
from governance.models import AuditEntry, OutboxFact
from risk.actions.ingest import ingest_events
from risk.actions.replaying import Replayed, dismiss_rejected, mend_rejected, replay_rejected
from risk.models import Event, IngestBatch, RejectedEvent
from risk.queries.rejects import fingerprint, reject_view, visible_rejects
from tests.builders.events import raw_event
from tests.builders.governance import make_markets, make_person


@pytest.fixture(autouse=True)
def markets(db: None) -> None:
    make_markets("BR", "ID")


def refuse(**changes: Any) -> RejectedEvent:
    """Return the row of an event that was refused for `changes`."""
    done = ingest_events(actor=system_actor("tests"), source="shop", items=[raw_event(**changes)])
    assert done.rejected
    return RejectedEvent.objects.latest("pk")


def mend(actor: Actor, row: RejectedEvent, text: str | None = None, **changes: Any) -> Any:
    words = text if text is not None else json.dumps(raw_event(**changes))
    return mend_rejected(actor=actor, rejected_id=row.pk, text=words, seen=fingerprint(row.raw))


def test_a_mended_event_is_stored_and_settled() -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    done = mend(admin, row)
    assert (done.stored, done.refused) == (1, 0)
    event = Event.objects.get()
    assert (event.external_id, event.source, event.type) == ("evt-1", "shop", "order_placed")
    row.refresh_from_db()
    assert (row.state, row.settled_by_id, json.loads(row.raw)) == ("replayed", admin.user_id, raw_event())
    entry = AuditEntry.objects.get(action="rejected_event_replayed")
    assert (entry.subject_id, entry.market) == (str(row.pk), "BR")
    assert "Order Placed" in entry.before["text"]
    assert "order_placed" in entry.after["text"]
    assert OutboxFact.objects.get(name="events_ingested").payload == {"batch_id": event.batch_id}
    assert IngestBatch.objects.get(pk=event.batch_id).accepted == 1


def test_what_is_still_bad_stays_open_with_its_new_problems() -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    done = mend(admin, row, occurred_at="yesterday")
    assert [problem.field for problem in done.problems] == ["occurred_at"]
    row.refresh_from_db()
    assert (row.state, [problem["field"] for problem in row.problems]) == ("open", ["occurred_at"])
    assert json.loads(row.raw)["occurred_at"] == "yesterday"
    assert AuditEntry.objects.filter(action="rejected_event_mended", subject_id=str(row.pk)).count() == 1
    assert not Event.objects.exists()


def test_text_that_is_no_json_is_kept_with_the_place() -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    done = mend(admin, row, text='{"id": "evt-1",\n oops}')
    assert "line 2" in done.problems[0].message
    row.refresh_from_db()
    assert row.raw == '{"id": "evt-1",\n oops}'


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "\ud800", "x" * 300_000])
def test_text_that_cannot_be_kept_is_refused_and_changes_nothing(text: str) -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    with pytest.raises(InvalidInput):
        mend(admin, row, text=text)
    before = row.raw
    row.refresh_from_db()
    assert row.raw == before


def test_an_event_that_was_stored_meanwhile_settles_the_row() -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    ingest_events(actor=system_actor("tests"), source="shop", items=[raw_event()])
    done = mend(admin, row)
    assert (done.stored, done.known, done.refused) == (0, 1, 0)
    assert Event.objects.count() == 1


def test_another_event_under_the_id_stays_refused() -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    ingest_events(actor=system_actor("tests"), source="shop", items=[raw_event(type="order_cancelled")])
    done = mend(admin, row)
    assert (done.refused, done.problems[0].field) == (1, "id")
    row.refresh_from_db()
    assert row.state == "open"


def test_nobody_overwrites_what_somebody_else_mended() -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    mend(admin, row, occurred_at="yesterday")
    with pytest.raises(Conflict):
        mend(admin, row)
    row.refresh_from_db()
    mend(admin, row)
    with pytest.raises(Conflict, match="replayed"):
        mend(admin, row)


def test_who_may_see_and_who_may_change() -> None:
    row = refuse(type="Order Placed")
    lost = refuse(market="XX")
    elsewhere, reader = make_person(Role.ADMIN, markets=("ID",)), make_person(Role.LEAD, markets=("BR",))
    nobody, local = make_person(Role.ANALYST), make_person(Role.ADMIN, markets=("BR",))
    everywhere = make_person(Role.ADMIN)
    seen = {
        actor.label: set(visible_rejects(actor).values_list("pk", flat=True))
        for actor in (elsewhere, reader, nobody, local, everywhere)
    }
    assert list(seen.values()) == [set(), {row.pk}, set(), {row.pk}, {row.pk, lost.pk}]
    for actor, error in ((elsewhere, NotFound), (nobody, NotFound), (reader, NotAllowed)):
        with pytest.raises(error):
            mend(actor, row)
    for actor in (reader, nobody):
        with pytest.raises(NotAllowed):
            replay_rejected(actor=actor, rejected_ids=[row.pk])
        with pytest.raises(NotAllowed):
            dismiss_rejected(actor=actor, rejected_ids=[row.pk], reason="why")
    assert dismiss_rejected(actor=elsewhere, rejected_ids=[row.pk, lost.pk], reason="why") == 0
    assert dismiss_rejected(actor=local, rejected_ids=[row.pk, lost.pk], reason="why") == 1


def test_ops_replay_and_dismiss_in_their_markets_and_import_nothing() -> None:
    row, other, lost = refuse(type="Order Placed"), refuse(market="ID", type="Order Placed"), refuse(market="XX")
    ops = make_person(Role.OPS, markets=("BR",))
    assert not ops.can(Permission.IMPORT_DATA)
    assert mend(ops, row).stored == 1
    assert replay_rejected(actor=ops, rejected_ids=[other.pk, lost.pk]) == Replayed(0, 0, 0)
    assert dismiss_rejected(actor=ops, rejected_ids=[other.pk, lost.pk], reason="why") == 0
    with pytest.raises(NotFound):
        mend(ops, other)
    everywhere = make_person(Role.OPS)
    assert dismiss_rejected(actor=everywhere, rejected_ids=[other.pk, lost.pk], reason="why") == 2
    assert [role for role, grants in GRANTS.items() if Permission.MEND_EVENTS in grants] == [Role.OPS, Role.ADMIN]


def test_a_person_of_one_market_cannot_store_events_of_another() -> None:
    row, local = refuse(type="Order Placed"), make_person(Role.ADMIN, markets=("BR",))
    done = mend(local, row, market="ID")
    assert [problem.field for problem in done.problems] == ["market"]
    row.refresh_from_db()
    assert row.market == "BR"
    assert not Event.objects.exists()


def test_replaying_many_stores_those_whose_reason_has_gone() -> None:
    rows = [refuse(id=f"evt-{number}", market="DE") for number in range(3)] + [refuse(type="Bad")]
    other = ingest_events(actor=system_actor("tests"), source="erp", items=[raw_event(market="DE")])
    assert other.rejected
    make_markets("DE")
    admin = make_person(Role.ADMIN)
    ids = list(RejectedEvent.objects.values_list("pk", flat=True))
    done = replay_rejected(actor=admin, rejected_ids=ids)
    assert (done.stored, done.known, done.refused) == (4, 0, 1)
    assert sorted(Event.objects.values_list("source", flat=True)) == ["erp", "shop", "shop", "shop"]
    rows[-1].refresh_from_db()
    assert rows[-1].state == "open"
    again = replay_rejected(actor=admin, rejected_ids=ids)
    assert (again.stored, again.known, again.refused) == (0, 0, 1)


def test_dismissing_needs_a_reason_and_is_final() -> None:
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(InvalidInput):
            dismiss_rejected(actor=admin, rejected_ids=[row.pk], reason=reason)
    assert dismiss_rejected(actor=admin, rejected_ids=[row.pk], reason=" A test of the shop ") == 1
    row.refresh_from_db()
    assert (row.state, row.settled_note) == ("dismissed", "A test of the shop")
    assert AuditEntry.objects.get(action="rejected_event_dismissed").reason == "A test of the shop"
    assert dismiss_rejected(actor=admin, rejected_ids=[row.pk], reason="again") == 0
    with pytest.raises(Conflict):
        mend(admin, row)


def test_the_page_shows_problems_at_their_line() -> None:
    row, admin = refuse(payload={"amount": "12"}), make_person(Role.ADMIN)
    view = reject_view(admin, row.pk)
    (line,) = [line for line in view.lines if line.problems]
    assert line.text.strip() == '"amount": "12"'
    assert json.loads(view.text) == json.loads(row.raw)


@pytest.mark.django_db(transaction=True)
def test_two_who_replay_at_once_store_it_once() -> None:
    make_markets("BR")
    row, admin = refuse(type="Order Placed"), make_person(Role.ADMIN)
    RejectedEvent.objects.update(raw=json.dumps(raw_event()))
    barrier = threading.Barrier(3)
    found: list[Any] = []

    def work() -> None:
        try:
            barrier.wait(20)
            found.append(replay_rejected(actor=admin, rejected_ids=[row.pk]).stored)
        except BaseException as error:  # noqa: BLE001  (told by the main thread)
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [0, 0, 1]
    assert AuditEntry.objects.filter(action="rejected_event_replayed").count() == 1
