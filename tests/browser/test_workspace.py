import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.actions.claiming import claim_case, release_case
from cases.models import Case, Decision
from governance.domain.roles import Role
from governance.models import Escalation, User
from tests.builders.cases import (
    AS_OF,
    COUNTERFEIT,
    decide,
    load_shipped_pack,
    make_account,
    make_analyst,
    make_event,
    make_hit,
    make_snapshot,
    open_case,
    take_in,
)
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_HIGH, LATE_HIGH

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {"desk": (1440, 900), "small": (1024, 768), "phone": (390, 844)}
LONG = "Warung Elektronik Murah Meriah Bandung Resmi Terpercaya Sejahtera Abadi " * 3
POLL_MS = 12_000


@pytest.fixture
def analyst(transactional_db: None, sign_in):
    load_shipped_pack()
    actor = make_analyst("BR")
    sign_in(User.objects.get(pk=actor.user_id))
    return actor


def full_case(name: str = "Loja Azul", text: str = "A perfect replica of the watch.") -> Case:
    """Make a case with signals, a marked text, an image, a precedent and a colleague's note."""
    seller, listing = make_account(name=name), make_account(kind="listing", name=name)
    for days in range(5):
        make_snapshot(seller, AS_OF - timedelta(days=days), volume=200 + days, score=600 - days)
    payload = {"text": text, "price": 12.5, "currency": "BRL", "image_url": "https://img.example.org/a.jpg"}
    event = make_event({"seller": seller, "listing": listing}, "listing_created", payload)
    needle = text.split()[2]
    tree = {
        "kind": "comparison",
        "truth": "true",
        "text": f'text.contains("{needle}")',
        "children": [
            {"kind": "field", "text": "text", "value": text},
            {"kind": "constant", "text": f'"{needle}"', "value": needle},
        ],
    }
    trace = {"because": [f"the text contains “{needle}”"], "tree": tree}
    take_in([make_hit(seller, COUNTERFEIT, event_id=event, trace=trace)])
    return Case.objects.get(entity=seller)


def press(page: Page, *keys: str) -> None:
    page.wait_for_load_state()  # keys work once the scripts have run, which is after the text is there
    for key in keys:
        page.keyboard.press(key)


def test_an_analyst_works_the_queue_by_keyboard_and_escalates_one(page: Page, analyst):
    first, second, third = full_case("Loja Azul"), open_case(), open_case()
    page.goto("/cases")
    press(page, "a")
    expect(page.get_by_role("heading", name=first.title).first).to_be_visible()
    expect(page.get_by_text("Yours until")).to_be_visible()
    press(page, *("1" if answer == "yes" else "2" for answer in FAKE_HIGH))
    expect(page.get_by_text("+24")).to_be_visible()
    expect(page.get_by_text("No part in campaigns").last).to_be_visible()
    press(page, "Enter")
    expect(page).to_have_url(re.compile(rf"/cases/{second.pk}$"))
    expect(page.get_by_text(f"Case #{first.pk}: Violation. 24 points, standing now 24.")).to_be_visible()
    assert Decision.objects.get().decided_by_id == analyst.user_id
    expect(page.get_by_text("Yours until")).to_be_visible()
    press(page, "e")
    expect(page.get_by_role("dialog", name="Escalate this case")).to_be_visible()
    page.get_by_label("What is wrong, in one line").fill("A ring of sellers")
    page.get_by_role("button", name="Escalate", exact=True).last.click()
    expect(page.get_by_text("Waits for its escalation.")).to_be_visible()
    assert Escalation.objects.get().summary == "A ring of sellers"
    press(page, "a")
    expect(page).to_have_url(re.compile(rf"/cases/{third.pk}$"))


def test_a_clear_case_takes_three_keys_typed_at_once(page: Page, analyst):
    case, following = open_case(), open_case()
    claim_case(actor=analyst, case_id=case.pk)
    page.goto(f"/cases/{case.pk}")
    press(page, "1", "2", "Enter")  # Enter comes before the preview and waits for it
    expect(page).to_have_url(re.compile(rf"/cases/{following.pk}$"))
    assert Decision.objects.get().severity == "medium"


def test_an_enter_typed_ahead_does_not_cross_a_milestone_unseen(page: Page, analyst):
    case = open_case(rule=COUNTERFEIT)
    claim_case(actor=analyst, case_id=case.pk)
    page.goto(f"/cases/{case.pk}")
    held = []
    page.route("**/preview", lambda route: held.append(route))
    press(page, *("1" if answer == "yes" else "2" for answer in FAKE_HIGH), "Enter")
    page.unroute("**/preview")
    for route in held:
        route.continue_()
    expect(page.get_by_text("This crosses a milestone.")).to_be_visible()
    assert not Decision.objects.exists()
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"/cases$"))
    assert Decision.objects.count() == 1


def test_answers_can_be_taken_back_and_survive_a_reload(page: Page, analyst):
    case = open_case()
    claim_case(actor=analyst, case_id=case.pk)
    page.goto(f"/cases/{case.pk}")
    start = page.locator(".guide-step:not([hidden]) h3").inner_text()
    press(page, "1")
    expect(page.locator(".guide-step:not([hidden]) h3")).not_to_have_text(start)
    page.reload()
    expect(page.locator(".guide-path .guide-said")).to_have_text(start)
    press(page, "Backspace")
    expect(page.locator(".guide-step:not([hidden]) h3")).to_have_text(start)


def test_another_severity_needs_a_reason_and_keeps_what_was_entered(page: Page, analyst, complaints):
    complaints.expect("422")
    case = open_case()
    claim_case(actor=analyst, case_id=case.pk)
    page.goto(f"/cases/{case.pk}")
    press(page, *("1" if answer == "yes" else "2" for answer in LATE_HIGH))
    page.get_by_role("radio", name="Low").check(force=True)
    expect(page.locator("[data-submit]")).to_be_enabled()
    page.locator("[data-submit]").click()
    expect(page.get_by_text("Another severity than the guide's needs a reason.")).to_be_visible()
    expect(page.get_by_role("radio", name="Low")).to_be_checked()
    press(page, "m")
    expect(page.get_by_label("Rationale")).not_to_have_value("")
    page.locator("[data-submit]").click()
    expect(page).to_have_url(re.compile(r"/cases$"))
    assert Decision.objects.get().severity == "low"


def test_a_case_that_somebody_else_took_says_so_and_stops_the_form(page: Page, analyst):
    case = open_case()
    claim_case(actor=analyst, case_id=case.pk)
    page.goto(f"/cases/{case.pk}")
    expect(page.locator("[data-answer=yes]").first).to_be_enabled()
    release_case(actor=analyst, case_id=case.pk)
    claim_case(actor=make_person(Role.ANALYST, markets=("BR",), name="Ines Duarte"), case_id=case.pk)
    expect(page.get_by_text("Ines Duarte works on this case now.")).to_be_visible(timeout=POLL_MS * 2)
    expect(page.get_by_text("Ines Duarte has this case now.")).to_be_visible()
    expect(page.locator("[data-answer=yes]").first).to_be_disabled()
    press(page, "1")
    expect(page.locator("[data-path]")).to_be_hidden()


def test_evidence_is_walked_and_a_note_written_by_keyboard(page: Page, analyst):
    case = full_case()
    page.goto(f"/cases/{case.pk}")
    press(page, "j")
    expect(page.locator("[data-piece]").first).to_be_focused()
    press(page, "n")
    page.keyboard.type("Called the brand: not theirs.")
    press(page, "Control+Enter")
    expect(page.locator(".trail").get_by_text("Called the brand: not theirs.")).to_be_visible()


LOOKS = [("much", size, theme) for size in SIZES for theme in ("light", "dark")]
LOOKS += [
    ("little", "desk", "light"),
    ("little", "phone", "dark"),
    ("long", "small", "light"),
    ("long", "phone", "dark"),
]


@pytest.mark.parametrize(("amount", "size", "theme"), LOOKS)
def test_pages_are_accessible_and_fit(page: Page, analyst, check_accessibility, theme, size, amount):
    case = prepare(analyst, amount)
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)
    addresses = ["/cases", f"/cases/{case.pk}", "/entities", f"/entities/{case.entity_id}"]
    for address in addresses:
        page.goto(address)
        if address == addresses[1] and amount == "much":
            press(page, *("1" if answer == "yes" else "2" for answer in FAKE_HIGH))
            expect(page.get_by_text("+24")).to_be_visible()
        check_accessibility(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{address} is {overflow} px wider than a {size} screen"


def prepare(analyst, amount: str) -> Case:
    if amount == "little":
        return open_case()
    if amount == "long":
        return full_case(LONG[:200], f"A very {'Donaudampfschifffahrtsgesellschaftskapitän' * 8} replica " * 4)
    earlier = make_account()
    decide(analyst, open_case(earlier, COUNTERFEIT), FAKE_HIGH)
    case = full_case()
    take_in([make_hit(case.entity, COUNTERFEIT, AS_OF + timedelta(hours=hour)) for hour in range(1, 12)])
    for _ in range(8):
        open_case()
    Case.objects.filter(pk__gt=case.pk).update(sla_due_at=timezone.now() - timedelta(hours=3))
    claim_case(actor=analyst, case_id=case.pk)
    return case
