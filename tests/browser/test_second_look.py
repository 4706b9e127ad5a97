"""What takes another person's eyes: held sanctions and corrected decisions, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from cases.models import Decision, DecisionNotice, Sanction
from governance.domain.roles import Role
from governance.models import User
from tests.builders.cases import COUNTERFEIT, decide, load_shipped_pack, make_account, make_analyst, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_CRITICAL, FAKE_HIGH
from tests.cases.test_reversing import FAKE_NOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def analyst(transactional_db: None):
    load_shipped_pack()
    return make_analyst("BR")


def test_an_approver_finds_a_held_sanction_and_agrees(page: Page, analyst, sign_in, check_accessibility, complaints):
    decide(analyst, open_case(make_account(name="Loja Azul"), COUNTERFEIT), FAKE_CRITICAL, rationale="Fake watches")
    sign_in(User.objects.get(pk=make_person(Role.APPROVER, markets=("BR",)).user_id))
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Approvals")).first.click()
    row = page.get_by_role("row", name=re.compile("The shop is suspended"))
    expect(row).to_contain_text("standing 0 → 48")
    check_accessibility(page)
    row.get_by_role("link").first.click()
    place = page.get_by_role("region", name="Waits for a second person")
    expect(place).to_contain_text("Fake watches")
    check_accessibility(page)
    for box in place.get_by_role("checkbox").all():
        box.uncheck()
    place.get_by_role("checkbox", name=re.compile("^The shop is suspended")).check()
    complaints.expect("422")
    place.get_by_role("button", name="Refuse").click()
    expect(place.get_by_text("Say why, so that it can be mended.")).to_be_visible()
    page.wait_for_load_state()  # the question comes from a script
    place.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("1 sanction is in force. The account is told.")).to_be_visible()
    assert Sanction.objects.filter(state="active", kind="shop_suspension").count() == 1
    assert Sanction.objects.filter(state="held").exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_senior_analyst_corrects_a_decision_by_keyboard(
    page: Page, analyst, sign_in, check_accessibility, complaints, theme
):
    case = open_case(make_account(name="Loja Azul"), COUNTERFEIT)
    old = decide(analyst, case, FAKE_HIGH)
    sign_in(User.objects.get(pk=make_person(Role.SENIOR_ANALYST, markets=("BR",)).user_id))
    page.emulate_media(color_scheme=theme)
    page.goto(f"/cases/{case.pk}")
    page.wait_for_load_state()
    page.keyboard.press("x")
    expect(page.get_by_text("You correct a decision.")).to_be_visible()
    page.wait_for_load_state()
    for answer in FAKE_NOT:
        page.keyboard.press("1" if answer == "yes" else "2")
    preview = page.locator("[data-preview]")
    expect(preview.get_by_text("24 → 0")).to_be_visible()
    expect(preview.get_by_text("6 sanctions end")).to_be_visible()
    expect(preview.locator(".notice .strong")).to_contain_text("Retiramos nossa decisão")
    check_accessibility(page)
    complaints.expect("422")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A correction needs a reason.")).to_be_visible()
    page.get_by_label("Rationale").fill("The invoices are in order.")
    expect(page.locator("[data-submit]")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The decision is corrected: No violation. The account stands at 0 now.")).to_be_visible()
    assert Decision.objects.get(supersedes_id=old.decision_id).rationale == "The invoices are in order."
    assert not Sanction.objects.exclude(state="reversed").exists()
    assert DecisionNotice.objects.count() == 2
    check_accessibility(page)
