"""The policy manager's and the approver's pages."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.models import Approval, User
from policies.actions.drafting_rules import DraftSaved, save_test_event
from policies.actions.reviewing_rules import submit_rule
from policies.domain.rules import Expectation
from policies.models import Rule, RuleVersion
from risk.actions.backtesting import carry_out_run
from risk.models import RuleHit, RuleRun
from risk.queries.rule_schemas import rule_schemas
from tests.builders.governance import make_markets, make_person
from tests.builders.history import make_entity, make_event, make_snapshots
from tests.builders.policies import TEXT, load_small_pack, make_rule

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORM = {
    "title": "Late senders",
    "target": "seller",
    "condition": "seller.late_dispatch_rate_30d > 0.2",
    "outcome": "review",
    "priority": "100",
    "reason": "Far too late.",
}


@pytest.fixture(autouse=True)
def pack() -> None:
    make_markets()
    load_small_pack()


@pytest.fixture
def manager() -> Actor:
    return make_person(Role.POLICY_MANAGER)


def enter(client: Client, actor: Actor) -> Client:
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def body(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def send(client: Client, path: str, form: dict[str, Any] | None = None, status: int = 302) -> str:
    answer = client.post(path, form or {})
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer.content.decode()


def hit(rule_code: str, market: str, days_ago: int) -> None:
    version = Rule.objects.get(code=rule_code).live
    RuleHit.objects.create(
        rule_version=version,
        ruleset_number=1,
        entity=make_entity(market=market),
        market_id=market,
        as_of=START - timedelta(days=days_ago),
        outcome="review",
        trace={"because": [f"it was late, {days_ago} d ago"]},
    )


def test_the_list_counts_hits_by_the_clock_of_the_data_and_the_viewers_markets(client: Client, manager: Actor) -> None:
    make_event("order_placed", START, {"seller": make_entity()})
    for market, days_ago in (("BR", 1), ("BR", 6), ("BR", 20), ("BR", 40), ("DE", 1)):
        hit("LATE-30D", market, days_ago)
    rows = _rows(enter(client, manager))
    assert rows["LATE-30D"] == (3, 4)
    assert rows["PRICE-X3"] == (0, 0)
    assert _rows(enter(client, make_person(Role.LEAD, markets=("BR",))))["LATE-30D"] == (2, 3)


def _rows(client: Client) -> dict[str, tuple[int, int]]:
    rows = client.get("/rules").context["rows"]
    return {row.item.code: (row.item.hits_week, row.item.hits_month) for row in rows}


def test_the_list_is_filtered_by_state_policy_outcome_target_and_words(client: Client, manager: Actor) -> None:
    make_rule(manager, "DRAFTED", replace(TEXT, condition='seller.id == "S-77"'))
    enter(client, manager)
    for query, codes in (
        ("", {"LATE-30D", "PRICE-X3", "DRAFTED"}),
        ("state=live", {"LATE-30D", "PRICE-X3"}),
        ("state=draft", {"DRAFTED"}),
        ("target=events", {"PRICE-X3"}),
        ("target=seller", {"LATE-30D", "DRAFTED"}),
        ("outcome=block", set()),
        ("policy=PERF-LATE&q=s-77", {"DRAFTED"}),
        ("q=many+late", {"LATE-30D"}),
    ):
        assert set(_rows_of(client, query)) == codes, query


def _rows_of(client: Client, query: str) -> list[str]:
    return [row.item.code for row in client.get(f"/rules?{query}").context["rows"]]


def test_the_market_switch_keeps_rules_that_hold_there(client: Client, manager: Actor) -> None:
    enter(client, manager)
    client.post("/market", {"market": "ID", "next": "/rules"})
    assert _rows_of(client, "") == ["LATE-30D"]


def test_the_pages_cost_few_queries(client: Client, manager: Actor, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        make_rule(manager, f"RULE-{number}")
    hit("LATE-30D", "BR", 1)
    enter(client, manager)
    with django_assert_max_num_queries(20):
        body(client, "/rules")
    with django_assert_max_num_queries(25):
        body(client, "/rules/RULE-1")


def test_who_may_not_see_rules_finds_no_page(client: Client) -> None:
    enter(client, make_person(Role.ANALYST))
    for path in ("/rules", "/rules/LATE-30D", "/rules/new", "/rules/LATE-30D/edit"):
        body(client, path, 404)
    enter(client, make_person(Role.LEAD))
    body(client, "/rules/new", 403)
    assert "New rule" not in body(client, "/rules")


def test_a_rule_is_written_with_an_error_that_is_shown_at_its_place_and_mended(client: Client, manager: Actor) -> None:
    enter(client, manager)
    policy = Rule.objects.get(code="LATE-30D").policy_id
    wrong = FORM | {"code": "NEW-RULE", "policy": policy, "condition": "seller.late_rate > 0.2"}
    send(client, "/rules/new", wrong)
    page = body(client, "/rules/NEW-RULE")
    assert "Line 1, column 1" in page
    assert '<mark class="problem"' in page
    draft = RuleVersion.objects.get(rule__code="NEW-RULE")
    send(client, "/rules/NEW-RULE/edit", FORM | {"revision": draft.revision})
    page = body(client, "/rules/NEW-RULE")
    assert "Line 1, column 1" not in page
    assert "is above 20" in page


def test_wrong_input_is_answered_at_its_field_and_kept(client: Client, manager: Actor) -> None:
    enter(client, manager)
    policy = Rule.objects.get(code="LATE-30D").policy_id
    page = send(client, "/rules/new", FORM | {"code": "late", "policy": policy, "reason": "Kept words"}, 422)
    assert "A code is 3 to 48 capital letters" in page
    assert "Kept words" in page
    page = send(client, "/rules/new", FORM | {"code": "LATE-30D", "policy": policy}, 422)
    assert "LATE-30D is taken." in page
    local = make_person(Role.POLICY_MANAGER, markets=("BR",))
    page = send(enter(client, local), "/rules/new", FORM | {"code": "BR-RULE", "policy": policy}, 422)
    assert "Name the markets of the rule." in page


def test_a_draft_that_somebody_else_saved_is_not_overwritten(client: Client, manager: Actor) -> None:
    draft = make_rule(manager)
    enter(client, manager)
    send(client, "/rules/TEST-RULE/edit", FORM | {"revision": draft.revision, "priority": "5"})
    page = send(client, "/rules/TEST-RULE/edit", FORM | {"revision": draft.revision, "reason": "My words"}, 422)
    assert "Somebody saved this draft" in page
    assert "My words" in page


def ask(client: Client, path: str, **given: Any) -> Any:
    answer = client.post(path, json.dumps(given), content_type="application/json")
    return answer.json() if answer.status_code == 200 else answer.status_code


def test_the_editor_is_told_problems_and_plain_words(client: Client, manager: Actor) -> None:
    enter(client, manager)
    answer = ask(client, "/rules/check", text="seller.late_dispatch_rate_30d>0.1&&\n seller.id == 3", target="seller")
    assert [(one["line"], one["column"], one["severity"]) for one in answer["problems"]] == [(2, 2, "error")]
    assert (answer["plain"], answer["formatted"]) == ("", "")
    answer = ask(client, "/rules/check", text="price>3", target="events")
    assert answer["problems"] == []
    assert answer["formatted"] == "price > 3"
    assert "price" in answer["plain"]
    assert ask(client, "/rules/check", text=3, target="events") == 422
    assert client.post("/rules/check", "{", content_type="application/json").status_code == 422
    assert ask(client, "/rules/check", text="x" * 300_000, target="events") == 422
    assert ask(enter(client, make_person(Role.ANALYST)), "/rules/check", text="true", target="events") == 404


def test_the_editor_is_offered_fields_signals_and_lists(client: Client, manager: Actor) -> None:
    enter(client, manager)
    answer = ask(client, "/rules/complete", text="seller.late", target="seller", offset=11)
    assert "late_dispatch_rate_30d" in [offer["insert"].split(".")[-1] for offer in answer["offers"]]
    answer = ask(client, "/rules/complete", text="seller.id in lists.", target="seller", offset=19)
    assert [offer["insert"].split(".")[-1] for offer in answer["offers"]] == ["trusted_sellers"]


def submit(actor: Actor, draft: DraftSaved) -> None:
    submit_rule(
        actor=actor,
        version_id=draft.version_id,
        revision=draft.revision,
        note="Please.",
        schemas=rule_schemas(),
        figures={},
    )


def test_asking_takes_the_figures_of_the_run_along(client: Client, manager: Actor) -> None:
    seller = make_entity()
    make_snapshots(seller, "late_dispatch_rate_30d", START, [0.1, 0.3])
    make_event("order_placed", START, {"seller": seller})
    make_event("order_placed", START + timedelta(days=3), {"seller": seller})
    make_rule(manager)
    enter(client, manager)
    send(client, "/rules/TEST-RULE/1/run", {"days": "90"})
    assert 'hx-trigger="every 1s"' in body(client, "/rules/TEST-RULE")
    carry_out_run(run_id=RuleRun.objects.get().pk)
    part = body(client, "/rules/TEST-RULE/1/run/progress")
    assert 'hx-trigger="every 1s"' not in part
    assert "chart-run-hits" in part
    send(client, "/rules/TEST-RULE/1/submit", {"reason": "Please."})
    approval = Approval.objects.get()
    assert approval.summary["figures"]["hits"] == 1
    assert approval.subject_url == "/rules/TEST-RULE?v=1"
    page = body(enter(client, make_person(Role.APPROVER)), approval.subject_url)
    assert "a run over 2 records had found 1 hits on 1 accounts" in page


def test_a_run_can_be_cancelled(client: Client, manager: Actor) -> None:
    make_event("order_placed", START, {"seller": make_entity()})
    make_rule(manager)
    enter(client, manager)
    send(client, "/rules/TEST-RULE/1/run", {"days": "90"})
    send(client, f"/rules/TEST-RULE/1/run/{RuleRun.objects.get().pk}/cancel")
    assert RuleRun.objects.get().state == "cancelled"
    send(client, "/rules/TEST-RULE/1/run", {"days": "soon"})
    assert RuleRun.objects.count() == 1


def test_an_approver_decides_on_the_page_and_a_rejection_needs_words(client: Client, manager: Actor) -> None:
    submit(manager, make_rule(manager))
    page = body(enter(client, manager), "/rules/TEST-RULE")
    assert "somebody else has to decide" in page
    assert "Approve and go live" not in page
    send(client, "/rules/TEST-RULE/1/approve", {}, 403)
    enter(client, make_person(Role.APPROVER))
    assert "Approve and go live" in body(client, "/rules/TEST-RULE")
    page = send(client, "/rules/TEST-RULE/1/reject", {"reason": ""}, 422)
    assert "Say why" in page
    send(client, "/rules/TEST-RULE/1/approve", {"reason": "Good."})
    assert RuleVersion.objects.get(rule__code="TEST-RULE").state == "live"
    page = send(client, "/rules/TEST-RULE/1/approve", {"reason": "Twice."}, 409)
    assert "Nobody waits for this" in page


def test_pause_asks_for_a_reason_and_keeps_what_was_written(client: Client, manager: Actor) -> None:
    enter(client, manager)
    page = send(client, "/rules/LATE-30D/1/pause", {"reason": "  "}, 422)
    assert "Say why." in page
    assert "is-asked" in page
    send(client, "/rules/LATE-30D/1/pause", {"reason": "Too loud."})
    assert Rule.objects.get(code="LATE-30D").live is None
    page = body(client, "/rules/LATE-30D")
    assert "Too loud." in page
    assert "Resume" in page
    send(client, "/rules/LATE-30D/1/resume", {"reason": "Mended."})
    send(client, "/rules/LATE-30D/1/next")
    assert "version 2" in body(client, "/rules/LATE-30D")
    send(client, "/rules/LATE-30D/2/retire", {"reason": "Not needed."})
    send(client, "/rules/LATE-30D/1/dance", {}, 404)
    body(client, "/rules/LATE-30D?v=9", 404)


def test_a_difference_to_the_live_version_is_shown(client: Client, manager: Actor) -> None:
    enter(client, manager)
    send(client, "/rules/LATE-30D/1/next")
    draft = RuleVersion.objects.get(rule__code="LATE-30D", number=2)
    condition = "seller.late_dispatch_rate_30d > 0.25 && !(seller.id in lists.trusted_sellers)"
    send(
        client,
        "/rules/LATE-30D/edit",
        FORM | {"revision": draft.revision, "condition": condition, "markets": ["BR"], "priority": "7"},
    )
    page = body(client, "/rules/LATE-30D")
    assert "<del>0.10</del>" in page
    assert "<ins>0.25</ins>" in page
    assert '<ins class="plain-ins">BR</ins>' in page


def test_test_events_are_kept_shown_and_removed(client: Client, manager: Actor) -> None:
    make_rule(manager)
    enter(client, manager)
    record = json.dumps({"seller": {"late_dispatch_rate_30d": 0.5}})
    page = send(client, "/rules/TEST-RULE/1/tests", {"title": "x", "expectation": "hit", "record": "{broken"}, 422)
    assert "{broken" in page
    send(client, "/rules/TEST-RULE/1/tests", {"title": "x", "expectation": "hit", "record": "[1]"}, 422)
    send(client, "/rules/TEST-RULE/1/tests", {"title": "very late", "expectation": "hit", "record": record})
    page = body(client, "/rules/TEST-RULE")
    assert "very late" in page
    assert "Passes" in page
    kept = Rule.objects.get(code="TEST-RULE").test_events.get()
    send(client, f"/rules/TEST-RULE/1/tests/{kept.pk}/remove")
    assert not Rule.objects.get(code="TEST-RULE").test_events.exists()
    send(client, "/rules/TEST-RULE/1/tests/999/remove", {}, 404)


def test_a_test_event_that_fails_stops_the_request_on_the_page(client: Client, manager: Actor) -> None:
    draft = make_rule(manager)
    save_test_event(actor=manager, version_id=draft.version_id, title="wrong", values={}, expectation=Expectation.HIT)
    enter(client, manager)
    page = send(client, "/rules/TEST-RULE/1/submit", {"reason": "Please."}, 422)
    assert "The test event “wrong” should be hit and is not." in page
    assert "Please." in page


def test_the_newest_hits_say_why(client: Client, manager: Actor) -> None:
    hit("LATE-30D", "BR", 3)
    assert "it was late, 3 d ago" in body(enter(client, manager), "/rules/LATE-30D")
    assert "it was late" not in body(enter(client, make_person(Role.LEAD, markets=("DE",))), "/rules/LATE-30D")
