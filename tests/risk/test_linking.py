"""Who is tied to whom by a device, payment account or address."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from governance.domain.actors import system_actor
from risk.actions.ingest import ingest_events
from risk.actions.linking import Linked, link_span
from risk.domain.linking import MAX_TIED
from risk.models import EntityLink, EntityUse, IngestBatch
from tests.builders.events import MOMENT, raw_event
from tests.builders.governance import make_markets


@pytest.fixture(autouse=True)
def markets(db: None) -> None:
    make_markets("BR", "ID")


def ingest(*events: dict[str, Any]) -> int:
    result = ingest_events(actor=system_actor("tests"), source="shop", items=events)
    assert result.rejected == ()
    return result.batch_id


def link_batch(*, batch_id: int) -> Linked:
    batch = IngestBatch.objects.get(pk=batch_id)
    assert batch.first_occurred_at
    assert batch.last_occurred_at
    end = batch.last_occurred_at + timedelta(microseconds=1)
    return link_span(batch_id=batch_id, begin=batch.first_occurred_at, end=end)


def login(
    number: int, account: str, thing: str, *, role: str = "buyer", via: str = "device", day: int = 0
) -> dict[str, Any]:
    at = (MOMENT + timedelta(days=day)).isoformat()
    return raw_event(number, type="login", entities={role: account, via: thing}, occurred_at=at, payload={})


def links() -> list[tuple[str, str, str, bool]]:
    found = EntityLink.objects.values_list("low__external_id", "high__external_id", "via__external_id", "is_hard")
    return sorted((*sorted(row[:2]), *row[2:]) for row in found)


def test_accounts_that_used_one_device_are_linked() -> None:
    link_batch(batch_id=ingest(login(1, "B1", "D1", day=1), login(2, "B2", "D1", day=3), login(3, "B3", "D2")))
    assert links() == [("B1", "B2", "D1", False)]
    link = EntityLink.objects.get()
    assert (link.kind, link.first_seen_at, link.last_seen_at) == (
        "device", MOMENT + timedelta(days=3), MOMENT + timedelta(days=3),
    )  # fmt: skip


def test_links_reach_over_batches_and_linking_again_changes_nothing() -> None:
    first = ingest(login(1, "B1", "D1"))
    second = ingest(login(2, "S1", "D1", role="seller"), login(3, "B1", "P1", via="payment_account"))
    third = ingest(login(4, "C1", "P1", role="creator", via="payment_account"))
    assert [link_batch(batch_id=batch).links for batch in (first, second, third)] == [0, 1, 1]
    assert links() == [("B1", "C1", "P1", True), ("B1", "S1", "D1", False)]
    assert [link_batch(batch_id=batch) for batch in (third, first, second)] == [Linked(0, 0, 0)] * 3


def test_the_order_in_which_batches_are_linked_does_not_matter() -> None:
    batches = [ingest(login(number, f"B{number % 3}", "D1", day=number)) for number in range(7)]
    for batch in reversed(batches):
        link_batch(batch_id=batch)
    found = {
        tuple(sorted((row.low.external_id, row.high.external_id))): (
            row.first_seen_at - MOMENT,
            row.last_seen_at - MOMENT,
        )
        for row in EntityLink.objects.select_related("low", "high")
    }
    days = {pair: (first.days, last.days) for pair, (first, last) in found.items()}
    assert days == {("B0", "B1"): (1, 6), ("B0", "B2"): (2, 6), ("B1", "B2"): (2, 5)}


def test_an_order_ties_the_buyer_to_the_card_and_not_the_seller() -> None:
    events = [
        raw_event(
            number, entities={"seller": "S1", "buyer": f"B{number}", "payment_account": "P1", "device": f"D{number}"}
        )
        for number in range(2)
    ]
    link_batch(batch_id=ingest(*events))
    assert links() == [("B0", "B1", "P1", True)]


def test_an_order_without_its_buyer_ties_nobody() -> None:
    link_batch(batch_id=ingest(raw_event(1, entities={"seller": "S1", "device": "D1"})))
    assert not EntityUse.objects.exists()


def test_an_event_of_another_type_with_two_accounts_ties_nobody() -> None:
    entities = {"seller": "S1", "buyer": "B1", "device": "D1"}
    link_batch(batch_id=ingest(raw_event(1, type="chat_opened", entities=entities)))
    assert not EntityUse.objects.exists()


def test_the_role_may_have_any_name() -> None:
    entities = {"visitor": {"id": "B1", "type": "buyer"}, "phone": {"id": "D1", "type": "device"}}
    link_batch(batch_id=ingest(raw_event(1, type="login", entities=entities), login(2, "B2", "D1")))
    assert links() == [("B1", "B2", "D1", False)]


def test_markets_are_never_tied() -> None:
    link_batch(batch_id=ingest(login(1, "B1", "D1"), login(2, "B2", "D1") | {"market": "ID"}))
    assert links() == []


def test_what_too_many_share_ties_nobody() -> None:
    link_batch(batch_id=ingest(*(login(number, f"B{number}", "D1") for number in range(MAX_TIED))))
    assert len(links()) == MAX_TIED * (MAX_TIED - 1) // 2
    done = link_batch(batch_id=ingest(login(99, "B99", "D1"), login(98, "B98", "D2"), login(97, "B97", "D2")))
    assert done.removed == MAX_TIED * (MAX_TIED - 1) // 2
    assert links() == [("B97", "B98", "D2", False)]


def test_the_spans_of_a_batch_are_linked_in_any_order() -> None:
    batch = ingest(*(login(number, f"B{number}", "D1", day=number * 7) for number in range(4)))
    first = IngestBatch.objects.get(pk=batch).first_occurred_at
    assert first
    for week in (2, 0, 3, 1):
        link_span(batch_id=batch, begin=first + timedelta(days=7 * week), end=first + timedelta(days=7 * week + 7))
    assert len(links()) == 6


@pytest.mark.django_db(transaction=True)
def test_two_batches_that_bring_one_account_each_find_each_other() -> None:
    batches = [ingest(*(login(pair * 10 + place, f"B{place}", f"D{pair}") for pair in range(40))) for place in range(4)]
    barrier = threading.Barrier(4)
    errors: list[BaseException] = []

    def work(batch: int) -> None:
        try:
            barrier.wait(20)
            link_batch(batch_id=batch)
        except BaseException as error:  # noqa: BLE001  (told by the main thread)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(links()) == 40 * 6
