"""A real Chromium on a live server, and the rules that every page must keep.

A test that uses `page` fails when the page logs an error, breaks its content security policy, throws, or asks
another origin for anything.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.browser.chromium import ARGUMENTS, WIDE, find_chromium

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
});
"""
# WCAG 2.2 AA, which contains its forerunners.
AXE_RUN = """
async () => {
  const result = await axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return result.violations.map((found) => `${found.id} (${found.impact}): ${found.help}\\n` +
    found.nodes.slice(0, 5).map((node) => `    ${node.target.join(' ')}  ${node.failureSummary}`).join('\\n'));
}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.untraced)  # the server's code is reached by the tests of its pages


@dataclass
class Complaints:
    """What went wrong on a page. A test that provokes an error on purpose says which one with `expect`."""

    origin: str
    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, part: str) -> None:
        """Let complaints that contain `part` pass; the test fails when none comes."""
        self.expected.append(part)

    def watch(self, page: Page) -> None:
        """Listen to a page from before its first request."""
        page.add_init_script(VIOLATIONS)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.found.append(f"exception on {page.url}: {error}"))
        page.on("request", self._note_request)

    def collect(self, page: Page) -> None:
        """Ask the page that is open now for breaches of its policy."""
        if urlsplit(page.url).scheme in {"http", "https"}:
            self.found += [f"policy on {page.url}: {text}" for text in page.evaluate("window.__violations || []")]

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:", "about:")):
            self.found.append(f"off-origin request: {request.url}")

    def check(self) -> None:
        """Fail on what was not expected, and on what was expected and did not come."""
        unexpected = [text for text in self.found if not any(part in text for part in self.expected)]
        assert not unexpected, "the page complained:\n" + "\n".join(unexpected)
        missing = [part for part in self.expected if not any(part in text for text in self.found)]
        assert not missing, f"the page should have complained about {missing}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    program = find_chromium()
    if program is None:
        pytest.skip("BROWSER TESTS SKIPPED: no Chromium or Chrome here. Install one, or set AEDILE_CHROMIUM.")
    # Playwright's loop runs in this thread, and Django refuses database work in a thread with a running loop.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def origin(live_server: object) -> str:
    """Scheme, host and port of the live server."""
    return str(live_server)


@pytest.fixture
def complaints(origin: str) -> Complaints:
    """What the pages of this test complained about."""
    return Complaints(origin)


@pytest.fixture
def context(browser: Browser, origin: str) -> Iterator[BrowserContext]:
    """A fresh browser profile at 1440 pixels whose relative addresses lead to the live server."""
    opened = browser.new_context(base_url=origin, viewport=WIDE, reduced_motion="reduce", locale="en-GB")
    opened.set_default_timeout(15_000)
    # Chromium asks for it now and then, by itself, on pages that name no icon.
    opened.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    yield opened
    opened.close()
    _wait_for_the_server()


def _wait_for_the_server() -> None:
    """Let requests that were under way end, or emptying the tables would wait for them in a circle."""
    until = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend' AND state <> 'idle'"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.05)


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """A page under watch."""
    opened = context.new_page()
    complaints.watch(opened)
    yield opened
    complaints.collect(opened)
    complaints.check()


@pytest.fixture
def sign_in(context: BrowserContext, origin: str) -> Callable[[AbstractBaseUser], None]:
    """Sign a person in by cookie, without the sign-in page."""

    def act(user: AbstractBaseUser) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": origin}])

    return act


@pytest.fixture
def check_accessibility() -> Callable[[Page], None]:
    """Fail when axe finds a breach of WCAG 2.2 AA on the open page, in the theme that it shows."""
    if not AXE.exists():
        pytest.fail(f"{AXE} is missing: run `make install`")

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = page.evaluate(AXE_RUN)
        assert not violations, f"axe on {page.url}:\n" + "\n".join(violations)

    return check
