"""Loading rows into PostgreSQL: what is stored, once, whoever else is loading."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from risk.actions.bulk import BulkLoader, LoadResult, make_room
from risk.actions.partitions import ensure_partitions, make_partitions_ahead
from risk.domain.event_rows import EventRow, TouchRow
from risk.models import Entity, Event, EventKey, EventTouch
from tests.builders.governance import make_markets

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def row(
    number: int, *touches: TouchRow, day: int = 1, month: int = 3, market: str = "BR", payload: str = "{}"
) -> EventRow:
    at = f"2026-{month:02d}-{day:02d}T10:00:00.000000+00:00"
    return EventRow(
        f"evt-{number}", "order_placed", at, market, payload, touches or (TouchRow("seller", "seller", "S1"),)
    )


def load(rows: list[EventRow], source: str = "shop") -> LoadResult:
    make_room(rows)
    with transaction.atomic():
        return BulkLoader(source=source, batch_id=7, received_at=NOW).load(rows)


def seller(**described: Any) -> TouchRow:
    return TouchRow("seller", "seller", "S1", **described)


def the_seller() -> Entity:
    return Entity.objects.get(type="seller", external_id="S1", market="BR")


@pytest.fixture(autouse=True)
def markets(db: None) -> None:
    make_markets("BR", "DE")


def test_an_event_is_stored_with_its_entities_and_touches() -> None:
    payload = '{"amount":12.5,"text":"a\\\\b \\"q\\" \\n \\t ü"}'
    touches = (TouchRow("buyer", "buyer", "B\\1"), TouchRow("seller", "seller", "S1", "Loja \\Azul", {"tier": "gold"}))
    result = load([row(1, *touches, payload=payload)])
    assert result == LoadResult(1, (), (), datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC))
    event = Event.objects.get()
    entity, buyer = the_seller(), Entity.objects.get(type="buyer")
    assert event.payload == {"amount": 12.5, "text": 'a\\b "q" \n \t ü'}
    assert event.roles == {"buyer": buyer.pk, "seller": entity.pk}
    assert (event.source, event.external_id, event.type, event.batch_id, event.market_id, event.received_at) == (
        "shop", "evt-1", "order_placed", 7, "BR", NOW,
    )  # fmt: skip
    assert (buyer.external_id, buyer.name, buyer.attributes, buyer.described_at) == ("B\\1", "", {}, None)
    assert (entity.name, entity.attributes, entity.described_at) == ("Loja \\Azul", {"tier": "gold"}, event.occurred_at)
    assert entity.first_seen_at == entity.last_seen_at == event.occurred_at
    touched = EventTouch.objects.order_by("role").values_list("entity_id", "role", "event_id", "type", "occurred_at")
    assert list(touched) == [
        (buyer.pk, "buyer", event.id, "order_placed", event.occurred_at),
        (entity.pk, "seller", event.id, "order_placed", event.occurred_at),
    ]
    assert EventKey.objects.get().event_id == event.id


def test_loading_again_changes_nothing() -> None:
    rows = [row(number, seller(name="First")) for number in range(5)]
    load(rows)
    again = load([*rows, row(5)])
    assert (again.accepted, again.duplicates, again.conflicts) == (1, (0, 1, 2, 3, 4), ())
    assert Event.objects.count() == EventTouch.objects.count() == 6


def test_a_duplicate_does_not_describe_its_entity_again() -> None:
    load([row(1, seller(name="First"))])
    load([row(1, seller(name="Second"))])
    assert the_seller().name == "First"


def test_another_event_under_a_known_id_is_a_conflict_and_leaves_no_trace() -> None:
    load([row(1)])
    result = load([row(1, TouchRow("seller", "seller", "S2", "Other"))])
    assert (result.accepted, result.duplicates, result.conflicts) == (0, (), (0,))
    assert list(Entity.objects.values_list("external_id", flat=True)) == ["S1"]


def test_a_known_id_at_another_time_is_a_conflict_over_partitions() -> None:
    load([row(1, month=3)])
    assert load([row(1, month=4)]).conflicts == (0,)
    assert Event.objects.count() == 1


def test_one_loader_meets_news_known_events_and_news_again() -> None:
    loader = BulkLoader(source="shop", batch_id=7, received_at=NOW)
    made = [[1, 2], [2, 3], [3, 1], [4, 5], [4, 4], [6]]
    make_room([row(1)])
    found = []
    for numbers in made:
        with transaction.atomic():
            found.append(loader.load([row(number) for number in numbers]))
    assert [result.accepted for result in found] == [2, 1, 0, 2, 0, 1]
    assert [result.duplicates for result in found] == [(), (0,), (0, 1), (), (0, 1), ()]
    keys = dict(EventKey.objects.values_list("external_id", "event_id"))
    assert keys == dict(Event.objects.values_list("external_id", "id"))
    assert len(keys) == 6


def test_twice_within_one_load() -> None:
    result = load([row(1), row(2), row(1), row(2, payload='{"a":1}')])
    assert (result.accepted, result.duplicates, result.conflicts) == (2, (2,), (3,))


def test_the_same_id_of_two_sources_is_two_events() -> None:
    load([row(1)])
    assert load([row(1)], source="erp").accepted == 1


def test_the_same_account_in_two_markets_is_two_entities() -> None:
    load([row(1), row(2, market="DE")])
    assert sorted(Entity.objects.values_list("market_id", "external_id")) == [("BR", "S1"), ("DE", "S1")]


def test_seen_times_follow_the_data_in_any_order() -> None:
    load([row(1, day=10)])
    load([row(2, day=20)])
    load([row(3, day=5)])
    load([row(4, day=7)])
    entity = the_seller()
    assert (entity.first_seen_at.day, entity.last_seen_at.day) == (5, 20)


def test_newer_descriptions_win_and_older_ones_fill_in() -> None:
    load([row(1, seller(name="Old", attributes={"tier": "silver", "city": "SP"}), day=10)])
    load([row(2, day=25)])  # tells nothing: what follows is newer than anything told
    load([row(3, seller(name="New", attributes={"tier": "gold"}), day=20)])
    load([row(4, seller(name="Late", attributes={"tier": "bronze", "vat": "1"}), day=15)])
    entity = the_seller()
    assert (entity.name, entity.attributes) == ("New", {"tier": "gold", "city": "SP", "vat": "1"})
    assert (entity.described_at.day if entity.described_at else None) == 20


def test_descriptions_within_one_load_go_by_time_as_well() -> None:
    load(
        [
            row(1, seller(name="New", attributes={"tier": "gold"}), day=20),
            row(2, seller(name="Old", attributes={"tier": "silver", "city": "SP"}), day=10),
            row(3, seller(attributes={"vat": "1"}), day=22),
        ]
    )
    entity = the_seller()
    assert (entity.name, entity.attributes) == ("New", {"tier": "gold", "city": "SP", "vat": "1"})


def test_an_entity_in_two_roles_of_one_event_is_touched_twice() -> None:
    load([row(1, TouchRow("buyer", "buyer", "B1"), TouchRow("reporter", "buyer", "B1"))])
    assert Entity.objects.count() == 1
    assert EventTouch.objects.count() == 2


def test_events_lie_in_the_partition_of_their_month() -> None:
    load([row(1, month=1), row(2, month=2), row(3, day=28, month=12)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM risk_event GROUP BY 1 ORDER BY 1")
        assert cursor.fetchall() == [("risk_event_202601", 1), ("risk_event_202602", 1), ("risk_event_202612", 1)]


def test_a_month_without_partition_fails_loudly() -> None:
    with pytest.raises(Exception, match="no partition"), transaction.atomic():
        BulkLoader(source="shop", batch_id=1, received_at=NOW).load([row(1, month=11)])


def test_partitions_are_made_once_and_like_their_parent() -> None:
    months = [datetime(2031, 1, 15, tzinfo=UTC).date(), datetime(2031, 12, 31, tzinfo=UTC).date()]
    assert ensure_partitions(months=months) == 4
    assert ensure_partitions(months=months) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'risk_eventtouch_203112'")
        assert "2031-12-01 00:00:00+00" in cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = 'risk_event_203101'::regclass")
        own = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = 'risk_event'::regclass")
        assert cursor.fetchone()[0] == own


def test_partitions_ahead_cross_the_year() -> None:
    make_partitions_ahead(today=datetime(2032, 11, 30, tzinfo=UTC).date())
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^risk_event_203[23]' ORDER BY 1")
        assert [name for (name,) in cursor.fetchall() if not name.endswith("idx") and "pkey" not in name] == [
            "risk_event_203211", "risk_event_203212", "risk_event_203301", "risk_event_203302",
        ]  # fmt: skip


def test_a_moment_of_another_form_is_refused() -> None:
    bad = row(1)._replace(at="2026-03-01T10:00:00Z")
    with pytest.raises(ValueError, match="2026-03-01T10:00:00Z"), transaction.atomic():
        BulkLoader(source="shop", batch_id=1, received_at=NOW).load([bad])


def run_together(count: int, work: Callable[[int], None]) -> None:
    """Run `work` in threads with a connection each, all at once; raise what any of them raised."""
    barrier = threading.Barrier(count)
    errors: list[BaseException] = []

    def run(place: int) -> None:
        try:
            barrier.wait(20)
            work(place)
        except BaseException as error:  # noqa: BLE001  (told by the main thread)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_loaders_that_overlap_neither_block_each_other_for_good_nor_store_twice() -> None:
    """Four loaders send the same events and entities in different orders, with some of their own."""
    shared = [
        row(number, TouchRow("buyer", "buyer", f"B{number % 7}"), TouchRow("seller", "seller", f"S{number % 5}"))
        for number in range(300)
    ]
    make_room(shared)
    results: list[LoadResult] = []

    def work(place: int) -> None:
        for turn in range(4):
            own = [row(10_000 + place * 1000 + turn * 100 + number, day=2 + turn) for number in range(50)]
            part = shared[turn * 75 : (turn + 1) * 75]
            rows = [*own, *(part if place % 2 else reversed(part))]
            with transaction.atomic():
                results.append(BulkLoader(source="shop", batch_id=place, received_at=NOW).load(rows))

    run_together(4, work)
    assert sum(result.accepted for result in results) == 300 + 4 * 4 * 50
    assert sum(len(result.duplicates) for result in results) == 3 * 300
    assert Event.objects.count() == EventKey.objects.count() == 300 + 800
    assert Entity.objects.filter(type="buyer").count() == 7
    assert Entity.objects.filter(type="seller").count() == 5
    assert EventTouch.objects.count() == 2 * 300 + 800
    assert the_seller().last_seen_at.day == 5


@pytest.mark.django_db(transaction=True)
def test_loaders_that_change_the_same_entities_in_different_orders_all_get_through() -> None:
    load([row(number, TouchRow("seller", "seller", f"S{number}")) for number in range(400)])

    def work(place: int) -> None:
        for turn in range(5):
            order = random.Random(place * 10 + turn).sample(range(400), 400)
            rows = [
                row(1000 * (1 + place * 5 + turn) + number, TouchRow("seller", "seller", f"S{number}"), day=2 + turn)
                for number in order
            ]
            with transaction.atomic():
                BulkLoader(source="shop", batch_id=place, received_at=NOW).load(rows)

    run_together(4, work)
    assert Event.objects.count() == 400 * 21
    assert {moment.day for moment in Entity.objects.values_list("last_seen_at", flat=True)} == {6}
