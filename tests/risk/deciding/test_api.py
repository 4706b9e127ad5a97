"""Decisions over HTTP: what is answered, in which words, what is refused."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.models import ApiKey, OutboxFact
from policies.models import PolicyVersion, RulesetVersion
from risk.actions.compiled import forget_ruleset
from risk.models import Decision, Entity, Event, EventKey, EventTouch, IngestBatch, RejectedEvent, RuleHit
from tests.risk.deciding.conftest import ask, listing, make_key

STORED = [Decision, Entity, Event, EventKey, EventTouch, IngestBatch, RejectedEvent, RuleHit, OutboxFact]
MOST_STATEMENTS = 6


def one(**changes: Any) -> dict[str, Any]:
    return {"source": "shop", "event": listing(**changes)}


def read(token: str, decision_id: int, **headers: str) -> Any:
    headers["Authorization"] = f"Bearer {token}"
    return Client().get(f"/api/v1/decisions/{decision_id}", headers=headers)


def test_the_answer_names_outcome_rules_and_versions(token: str):
    answer = ask(token, one())
    assert answer.status_code == 200
    kept = Decision.objects.get()
    body = answer.json()
    assert body.pop("decided_at") == kept.decided_at.isoformat()
    assert body == {
        "decision_id": kept.pk,
        "source": "shop",
        "event_id": "lst-1",
        "event_version": 1,
        "market": "BR",
        "outcome": "review",
        "hits": [
            {
                "rule": "PRICE-X3",
                "rule_version": 1,
                "title": "Price far above the reference",
                "reason": "More than 10 % of the orders were late.",
                "outcome": "review",
                "is_suppressed": False,
                "role": "seller",
                "entity": "S9",
                "policy": "PERF-LATE",
                "policy_version": PolicyVersion.objects.get().number,
                "policy_title": "Late dispatch",
                "policy_title_language": "en",
            }
        ],
        "ruleset": RulesetVersion.objects.latest("number").number,
        "signals_as_of": {"seller": None},
        "supersedes": None,
        "superseded_by": None,
        "is_repeated": False,
    }


def test_nothing_against_it_is_allowed(token: str):
    body = ask(token, one(payload={"price": 11.0})).json()
    assert (body["outcome"], body["hits"]) == ("allow", [])


def test_a_rule_of_the_allow_lane_ends_the_matter(token: str):
    body = ask(token, one(entities={"seller": "S-1", "listing": "L1"})).json()
    assert body["outcome"] == "allow"
    assert {(hit["rule"], hit["is_suppressed"]) for hit in body["hits"]} == {("TRUSTED", False), ("PRICE-X3", True)}


@pytest.mark.parametrize(
    ("asked", "header", "title"),
    [
        ("pt", "", "Envio atrasado"),
        ("pt-BR", "en", "Envio atrasado"),
        (None, "pt-BR,pt;q=0.9,en;q=0.5", "Envio atrasado"),
        (None, "fr,pt;q=0.5", "Envio atrasado"),
        (None, "fr, en;q=0.5", "Late dispatch"),
        (None, "pt;q=0, en", "Late dispatch"),
        (None, "", "Late dispatch"),
        (None, "*", "Late dispatch"),
        ("ja", "pt", "Late dispatch"),
    ],
)
def test_titles_come_in_the_language_that_was_asked_for(token: str, asked: str | None, header: str, title: str):
    body = one() | ({"language": asked} if asked else {})
    headers = {"Accept-Language": header} if header else {}
    assert ask(token, body, **headers).json()["hits"][0]["policy_title"] == title
    again = ask(token, body, **headers).json()
    assert (again["is_repeated"], again["hits"][0]["policy_title"]) == (True, title)


def test_a_list_is_answered_item_by_item(token: str):
    events = [listing(1), listing(2, occurred_at="2026-03-01T10:00:00"), 5, listing(3, payload={"price": 1.0})]
    body = ask(token, {"source": "shop", "events": events}).json()
    assert [(item["index"], item["event_id"], item["outcome"]) for item in body["decisions"]] == [
        (0, "lst-1", "review"),
        (3, "lst-3", "allow"),
    ]
    assert [(item["index"], item["id"], item["problems"][0]["field"]) for item in body["rejected"]] == [
        (1, "lst-2", "occurred_at"),
        (2, "", ""),
    ]
    assert not RejectedEvent.objects.exists()


def test_a_list_may_hold_what_was_decided_before(token: str):
    first = ask(token, one()).json()["decision_id"]
    body = ask(token, {"source": "shop", "events": [listing(2), listing(1), listing(3)]}).json()
    assert [(item["index"], item["event_id"], item["is_repeated"]) for item in body["decisions"]] == [
        (0, "lst-2", False),
        (1, "lst-1", True),
        (2, "lst-3", False),
    ]
    assert body["decisions"][1]["decision_id"] == first


def test_an_event_that_stands_twice_in_a_list_is_decided_once(token: str):
    events = [listing(1), listing(1), listing(1, payload={"price": 7.0})]
    body = ask(token, {"source": "shop", "events": events}).json()
    assert [(item["index"], item["is_repeated"]) for item in body["decisions"]] == [(0, False), (1, True)]
    assert [(item["index"], item["problems"][0]["field"]) for item in body["rejected"]] == [(2, "id")]
    assert Decision.objects.count() == 1


def test_a_hundred_events_are_decided_and_one_more_is_refused(token: str):
    events = [listing(number) for number in range(101)]
    refused = ask(token, {"source": "shop", "events": events})
    assert refused.status_code == 422
    assert refused.json()["error"]["fields"][0]["message"] == "has 101 events"
    assert not Decision.objects.exists()
    body = ask(token, {"source": "shop", "events": events[:100]}).json()
    assert len(body["decisions"]) == Decision.objects.count() == RuleHit.objects.count() == 100
    assert IngestBatch.objects.count() == 1


def test_a_dry_run_says_the_same_and_stores_nothing(token: str):
    before = {model: model.objects.count() for model in STORED}
    dry = ask(token, one(), "/dry-run").json()
    assert {model: model.objects.count() for model in STORED} == before
    real = ask(token, one()).json()
    for name in ("decision_id", "event_version"):
        assert (dry.pop(name), real.pop(name) is None) == (None, False)
    assert dry.pop("decided_at") < real.pop("decided_at")
    assert dry == real


def test_a_dry_run_judges_anew_what_was_decided(token: str):
    ask(token, one())
    RulesetVersion.objects.create(number=9, members=[], lists={}, reason="nothing fires")
    forget_ruleset()
    assert ask(token, one()).json()["outcome"] == "review"
    assert ask(token, one(), "/dry-run").json()["outcome"] == "allow"


@pytest.mark.parametrize("path", ["", "/dry-run"])
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, None),
        (b'{"source": "shop", "event": {"id": NaN}}', 400, None),
        (b"[" * 5_000 + b"]" * 5_000, 400, None),
        ([], 422, ""),
        ({"event": listing()}, 422, "source"),
        ({"source": "Shop 1", "event": listing()}, 422, "source"),
        ({"source": "shop"}, 422, "event"),
        ({"source": "shop", "event": listing(), "events": [listing()]}, 422, "event"),
        ({"source": "shop", "events": listing()}, 422, "events"),
        ({"source": "shop", "events": []}, 422, "events"),
        ({"source": "shop", "event": listing(), "dry_run": True}, 422, "dry_run"),
        ({"source": "shop", "event": listing(), "language": "Portuguese!"}, 422, "language"),
        ({"source": "shop", "event": listing(), "language": ["pt"]}, 422, "language"),
        ({"source": "shop", "event": None}, 422, "event"),
        ({"source": "shop", "event": listing(market="XX")}, 422, "event.market"),
        ({"source": "shop", "event": listing(market="br")}, 422, "event.market"),
        ({"source": "shop", "event": listing(occurred_at="yesterday")}, 422, "event.occurred_at"),
        ({"source": "shop", "event": listing(payload={"price": "dear"})}, 422, "event.payload.price"),
        ({"source": "shop", "event": listing(payload={"note": "x" * 70_000})}, 422, "event.payload"),
        ({"source": "shop", "event": listing(payload={"a": {"b": {"c": [[[[[[1]]]]]]}}})}, 422, None),
        ({"source": "shop", "event": listing(payload={"a": "half \x00"})}, 422, "event.payload.a"),
        ({"source": "shop", "event": listing(entities={})}, 422, "event.entities"),
        ({"source": "shop", "event": listing(colour="red")}, 422, "event.colour"),
    ],
)
def test_what_is_no_request_is_refused_with_its_place(token: str, path: str, body: object, status: int, field: str):
    answer = ask(token, body, path)
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert error["message"]
    if field is not None:
        assert error["fields"][0]["field"] == field, error
    assert not Decision.objects.exists()
    assert not Event.objects.exists()


def test_a_body_that_is_too_large_is_refused(token: str):
    answer = ask(token, b" " * (8 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The body is too large."


def test_a_body_that_is_not_declared_as_json_is_refused(token: str):
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().post("/api/v1/decisions", data=b"{}", content_type="text/plain", headers=headers)
    assert answer.status_code == 415


def test_a_key_without_the_scope_is_refused(token: str):
    assert ask(make_key(scope="events:write"), one()).status_code == 403
    assert ask(make_key(scope="events:write"), one(), "/dry-run").status_code == 403
    assert ask(None, one()).status_code == 401
    assert ask("aed_0000_nothing", one()).status_code == 401
    assert not Decision.objects.exists()


def test_a_market_outside_the_key_is_as_unknown_as_none(token: str):
    limited = make_key("BR")
    assert ask(limited, one()).status_code == 200
    refused = ask(limited, one(id="lst-2", market="DE"))
    assert refused.status_code == 422
    assert refused.json()["error"]["fields"][0] == {
        "field": "event.market",
        "message": "is not a market of this console",
        "hint": "Send one of: BR.",
    }


def test_a_decision_is_read_again_where_the_key_reaches(token: str):
    made = ask(token, one(market="DE")).json()
    assert made.pop("is_repeated") is False
    assert read(token, made["decision_id"]).json() == made
    assert read(make_key("BR"), made["decision_id"]).status_code == 404
    assert read(token, 10**15).status_code == 404
    assert read(make_key(scope="events:write"), made["decision_id"]).status_code == 403


def test_a_decision_of_old_versions_is_still_put_into_words(token: str):
    made = ask(token, one()).json()
    RulesetVersion.objects.create(number=9, members=[], lists={}, reason="nothing fires")
    forget_ruleset()
    again = ask(token, one()).json()
    assert again["hits"] == made["hits"]
    assert again["ruleset"] == made["ruleset"] != 9


@pytest.mark.parametrize("path", ["", "/dry-run"])
@pytest.mark.parametrize("count", [1, 100])
def test_few_statements_are_run(token: str, path: str, count: int):
    ask(token, {"source": "shop", "events": [listing(number) for number in range(200, 203)]}, path)  # the first of all
    with CaptureQueriesContext(connection) as captured:
        body = ask(token, {"source": "shop", "events": [listing(number) for number in range(count)]}, path).json()
    assert len(body["decisions"]) == count
    assert len(captured) <= MOST_STATEMENTS, [query["sql"][:100] for query in captured]


def test_the_use_of_a_key_is_noted(token: str):
    ask(token, one())
    assert ApiKey.objects.get().last_used_at is not None
