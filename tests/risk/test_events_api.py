"""Sending events over HTTP: who may, what is answered, what is kept."""

import json
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from governance.actions.keys import create_api_key, revoke_api_key
from governance.domain.actors import system_actor
from governance.models import ApiKey, OutboxFact
from risk.api.examples import BATCH
from risk.models import Event, IngestBatch, RejectedEvent
from tests.builders.events import raw_event
from tests.builders.governance import make_markets


@pytest.fixture(autouse=True)
def markets(db: None) -> None:
    make_markets("BR", "ID", "DE")


def make_key(*markets: str, **more: Any) -> str:
    return create_api_key(
        actor=system_actor("tests"), name="shop", scopes=["events:write"], markets=list(markets), **more
    )


def post(body: object, key: str | None = None, content_type: str = "application/json", **headers: str) -> Any:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return Client().post("/api/v1/events", data=data, content_type=content_type, headers=headers)


def batch(*events: object) -> dict[str, object]:
    return {"source": "shop", "events": list(events)}


def test_good_events_are_stored_and_bad_ones_answered_and_kept() -> None:
    answer = post(batch(raw_event(1), raw_event(2, occurred_at="2026-03-01T10:00:00"), 5, raw_event(3)), make_key())
    assert answer.status_code == 200
    body = answer.json()
    stored = IngestBatch.objects.get()
    assert body == {
        "batch_id": stored.pk,
        "accepted": 2,
        "duplicates": 0,
        "rejected": [
            {
                "index": 1,
                "id": "evt-2",
                "problems": [
                    {
                        "field": "occurred_at",
                        "message": "has no time zone",
                        "hint": "Add it: Z for UTC, or an offset such as -03:00.",
                    }
                ],
            },
            {
                "index": 2,
                "id": "",
                "problems": [
                    {
                        "field": "",
                        "message": "is not an object",
                        "hint": 'An event is an object: {"id": …, "type": …, …}.',
                    }
                ],
            },
        ],
    }
    assert sorted(Event.objects.values_list("external_id", flat=True)) == ["evt-1", "evt-3"]
    assert (stored.source, stored.accepted, stored.duplicates, stored.rejected) == ("shop", 2, 0, 2)
    assert stored.api_key_id == ApiKey.objects.get().pk
    assert stored.first_occurred_at < stored.last_occurred_at
    kept = RejectedEvent.objects.order_by("id")
    assert [(row.market, row.place, row.raw) for row in kept] == [
        ("BR", f"batch {stored.pk}, item 1", orjson.dumps(raw_event(2, occurred_at="2026-03-01T10:00:00")).decode()),
        ("", f"batch {stored.pk}, item 2", "5"),
    ]
    assert kept[0].problems == body["rejected"][0]["problems"]
    facts = {fact.name: fact.payload for fact in OutboxFact.objects.all()}
    assert facts["events_ingested"] == {"batch_id": stored.pk}
    assert facts["events_rejected"] == {"batch_id": stored.pk, "rejected": 2}


def test_the_example_of_the_documentation_is_accepted() -> None:
    assert post(BATCH, make_key()).json()["accepted"] == 2


def test_sending_again_changes_nothing() -> None:
    key = make_key()
    post(batch(raw_event(1), raw_event(2)), key)
    again = post(batch(raw_event(2), raw_event(1)), key).json()
    assert (again["accepted"], again["duplicates"], again["rejected"]) == (0, 2, [])
    assert Event.objects.count() == 2
    assert OutboxFact.objects.filter(name="events_ingested").count() == 1


def test_another_event_under_a_known_id_is_refused_and_kept() -> None:
    key = make_key()
    post(batch(raw_event(1)), key)
    answer = post(batch(raw_event(1, type="order_cancelled"), raw_event(2)), key).json()
    assert (answer["accepted"], answer["rejected"][0]["index"]) == (1, 0)
    assert answer["rejected"][0]["problems"][0]["field"] == "id"
    assert RejectedEvent.objects.get().state == RejectedEvent.State.OPEN
    assert Event.objects.get(external_id="evt-1").type == "order_placed"


def test_a_refused_item_is_kept_as_it_came_to_the_digit() -> None:
    item = b'{"id": "evt-9",  "payload": {"n": 12345678901234567890123}, "note": 1}'
    assert post(b'{"source":"shop","events":[' + item + b"]}", make_key()).status_code == 200
    assert RejectedEvent.objects.get().raw == item.decode()


def test_a_key_reaches_its_markets_only_and_learns_of_no_others() -> None:
    key = make_key("BR", "ID")
    answer = post(batch(raw_event(1), raw_event(2, market="DE"), raw_event(3, market="XX")), key).json()
    assert answer["accepted"] == 1
    known, unknown = (item["problems"] for item in answer["rejected"])
    assert known == unknown
    assert known[0]["field"] == "market"
    assert known[0]["hint"] == "Send one of: BR, ID."
    assert sorted(RejectedEvent.objects.values_list("market", flat=True)) == ["", "DE"]


def test_no_key_no_entry() -> None:
    answer = post(batch(raw_event()))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("token", ["nonsense", "aed_", "aed_00000000_x", "aed__", "\x00"])
def test_a_wrong_key_is_refused(token: str) -> None:
    make_key()
    assert post(batch(raw_event()), token).status_code == 401


def test_revoked_and_expired_keys_are_refused() -> None:
    revoked, expired = make_key(), make_key(expires_at=timezone.now() - timedelta(seconds=1))
    revoke_api_key(actor=system_actor("tests"), key_id=ApiKey.objects.order_by("pk")[0].pk)
    assert [post(batch(raw_event()), key).status_code for key in (revoked, expired)] == [401, 401]
    assert Event.objects.count() == 0


def test_a_key_without_the_scope_is_refused() -> None:
    key = make_key()
    ApiKey.objects.update(scopes=["something:else"])
    assert post(batch(raw_event()), key).status_code == 403


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"source": "shop",\n "events": [}', "line 2, column 13"),
        (b'{"source": "shop", "events": [NaN]}', "line 1"),
        (b'{"source": "\xff"}', "not valid JSON"),
        (b"[" * 5000, "not valid JSON"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(body: bytes, words: str) -> None:
    answer = post(body, make_key())
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ([], [""]),
        ("text", [""]),
        ({}, ["source", "events"]),
        ({"source": 5, "events": {}}, ["source", "events"]),
        ({"source": "Shop!", "events": [1]}, ["source"]),
        ({"source": "shop", "events": []}, ["events"]),
        ({"source": "shop", "events": [1] * 1001}, ["events"]),
        ({"source": "shop", "events": [1], "more": 1}, ["more"]),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(body: object, fields: list[str]) -> None:
    answer = post(body, make_key())
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["error"]["fields"]] == fields
    assert not IngestBatch.objects.exists()


def test_an_empty_body_is_refused() -> None:
    assert post(b"", make_key()).status_code == 422


def test_a_thousand_events_are_taken_at_once() -> None:
    assert post(batch(*(raw_event(number) for number in range(1000))), make_key()).json()["accepted"] == 1000


def test_a_body_that_is_too_large_is_answered_413(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = post(batch(raw_event(payload={"text": "x" * 2000})), make_key())
    assert answer.status_code == 413
    assert answer.json()["error"]["hint"] == "Send smaller batches."


def test_a_body_of_another_kind_is_answered_415() -> None:
    assert post(batch(raw_event()), make_key(), content_type="text/plain").status_code == 415


def test_a_body_in_pieces_is_answered_411() -> None:
    assert post(batch(raw_event()), make_key(), **{"Transfer-Encoding": "chunked"}).status_code == 411


def test_other_methods_are_answered_405() -> None:
    assert Client().get("/api/v1/events", headers={"Authorization": f"Bearer {make_key()}"}).status_code == 405


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.sampled_from(["id", "type", "occurred_at", "market", "entities", "payload", "x"])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(items=st.lists(JSON_VALUES | st.dictionaries(FIELDS, JSON_VALUES, max_size=4), min_size=1, max_size=4))
@example(items=[2**70, float("inf")])
def test_no_item_is_lost_and_none_breaks_the_server(items: list[Any]) -> None:
    key = make_key()
    before = RejectedEvent.objects.count()
    sound = raw_event(IngestBatch.objects.count())
    mixed = [sound | item if isinstance(item, dict) else item for item in items]
    try:
        body = orjson.dumps(batch(*mixed))
    except TypeError:  # numbers beyond 64 bits, halves of characters, infinities: as another library would write them
        body = json.dumps(batch(*mixed)).encode()
    answer = post(body, key)
    assert answer.status_code in {200, 400}, answer.content
    if answer.status_code == 200:
        told = answer.json()
        assert told["accepted"] + told["duplicates"] + len(told["rejected"]) == len(items)
        assert RejectedEvent.objects.count() - before == len(told["rejected"])


def test_the_openapi_document_is_valid_and_tells_every_answer() -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    validate_schema(document)  # type: ignore[no-untyped-call]
    operation = document["paths"]["/api/v1/events"]["post"]
    assert set(operation["responses"]) == {"200", "400", "401", "403", "411", "413", "415", "422"}
    assert operation["security"] == [{"apiKey": []}]
    assert operation["requestBody"]["content"]["application/json"]["examples"]
    assert Client().get("/api/schema").status_code == 200
