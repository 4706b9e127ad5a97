"""The policy manager's way: write a rule, mend it, see what it hits, ask; another approves; the next event fires it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from governance.actions import outbox
from governance.domain.actors import system_actor
from governance.domain.roles import Role
from governance.models import User
from policies.models import Rule, RuleVersion
from risk.actions.compiled import forget_ruleset
from risk.actions.ingest import ingest_events
from tests.builders.governance import make_markets, make_person
from tests.builders.policies import TEXT, load_small_pack, make_rule

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SignIn = Callable[[User], None]


@pytest.fixture(autouse=True)
def pack(transactional_db: None) -> None:
    make_markets("BR", "DE")
    load_small_pack()
    forget_ruleset()


def enter(sign_in: SignIn, *roles: Role, name: str) -> None:
    sign_in(User.objects.get(pk=make_person(*roles, name=name).user_id))


def send_listing(number: int, price: float) -> None:
    event: dict[str, Any] = {
        "id": f"listing-{number}",
        "type": "listing_created",
        "occurred_at": (START + timedelta(days=number)).isoformat(),
        "market": "BR",
        "entities": {"seller": {"id": "S1", "name": "Loja Azul"}, "listing": f"L{number}"},
        "payload": {"price": price},
    }
    ingest_events(actor=system_actor("tests"), source="shop", items=[event])


def editor_of(page: Page) -> Any:
    expect(page.locator("[data-rule-editor][data-ready]")).to_be_attached()
    return page.locator(".ace_text-input")


def test_from_a_wrong_condition_to_a_rule_that_fires(page: Page, sign_in: SignIn) -> None:
    for number, price in enumerate((900.0, 1000.0, 2500.0)):
        send_listing(number, price)
    enter(sign_in, Role.POLICY_MANAGER, name="Paula Manager")

    page.goto("/rules")
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Code").fill("DEAR-THINGS")
    page.get_by_label("Policy").select_option(label="PERF-LATE · Late dispatch")
    page.get_by_label("Title").fill("Things that cost a lot")
    page.get_by_label("Listing created").check()
    page.get_by_label("Reason").fill("Asked for 1,000 or more.")
    editor_of(page).focus()
    page.keyboard.insert_text("prize >= 1000")

    problem = page.locator("[data-problems] li")
    expect(problem).to_contain_text("Line 1, column 1")
    expect(problem).to_contain_text("Did you mean `price`?")
    expect(page.locator(".rule-problem")).to_have_count(1)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("1 place in the condition is wrong")).to_be_visible()

    editor_of(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("price >= 1000")
    expect(page.locator("[data-problems] li")).to_have_count(0)
    expect(page.locator("[data-plain-text]")).to_contain_text("price is at least 1000")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved.", exact=True)).to_be_visible()

    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    outbox.work_off_waiting()
    expect(page.locator("[data-chart=chart-run-hits]")).to_have_attribute("data-drawn", "yes")
    figures = page.locator("#run .stat-value")
    expect(figures).to_have_text(["2", "1", "3"])
    expect(page.locator("#run")).to_contain_text("Loja Azul")

    ask_for_approval(page)
    approve_and_see_it_fire(page, sign_in)


def ask_for_approval(page: Page) -> None:
    page.get_by_role("button", name="Ask for approval").click()
    page.get_by_label("Note").fill("Dear things need a look.")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Another person has to look at it.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve and go live")).to_have_count(0)


def approve_and_see_it_fire(page: Page, sign_in: SignIn) -> None:
    enter(sign_in, Role.APPROVER, name="Anton Approver")
    page.goto("/approvals")
    page.get_by_role("link", name=re.compile("DEAR-THINGS")).click()
    expect(page.get_by_text("a run over 3 records had found 2 hits on 1 accounts")).to_be_visible()
    page.get_by_label("Your note").fill("Looks right.")
    page.get_by_role("button", name="Approve and go live").click()
    expect(page.get_by_text("Approved. The rule is live.")).to_be_visible()
    assert Rule.objects.get(code="DEAR-THINGS").live is not None

    forget_ruleset()
    send_listing(10, 5000.0)
    outbox.work_off_waiting()
    page.goto("/rules/DEAR-THINGS")
    newest = page.locator("section", has=page.get_by_role("heading", name="Newest hits"))
    expect(newest).to_contain_text("Loja Azul")
    expect(newest).to_contain_text("2026-03-11")


def test_the_editor_offers_names_and_says_when_the_server_does_not_answer(
    page: Page, sign_in: SignIn, complaints: Any
) -> None:
    enter(sign_in, Role.POLICY_MANAGER, name="Paula Manager")
    page.goto("/rules/new")
    page.get_by_label("Looks at").select_option("seller")
    editor_of(page).focus()
    page.keyboard.type("seller.late", delay=40)
    expect(page.locator(".ace_autocomplete")).to_contain_text("late_dispatch_rate_30d")
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=condition]")).to_have_value("seller.late_dispatch_rate_30d")
    complaints.expect("503")
    page.route("**/rules/check", lambda route: route.fulfill(status=503))
    page.keyboard.type(" > 0.1")
    expect(page.locator("[data-check-state]")).to_have_text("Not checked: no answer from the server")


def test_a_pause_without_a_reason_keeps_the_dialog_open(page: Page, sign_in: SignIn, complaints: Any) -> None:
    enter(sign_in, Role.POLICY_MANAGER, name="Paula Manager")
    complaints.expect("422")
    page.goto("/rules/LATE-30D")
    page.get_by_role("button", name="Pause").click()
    page.locator("#ask-pause").get_by_role("button", name="Pause").click()
    expect(page.locator("#ask-pause")).to_be_visible()
    expect(page.locator("#ask-pause")).to_contain_text("Say why.")
    page.locator("#ask-pause").get_by_label("Why").fill("Too loud.")
    page.locator("#ask-pause").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. The rule does not fire any more.")).to_be_visible()
    assert RuleVersion.objects.get(rule__code="LATE-30D").state == "paused"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible(page: Page, sign_in: SignIn, check_accessibility: Any, theme: str) -> None:
    send_listing(1, 10.0)
    manager = make_person(Role.POLICY_MANAGER, name="Paula Manager")
    make_rule(manager, "A-RULE-WITH-A-VERY-LONG-CODE-THAT-GOES-ON-AND-ON", TEXT)
    sign_in(User.objects.get(pk=manager.user_id))
    page.emulate_media(color_scheme=theme)
    for address in (
        "/rules",
        "/rules/LATE-30D",
        "/policies",
        "/policies/PERF-LATE",
        "/lists",
        "/lists/trusted_sellers",
    ):
        page.goto(address)
        check_accessibility(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{address} is {wider} px wider than the screen"
    page.goto("/rules/A-RULE-WITH-A-VERY-LONG-CODE-THAT-GOES-ON-AND-ON/edit")
    editor_of(page)
    check_accessibility(page)
