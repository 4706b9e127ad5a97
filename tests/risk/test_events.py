"""What is accepted as an event, and what is said of everything else."""

import json
import math
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.domain.errors import FieldProblem
from risk.domain.event_rows import digest_of, row_of
from risk.domain.events import EntityRef, EventItem, check_source, validate_event
from risk.domain.item_texts import item_texts
from tests.builders.events import raw_event

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MARKETS = frozenset({"BR", "ID"})


def check(raw: object) -> EventItem | list[FieldProblem]:
    return validate_event(raw, markets=MARKETS, now=NOW)


def places(raw: object) -> list[str]:
    found = check(raw)
    assert isinstance(found, list), f"accepted: {found}"
    assert all(problem.message for problem in found)
    return [problem.field for problem in found]


def nested(depth: int) -> object:
    value: object = "deep"
    for _ in range(depth):
        value = [value]
    return value


def test_a_sound_event_is_typed() -> None:
    entities = {"seller": {"id": "S1", "attributes": {"tier": "gold"}}, "reporter": {"id": "B1", "type": "buyer"}}
    item = check(raw_event(occurred_at="2026-03-01T07:00:00.5-03:00", entities=entities))
    assert item == EventItem(
        external_id="evt-1",
        type="order_placed",
        occurred_at=datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC),
        market="BR",
        entities={
            "seller": EntityRef("seller", "S1", "", {"tier": "gold"}),
            "reporter": EntityRef("buyer", "B1"),
        },
        payload={"amount": 12.5, "currency": "BRL", "quantity": 1},
    )


def test_identifiers_are_of_any_script() -> None:
    event = raw_event(id="pedido-ação-注文", entities={"seller": "продавец"})
    item = check(event)
    assert isinstance(item, EventItem)
    assert item.entities["seller"].external_id == "продавец"


def test_a_bare_text_is_the_id_of_an_entity() -> None:
    item = check(raw_event(entities={"device": "D1"}))
    assert isinstance(item, EventItem)
    assert item.entities == {"device": EntityRef("device", "D1")}


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"amount": None, "rating": None, "dispatch_due_at": None},
        {"amount": 3, "quantity": -(2**63), "rating": 2**63 - 1},
        {"dispatch_due_at": "2026-03-04T00:00:00+07:00"},
        {"note": "backslash \\u0000 written out"},
        {"anything": {"deep": [1, {"er": [True, None, 1.5]}]}},
        {"text": "ünï¢ødé 🛒\nline"},
        {"amount": 1e30},
        {"x": nested(7)},
    ],
)
def test_payloads_that_are_kept(payload: object) -> None:
    assert isinstance(check(raw_event(payload=payload)), EventItem)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"id": None}, "id"),
        ({"id": ""}, "id"),
        ({"id": 17}, "id"),
        ({"id": True}, "id"),
        ({"id": "x" * 161}, "id"),
        ({"id": "a\0b"}, "id"),
        ({"id": "a\nb"}, "id"),
        ({"id": " a"}, "id"),
        ({"id": "\ud800"}, "id"),
        ({"type": None}, "type"),
        ({"type": "Order Placed"}, "type"),
        ({"type": "order_placed\n"}, "type"),
        ({"type": "x" * 49}, "type"),
        ({"type": ["order_placed"]}, "type"),
        ({"market": None}, "market"),
        ({"market": "br"}, "market"),
        ({"id": "é\ud800"}, "id"),
        ({"market": "XX"}, "market"),
        ({"market": {"code": "BR"}}, "market"),
        ({"occurred_at": None}, "occurred_at"),
        ({"occurred_at": 1_767_000_000}, "occurred_at"),
        ({"occurred_at": "2026-03-01T10:00:00"}, "occurred_at"),
        ({"occurred_at": "2026-03-01 10:00"}, "occurred_at"),
        ({"occurred_at": "2026-03-01"}, "occurred_at"),
        ({"occurred_at": "2026-02-30T10:00:00Z"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "1999-12-31T23:59:59Z"}, "occurred_at"),
        ({"occurred_at": (NOW + timedelta(days=1, seconds=1)).isoformat()}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-23:00"}, "occurred_at"),
        ({"entities": None}, "entities"),
        ({"entities": {}}, "entities"),
        ({"entities": ["S1"]}, "entities"),
        ({"entities": {f"r{number}": {"id": "1", "type": "buyer"} for number in range(17)}}, "entities"),
        ({"entities": {"seller": 5}}, "entities.seller"),
        ({"entities": {"seller": {}}}, "entities.seller.id"),
        ({"entities": {"seller": {"id": "x" * 129}}}, "entities.seller.id"),
        ({"entities": {"seller": "x" * 129}}, "entities.seller"),
        ({"entities": {"friend": "S1"}}, "entities.friend.type"),
        ({"entities": {"friend": {"id": "S1", "type": "pet"}}}, "entities.friend.type"),
        ({"entities": {"friend": {"id": "S1", "type": ["buyer"]}}}, "entities.friend.type"),
        ({"entities": {"Seller": "S1"}}, "entities.Seller"),
        ({"entities": {"event": {"id": "S1", "type": "seller"}}}, "entities.event"),
        ({"entities": {"amount": {"id": "S1", "type": "seller"}}}, "entities.amount"),
        ({"entities": {"seller": {"id": "S1", "colour": "red"}}}, "entities.seller.colour"),
        ({"entities": {"seller": {"id": "S1", "name": 5}}}, "entities.seller.name"),
        ({"entities": {"seller": {"id": "S1", "name": "x" * 241}}}, "entities.seller.name"),
        ({"entities": {"seller": {"id": "S1", "attributes": []}}}, "entities.seller.attributes"),
        ({"entities": {"seller": {"id": "S1", "attributes": {"a": math.nan}}}}, "entities.seller.attributes.a"),
        ({"entities": {"seller": {"id": "S1", "attributes": {"a": "x" * 17_000}}}}, "entities.seller.attributes"),
        ({"payload": [1]}, "payload"),
        ({"payload": "text"}, "payload"),
        ({"payload": {"amount": "12"}}, "payload.amount"),
        ({"payload": {"amount": True}}, "payload.amount"),
        ({"payload": {"amount": math.inf}}, "payload.amount"),
        ({"payload": {"amount": 2**63}}, "payload.amount"),
        ({"payload": {"rating": 4.0}}, "payload.rating"),
        ({"payload": {"rating": 2**63}}, "payload.rating"),
        ({"payload": {"title": 5}}, "payload.title"),
        ({"payload": {"dispatch_due_at": "2026-03-04T00:00:00"}}, "payload.dispatch_due_at"),
        ({"payload": {"dispatch_due_at": 5}}, "payload.dispatch_due_at"),
        ({"payload": {"x": math.nan}}, "payload.x"),
        ({"payload": {"x": -math.inf}}, "payload.x"),
        ({"payload": {"x": [{"y": math.nan}]}}, "payload.x[0].y"),
        ({"payload": {"x": 2**63}}, "payload.x"),
        ({"payload": {"x": 1.2345678901234568e22}}, "payload.x"),
        ({"payload": {"x": "a\0b"}}, "payload.x"),
        ({"payload": {"x": ["\ud800"]}}, "payload.x[0]"),
        ({"payload": {"a\0b": 1}}, "payload (a key)"),
        ({"payload": {5: 1}}, "payload (a key)"),
        ({"payload": {"x": nested(8)}}, "payload.x[0][0][0][0][0][0][0]"),
        ({"payload": {"x": nested(900)}}, "payload.x[0][0][0][0][0][0][0]"),
        ({"payload": {"x": {1, 2}}}, "payload.x"),
        ({"payload": {"x": "y" * 65_600}}, "payload"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(changes: dict[str, object], place: str) -> None:
    event = raw_event() | {name: value for name, value in changes.items() if value is not None}
    for name, value in changes.items():
        if value is None:
            del event[name]
    assert places(event) == [place]


@pytest.mark.parametrize("raw", [None, 5, "text", [], [{}], True, 1.5])
def test_what_is_no_object_is_no_event(raw: object) -> None:
    assert places(raw) == [""]


def test_every_problem_is_told_at_once() -> None:
    event = {"id": 5, "market": "XX", "occurred_at": "now", "entities": {"seller": {}}, "payload": {"rating": "5"}}
    assert sorted(places(event)) == ["entities.seller.id", "id", "market", "occurred_at", "payload.rating", "type"]


def test_the_hint_for_a_small_market_code_is_the_right_code() -> None:
    found = check(raw_event(market="br"))
    assert isinstance(found, list)
    assert found[0].hint == "Send BR."


def test_problems_can_be_stored_whatever_the_keys_were() -> None:
    found = check(raw_event() | {"a\0\ud800": 1, "payload": {"\ud800": {"\0": math.nan}}})
    assert isinstance(found, list)
    text = orjson.dumps([vars(problem) for problem in found])
    assert b"\\u0000" not in text


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["id", "type", "occurred_at", "market", "entities", "payload"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(changes=st.dictionaries(FIELDS, JSON_VALUES, max_size=4))
def test_any_value_in_any_field_is_answered(changes: dict[str, object]) -> None:
    found = check(raw_event() | changes)
    if isinstance(found, EventItem):
        row = row_of(found)
        assert "\\u0000" not in row.payload.replace("\\\\", "")
        assert len(digest_of(row)) == 16
    else:
        assert found


@pytest.mark.parametrize("source", ["shop", "shop-2", "a_b"])
def test_source_names(source: str) -> None:
    assert check_source(source) == []


@pytest.mark.parametrize("source", ["", "Shop", "2shop", "a b", "x" * 49, None, 5, "shop\n"])
def test_what_is_no_source_name(source: object) -> None:
    assert [problem.field for problem in check_source(source)] == ["source"]


def test_the_digest_sees_the_event_and_not_what_describes_its_entities() -> None:
    def digest(**changes: object) -> bytes:
        item = check(raw_event(**changes))
        assert isinstance(item, EventItem)
        return digest_of(row_of(item))

    same = digest()
    assert digest(payload={"quantity": 1, "currency": "BRL", "amount": 12.5}) == same
    assert digest(entities={"order": "O1", "buyer": "B1", "seller": {"id": "S1", "name": "Other"}}) == same
    assert digest(occurred_at="2026-03-01T07:01:00-03:00") == same
    assert digest(payload={"amount": 12.51, "currency": "BRL", "quantity": 1}) != same
    assert digest(occurred_at="2026-03-01T10:01:00.000001Z") != same
    assert digest(entities={"order": "O1", "buyer": "B2", "seller": "S1"}) != same
    assert digest(type="order_cancelled") != same
    assert digest(market="ID") != same


def test_the_text_of_each_item_is_found_as_it_came() -> None:
    body = '{"source": "a,]", "events": [ {"id": 12345678901234567890123, "x": "}],\\"["} , [1, {"a": []}],5,"t" ]}'
    assert item_texts(body, "events") == [
        '{"id": 12345678901234567890123, "x": "}],\\"["}',
        '[1, {"a": []}]',
        "5",
        '"t"',
    ]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(items=st.lists(JSON_VALUES.filter(lambda value: value == value), max_size=5), tail=JSON_VALUES)
def test_item_texts_agree_with_the_parser(items: list[object], tail: object) -> None:
    body = json.dumps({"x": {"events": [9]}, "events": items, "tail": tail}, indent=1)
    expected = [json.dumps(item, indent=1).replace(" ", "").replace("\n", "") for item in items]
    assert [text.replace(" ", "").replace("\n", "") for text in item_texts(body, "events")] == expected


def test_item_texts_of_a_key_written_with_escapes_or_twice() -> None:
    assert item_texts('{"\\u0065vents": [1, 2]}', "events") == ["1", "2"]
    assert item_texts('{"events": [1, 2], "events": [3]}', "events") == ["3"]
    assert item_texts('{"events": []}', "events") == []
    assert item_texts("[1, 2]", "events") == []
