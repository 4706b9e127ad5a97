"""The rules of the browser tests hold: each kind of complaint is noticed."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Complaints


def test_a_page_without_fault_passes(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer
    assert answer.status == 200


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "console: broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "exception"),
        ("window.location.href = 'http://127.0.0.2:9/x'", "off-origin request"),
        ("document.body.append(Object.assign(document.createElement('img'), {src: 'http://127.0.0.2:9/x'}))", "policy"),
    ],
)
def test_a_fault_is_noticed(page: Page, complaints: Complaints, script: str, complaint: str) -> None:
    page.goto("/healthz")
    page.evaluate(f"() => {{ {script} }}")
    page.wait_for_timeout(200)
    complaints.collect(page)
    with pytest.raises(AssertionError, match=complaint):
        complaints.check()
    complaints.found.clear()
    page.goto("about:blank")


def test_an_expected_fault_must_come(complaints: Complaints) -> None:
    complaints.expect("never")
    with pytest.raises(AssertionError, match="should have complained"):
        complaints.check()
