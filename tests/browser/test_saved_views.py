"""Views of a list that a person keeps, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from governance.models import User
from tests.builders.cases import COUNTERFEIT, load_shipped_pack, make_analyst, open_case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_analyst_keeps_filters_under_a_name_and_comes_back(
    page: Page, transactional_db: None, sign_in, check_accessibility, theme
):
    load_shipped_pack()
    open_case()
    open_case(rule=COUNTERFEIT)
    sign_in(User.objects.get(pk=make_analyst("BR").user_id))
    page.emulate_media(color_scheme=theme)
    page.goto("/cases")
    page.wait_for_load_state()
    page.locator("#id_severity").select_option("medium")
    expect(page.get_by_text(re.compile("^1 row"))).to_be_visible()
    page.get_by_role("button", name="Views").click()
    check_accessibility(page)
    page.get_by_label("Keep what is shown as").fill("Medium ones")
    page.get_by_role("button", name="Keep this view").click()
    expect(page.get_by_text("The view “Medium ones” is kept.")).to_be_visible()
    expect(page.get_by_role("button", name="View: Medium ones")).to_be_visible()
    page.goto("/cases")
    page.wait_for_load_state()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Medium ones").click()
    expect(page).to_have_url(re.compile(r"severity=medium"))
    expect(page.locator("#id_severity")).to_have_value("medium")
    page.wait_for_load_state()
    page.get_by_role("button", name="View: Medium ones").click()
    page.get_by_role("button", name="Remove the view Medium ones").click()
    expect(page.get_by_text("The view “Medium ones” is removed.")).to_be_visible()
