import re

import pytest
from playwright.sync_api import Page, expect

from dashboards.queries import finding
from dashboards.queries.finding import Finder
from governance.domain.finding import Found
from governance.domain.roles import Permission, Role
from governance.models import User
from tests.builders.escalations import make_escalations
from tests.builders.governance import PASSWORD, make_markets, make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.browser.frame_pages")]

SIZES = {"desk": (1440, 900), "small": (1024, 768), "phone": (390, 844)}


@pytest.fixture
def lead(sign_in):
    actor = make_person(Role.LEAD, name="Dewi Lestari")
    sign_in(User.objects.get(pk=actor.user_id))
    return actor


def wait_for_charts(page: Page):
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "yes")


@pytest.mark.parametrize(
    ("size", "theme"), [("desk", "light"), ("desk", "dark"), ("small", "light"), ("phone", "dark")]
)
def test_every_component_is_accessible_and_breaks_no_rule(page, lead, check_accessibility, theme, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)
    page.goto("/styleguide")
    wait_for_charts(page)
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    check_accessibility(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"the page is {overflow} px wider than a {size} screen"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/", "/list", "/nowhere"])
def test_pages_of_the_frame_are_accessible(page, lead, check_accessibility, complaints, theme, address):
    make_escalations(60, opener=lead)
    if address == "/nowhere":
        complaints.expect("404")
    page.emulate_media(color_scheme=theme)
    page.goto(address)
    check_accessibility(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_account_pages_are_accessible(page, check_accessibility, theme, address, transactional_db):
    page.emulate_media(color_scheme=theme)
    page.goto(address)
    check_accessibility(page)


def test_signing_in_by_keyboard(page):
    actor = make_person(Role.LEAD)
    page.goto("/")
    page.get_by_label("E-mail").fill(User.objects.get(pk=actor.user_id).email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello")).to_be_visible()


@pytest.mark.parametrize("opened", ["Control+k", "/", "click"])
def test_the_palette_finds_pages_actions_and_things(page, lead, check_accessibility, monkeypatch, opened):
    number = make_escalations(1, opener=lead)[0]
    finder = Finder(
        "Entities", "governance:escalation", Permission.VIEW_ESCALATIONS, lambda *_: [Found(number, "Toko")]
    )
    monkeypatch.setattr(finding, "FINDERS", (finder,))
    page.goto("/styleguide")
    if opened == "click":
        page.get_by_role("button", name="Search or run a command").click()
    else:
        page.keyboard.press(opened)
    palette = page.get_by_role("dialog", name="Search or run a command")
    expect(palette.get_by_role("option", name="Home")).to_be_visible()
    expect(palette.get_by_role("option", name="Escalate")).to_be_visible()
    page.keyboard.type("toko")
    expect(palette.get_by_role("option", name="Toko")).to_have_attribute("aria-selected", "true")
    check_accessibility(page)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/escalations/{number}"))


def test_the_palette_says_when_nothing_is_found(page, lead):
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()


def test_the_theme_is_chosen_kept_and_there_before_the_first_paint(page, lead):
    page.emulate_media(color_scheme="light")
    page.goto("/styleguide")
    wait_for_charts(page)
    title = page.locator("[data-chart] .legendtext").first
    before = title.evaluate("element => getComputedStyle(element).fill")
    page.get_by_role("button", name=re.compile("Dewi Lestari")).click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        "before => getComputedStyle(document.querySelector('[data-chart] .legendtext')).fill !== before", arg=before
    )
    page.goto("/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_keys_are_listed_act_and_can_be_switched_off(page, lead, check_accessibility):
    page.goto("/styleguide")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard")
    expect(help_.get_by_text("Escalate")).to_be_visible()
    expect(help_.get_by_text("Next row")).to_be_visible()
    check_accessibility(page)
    help_.get_by_label("Keys without Ctrl act").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(help_).not_to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_keys_rest_while_somebody_types(page, lead):
    make_escalations(3, opener=lead)
    page.goto("/list")
    page.get_by_label("Search", exact=True).click()
    page.keyboard.type("g h ? x")
    expect(page.get_by_label("Search", exact=True)).to_have_value("g h ? x")
    assert "/list" in page.url


def test_a_sequence_of_keys_goes_to_a_room(page, lead):
    page.goto("/styleguide")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(re.compile(r"/$"))


def test_lists_are_walked_and_selected_by_keyboard(page, lead, check_accessibility):
    make_escalations(60, opener=lead)
    page.goto("/bulk")
    for key in "jjjk":
        page.keyboard.press(key)
    expect(page.locator("tr.is-current")).to_have_count(1)
    assert page.locator("tbody tr").nth(1).evaluate("row => row.classList.contains('is-current')")
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.locator(".row-check").nth(5).click(modifiers=["Shift"])
    expect(page.get_by_text("5 selected")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.get_by_text("selected")).not_to_be_visible()
    page.keyboard.press("n")
    page.wait_for_url(re.compile("cursor="))


def test_filters_change_the_list_in_place_and_the_address(page, lead):
    make_escalations(60, opener=lead)
    page.goto("/list")
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Search", exact=True).fill("Spike 5")
    expect(page.locator("tbody tr")).to_have_count(11)
    page.wait_for_url(re.compile(r"q=Spike(\+|%20)5"))
    expect(page.get_by_label("Search", exact=True)).to_be_focused()
    expect(page.get_by_text("Search: Spike 5")).to_be_visible()
    page.get_by_role("link", name="Severity").click()
    expect(page.locator("th", has_text="Severity")).to_have_attribute("aria-sort", "descending")
    assert page.evaluate("window.sameDocument") is True
    page.go_back()
    expect(page.locator("th", has_text="Opened").last).to_have_attribute("aria-sort", "descending")
    expect(page.locator("tbody tr")).to_have_count(11)


def test_the_last_wish_wins_when_a_slow_answer_comes_late(page, lead):
    make_escalations(60, opener=lead)
    page.goto("/list")

    def slow_search(route):
        if "sort=" not in route.request.url:
            page.wait_for_timeout(1500)
        route.continue_()

    page.route("**/list?*q=Spike*", slow_search)
    page.get_by_label("Search", exact=True).fill("Spike 5")
    page.wait_for_timeout(400)  # the search is on its way
    page.get_by_role("link", name="Severity").click()
    expect(page.locator("th", has_text="Severity")).to_have_attribute("aria-sort", "descending")
    page.wait_for_timeout(1800)
    expect(page.locator("th", has_text="Severity")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_label("Search", exact=True)).to_have_value("")  # true to the list, which is not searched


def test_filters_keep_the_order_and_leave_nothing_empty_in_the_address(page, lead):
    make_escalations(60, opener=lead)
    page.goto("/list")
    page.get_by_role("link", name="Severity").click()
    page.wait_for_url(re.compile("sort=-severity$"))
    page.get_by_label("Search", exact=True).fill("Spike 5")
    expect(page.locator("tbody tr")).to_have_count(11)
    page.wait_for_url(re.compile(r"list\?sort=-severity&q=Spike(\+|%20)5$"))
    expect(page.locator("th", has_text="Severity")).to_have_attribute("aria-sort", "descending")


def test_a_list_reads_as_cards_on_a_phone(page, lead):
    page.set_viewport_size({"width": 390, "height": 844})
    make_escalations(3, opener=lead)
    page.goto("/list")
    cell = page.locator("tbody tr").first.locator("td").nth(1)
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Severity"'
    page.get_by_role("button", name="Rooms").click()
    expect(page.get_by_role("link", name="Home")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Home")).not_to_be_visible()


def test_a_question_says_the_consequence_and_can_be_declined(page, lead, check_accessibility):
    page.goto("/styleguide")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="Reverse…").click()
    question = page.get_by_role("dialog", name="Reverse 12 sanctions?")
    expect(question.get_by_text("2 suspensions end now.")).to_be_visible()
    check_accessibility(page)
    question.get_by_role("button", name="Cancel").click()
    assert page.evaluate("window.sameDocument") is True
    page.get_by_role("button", name="Reverse…").click()
    with page.expect_navigation():
        question.get_by_role("button", name="Reverse 12").click()


def test_menus_open_near_their_button_and_close_with_escape(page, lead):
    page.goto("/styleguide")
    button = page.get_by_role("button", name="Export")
    button.scroll_into_view_if_needed()
    button.click()
    item = page.get_by_role("link", name="XLSX, as filtered")
    expect(item).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    gap = page.evaluate(
        "() => { const a = document.querySelector('[popovertarget=sample-menu]').getBoundingClientRect();"
        " const b = document.getElementById('sample-menu').getBoundingClientRect();"
        " return Math.min(Math.abs(b.top - a.bottom), Math.abs(a.top - b.bottom)); }"
    )
    assert gap < 12
    page.keyboard.press("Escape")
    expect(item).not_to_be_visible()
    expect(button).to_be_focused()


def test_messages_come_from_the_server_and_stay_when_something_went_wrong(page, lead):
    page.goto("/styleguide")
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('aedile:toast', {detail: {text: '<b>Gone</b>', tone: 'danger'}}))"
    )
    message = page.locator("#flashes").get_by_text("<b>Gone</b>")
    expect(message).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(message).not_to_be_visible()


def test_evidence_is_veiled_until_asked_for(page, lead):
    page.goto("/styleguide")
    picture = page.get_by_role("img", name="Parcel")
    assert "blur" in picture.evaluate("element => getComputedStyle(element).filter")
    page.get_by_role("button", name="Show", exact=True).click()
    assert picture.evaluate("element => getComputedStyle(element).filter") == "none"


def test_a_chart_saves_its_numbers_and_its_picture(page, lead):
    page.goto("/styleguide")
    wait_for_charts(page)
    for name, suffix in (("Save as CSV", "prevalence.csv"), ("Save as PNG", "prevalence.png")):
        page.locator("[data-chart-name=prevalence]").get_by_role("button", name="Save chart").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=name).locator("visible=true").click()
        assert download.value.suggested_filename == suffix
        assert download.value.path().stat().st_size > 500


def test_the_market_switch_is_reached_and_kept(page, lead):
    make_markets("ID", "DE")
    page.goto("/list")
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("button", name=re.compile("Indonesia")).click()
    expect(page.get_by_role("button", name="ID", exact=True)).to_be_visible()
    assert page.url.endswith("/list")


def test_everything_is_reached_by_tab_and_the_focus_is_seen(page, lead):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    seen = []
    while True:
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "() => { const element = document.activeElement;"
            " return [element.outerHTML.slice(0, 80), getComputedStyle(element).outlineStyle]; }"
        )
        if name.startswith("<body") or name in seen:
            break
        assert outline != "none", f"no focus ring on {name}"
        seen.append(name)
    controls = page.locator("a[href]:visible, button:visible").count()
    assert len(seen) == controls - 1  # the skip link was first


def test_nothing_moves_while_a_page_loads(page, lead):
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " if (!entry.hadRecentInput) window.moved += entry.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto("/styleguide")
    wait_for_charts(page)
    assert page.evaluate("window.moved") < 0.01


def test_the_editor_works_under_the_policy_and_is_no_keyboard_trap(page, lead):
    page.goto("/styleguide")
    editor = page.locator(".editor.ace_editor")
    editor.scroll_into_view_if_needed()
    expect(editor.locator(".ace_gutter-cell.ace_error")).to_have_count(1)
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" && seller.o")
    page.locator(".ace_autocomplete").get_by_text("seller.orders_30d").wait_for()
    page.keyboard.press("Enter")
    assert page.locator("[data-sample-editor]").input_value().endswith("seller.orders_30d")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.ace_editor .ace_text-input')")


def test_a_graph_is_drawn_and_leads_on(page, lead):
    page.goto("/styleguide")
    graph = page.locator("[data-graph]")
    graph.scroll_into_view_if_needed()
    expect(graph).to_have_attribute("data-drawn", "yes")
    assert graph.locator("canvas").count() >= 1
    page.get_by_role("button", name=re.compile("Dewi Lestari")).click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
