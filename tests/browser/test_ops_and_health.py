"""What ops and leads do: take an escalation to its end, and see on the health page what everybody did."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from governance.actions.escalating import open_escalation
from governance.domain.escalations import Severity
from governance.domain.roles import Role
from governance.domain.subjects import Subject
from governance.models import Escalation, User
from risk.models import EventDay
from tests.browser.conftest import Complaints
from tests.builders.cases import decide, load_shipped_pack, make_analyst, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import LATE_HIGH

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[User], None]


def enter(sign_in: SignIn, role: Role, name: str) -> None:
    sign_in(User.objects.get(pk=make_person(role, name=name).user_id))


@pytest.fixture
def marketplace(transactional_db: None) -> Escalation:
    """Decide one case, leave one open, escalate a third, with a week of events."""
    load_shipped_pack()
    analyst = make_analyst("BR")
    decide(analyst, open_case(), LATE_HIGH)
    open_case()
    third = open_case()
    subject = Subject("case", str(third.pk), f"Case #{third.pk}", f"/cases/{third.pk}")
    made = open_escalation(
        actor=analyst, subject=subject, market="BR", severity=Severity.SEV1, summary="A ring of forty sellers"
    )
    Escalation.objects.filter(pk=made.id).update(next_update_due_at=timezone.now() - timedelta(minutes=12))
    today = timezone.now().date()
    EventDay.objects.bulk_create(
        EventDay(market_id="BR", day=today - timedelta(days=back), type="order_placed", events=100 + back)
        for back in range(7)
    )
    return Escalation.objects.get(pk=made.id)


def test_ops_acknowledges_updates_and_resolves(
    page: Page, sign_in: SignIn, marketplace: Escalation, complaints: Complaints
):
    complaints.expect("422")
    enter(sign_in, Role.OPS, "Olga Ops")
    page.goto("/escalations?overdue=yes")
    page.get_by_role("link", name="A ring of forty sellers").click()
    expect(page.get_by_text("The next update is overdue.")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("a")
    expect(page.get_by_text("Acknowledged. The next update is due")).to_be_visible()
    page.get_by_role("button", name="Post update").click()
    expect(page.get_by_text("Write a sentence for those who wait.")).to_be_visible()
    page.get_by_label("What happened").fill("Thirty of forty are held.")
    page.get_by_role("button", name="Post update").click()
    expect(page.locator(".trail").get_by_text("Thirty of forty are held.")).to_be_visible()
    expect(page.get_by_text("The next update is overdue.")).to_have_count(0)
    page.get_by_label("What happened").fill("All forty are held.")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Resolved. The clock has stopped.")).to_be_visible()
    assert Escalation.objects.get().state == "resolved"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_lead_sees_it_all_and_every_figure_leads_to_its_rows(
    page: Page, sign_in: SignIn, marketplace: Escalation, check_accessibility: Callable[[Page], None], theme: str
):
    enter(sign_in, Role.LEAD, "Lena Lead")
    page.emulate_media(color_scheme=theme)
    page.goto("/health")
    assert page.locator("[data-chart]").count() >= 5
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "yes")
    figures = {stat.locator(".stat-label").inner_text(): stat for stat in page.locator(".stat").all()}
    assert figures["Cases opened"].locator(".stat-value").inner_text() == "3"
    assert figures["Decided"].locator(".stat-value").inner_text() == "1"
    assert figures["Violations found"].locator(".stat-value").inner_text() == "100\u00a0%"
    assert figures["Backlog"].locator(".stat-value").inner_text() == "2"
    expect(page.get_by_role("link", name="A ring of forty sellers")).to_be_visible()
    check_accessibility(page)
    for label in ("Cases opened", "Decided", "Violations found", "Backlog"):
        expect(figures[label].locator("a.stat-value")).to_have_attribute("href", re.compile(r"^/"))
    figures["Decided"].locator("a.stat-value").click()
    expect(page).to_have_url(re.compile(r"/cases\?state=all&decided_from="))
    expect(page.get_by_text(re.compile(r"^1 row"))).to_be_visible()


@pytest.mark.parametrize("path", ["/escalations", "/escalations/{key}", "/audit", "/people", "/keys", "/keys/new"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_ops_auditors_and_administrators_are_accessible(
    page: Page,
    sign_in: SignIn,
    marketplace: Escalation,
    check_accessibility: Callable[[Page], None],
    theme: str,
    path: str,
):
    actor = make_person(Role.OPS, Role.AUDITOR, Role.ADMIN, name="Alba All")
    sign_in(User.objects.get(pk=actor.user_id))
    page.emulate_media(color_scheme=theme)
    page.goto(path.format(key=marketplace.pk))
    expect(page.locator("h1").first).to_be_visible()
    check_accessibility(page)
