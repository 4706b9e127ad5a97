"""The API's documentation works under the console's policy, without a sign-in and without another origin."""

import pytest
from playwright.sync_api import Page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_documentation_is_drawn_and_can_be_opened(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto("/api/docs")
    page.get_by_text("Send 1 to 1000 events of one source").wait_for()
    assert page.get_by_role("button", name="Authorize").is_visible()
    page.get_by_text("has no time zone").first.wait_for()
    assert page.evaluate("document.documentElement.classList.contains('dark-mode')") is (theme == "dark")
    page.locator("#operations-events-ingest_events").get_by_role("button", name="Try it out").click()
    assert page.locator("textarea").first.is_visible()
