"""Make the pictures of the documentation: `make screenshots`.

Starts a demo marketplace in a directory of its own, or uses a running one (give the file with what `make demo`
printed), works a little in it as analyst, ops and policy manager, and keeps what the pages then look like.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, WIDE, find_chromium

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "screenshots"
READY = "Ctrl-C stops everything"
START_SECONDS = 600
WORK_SECONDS = 900
MOST_BYTES = 3_000_000
DECISIONS = {"brand_protection": 8, "seller_performance": 12, "fraud": 6}  # by queue
RULE = "LATE-DISPATCH-ENFORCED"
ESCALATION = (
    "Several sellers of one owner ship late since Friday",
    "The carrier reports no outage. The owner is called.",
)
UPDATE = "The owner confirms a strike in the warehouse in Campinas. New orders are capped until it ends."


@dataclass(frozen=True)
class Console:
    """A running console: its address, and (e-mail, password) by role."""

    url: str
    logins: dict[str, tuple[str, str]]


def read_console(text: str) -> Console:
    """Return what `make demo` printed as data."""
    address = re.search(r"Aedile answers at (\S+)", text)
    logins = re.findall(r"^ +([a-z_]+) +(\S+@\S+) +(\S+)$", text, re.MULTILINE)
    if address is None or not logins:
        sys.exit(f"The demo did not say its address and logins:\n{text}")
    return Console(address[1], {role: (email, password) for role, email, password in logins})


@contextmanager
def demo_console() -> Iterator[Console]:
    """Run a demo marketplace for the length of the block; nothing of it stays."""
    named = ("DATABASE_URL", "REDIS_URL", "AEDILE_ENV")
    with tempfile.TemporaryDirectory(prefix="aedile-screenshots-") as home:
        Path(home).chmod(0o711)
        environment = {name: value for name, value in os.environ.items() if name not in named} | {"AEDILE_HOME": home}
        log = Path(home) / "demo.txt"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-u", "manage.py", "demo", "--port", "8700"],
                cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + START_SECONDS
            while READY not in log.read_text(encoding="utf-8"):
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"The demo did not start:\n{log.read_text(encoding='utf-8')}")
                time.sleep(0.5)
            yield read_console(log.read_text(encoding="utf-8"))
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)


class Desk:
    """One person at the console."""

    def __init__(self, browser: Browser, console: Console, role: str) -> None:
        """Sign in as the person of `role`."""
        context = browser.new_context(
            base_url=console.url, viewport=WIDE, reduced_motion="reduce", locale="en-GB", timezone_id="UTC"
        )
        context.set_default_timeout(30_000)
        self.page: Page = context.new_page()
        email, password = console.logins[role]
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login]", email)
        self.page.fill("[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_load_state("networkidle")

    def open(self, path: str) -> Page:
        """Go to a page and wait until it is quiet."""
        answer = self.page.goto(path)
        if answer is None or not answer.ok:
            sys.exit(f"{path} answers {answer.status if answer else 'nothing'}")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def keep(self, name: str, theme: str = "light") -> None:
        """Save what the page looks like."""
        self.page.emulate_media(color_scheme=theme)
        self.page.wait_for_timeout(1200)
        self.page.mouse.move(0, 0)
        path = TARGET / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        self.page.emulate_media(color_scheme="light")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB\n")


def wait_for_workers(lead: Desk) -> None:
    """Wait until signals, rules and cases have been made of all events of the demo."""
    deadline = time.monotonic() + WORK_SECONDS
    while lead.open("/health").get_by_text("for signals and rules").count():
        if time.monotonic() > deadline:
            sys.exit(f"The workers are not done within {WORK_SECONDS} s.")
        time.sleep(3)


def claim_next(page: Page, queue: str) -> None:
    """Take the first case of a queue."""
    page.goto(f"/cases?queue={queue}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("a")
    page.wait_for_url(re.compile(r"/cases/\d+"))
    page.wait_for_load_state("networkidle")


def answer_guide(page: Page, key: str) -> bool:
    """Answer each question in the same way; return whether the case can be decided."""
    for _ in range(12):
        if page.locator("[data-submit]").is_enabled():
            return True
        if not page.locator(".guide-step:not([hidden]) [data-answer]").count():
            break
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    page.wait_for_timeout(800)
    return page.locator("[data-submit]").is_enabled()


def decide_cases(page: Page, queue: str, turns: int) -> None:
    """Decide some cases as the guide leads, by keyboard; what needs words is given back."""
    claim_next(page, queue)
    for turn in range(turns):
        if answer_guide(page, "2" if turn % 4 == 3 else "1"):
            here = page.url
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, here=here: url != here)
            page.wait_for_load_state("networkidle")
        else:
            give_back(page)
            claim_next(page, queue)
    give_back(page)


def give_back(page: Page) -> None:
    """Put the open case back into the queue."""
    page.keyboard.press("r")
    page.wait_for_url(re.compile(r"/cases$"))


def work_case(analyst: Desk, queue: str) -> str:
    """Keep a case with its answers given and what follows in sight; return the address of its account."""
    page = analyst.page
    claim_next(page, queue)
    if not answer_guide(page, "1"):
        sys.exit(f"The guide of {page.url} does not lead to a decision.")
    analyst.keep("case")
    analyst.keep("case-dark", "dark")
    return page.locator("a[href*='/entities/']").first.get_attribute("href") or ""


def escalate(analyst: Desk, queue: str) -> None:
    """Escalate the next case."""
    page = analyst.page
    claim_next(page, queue)
    page.keyboard.press("e")
    page.locator("dialog[open] [name=severity]").select_option("2")
    page.locator("dialog[open] [name=summary]").fill(ESCALATION[0])
    page.locator("dialog[open] [name=details]").fill(ESCALATION[1])
    page.locator("dialog[open] button.btn-primary").click()
    page.wait_for_load_state("networkidle")


def run_escalation(ops: Desk) -> None:
    """Acknowledge the escalation and post an update."""
    page = ops.open("/escalations")
    page.locator("tbody a[href*='/escalations/']").first.click()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("a")
    page.locator("[name=text]").wait_for()
    page.fill("[name=text]", UPDATE)
    page.click("button[data-key=u]")
    page.wait_for_load_state("networkidle")
    page.reload()  # without the message that says so
    ops.keep("escalation")


def run_rule(manager: Desk) -> None:
    """Run a live rule over the stored events and keep its page."""
    page = manager.open(f"/rules/{RULE}")
    page.keyboard.press("r")
    page.locator("#run .run-figures").wait_for(timeout=180_000)
    manager.open(f"/rules/{RULE}")  # from its top
    manager.keep("rule")


def take_all(browser: Browser, console: Console) -> None:
    """Work through the console and keep each picture."""
    lead = Desk(browser, console, "lead")
    wait_for_workers(lead)
    analyst = Desk(browser, console, "analyst")
    for queue, turns in DECISIONS.items():
        decide_cases(analyst.page, queue, turns)
    escalate(analyst, "seller_performance")
    account = work_case(analyst, "seller_performance")
    analyst.open("/cases")
    analyst.keep("queue")
    analyst.open(account)
    analyst.keep("account")
    run_escalation(Desk(browser, console, "ops"))
    run_rule(Desk(browser, console, "policy_manager"))
    lead.open("/health")
    lead.keep("health")
    lead.keep("health-dark", "dark")


def main() -> None:
    """Make every picture; refuse to leave more than MOST_BYTES of them."""
    program = find_chromium()
    if program is None:
        sys.exit("No Chromium or Chrome was found. Install one, or set AEDILE_CHROMIUM to its path.")
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        if len(sys.argv) > 1:
            take_all(browser, read_console(Path(sys.argv[1]).read_text(encoding="utf-8")))
        else:
            with demo_console() as console:
                take_all(browser, console)
    total = sum(path.stat().st_size for path in TARGET.glob("*.png"))
    if total > MOST_BYTES:
        sys.exit(f"The pictures have {total:,} bytes; at most {MOST_BYTES:,} belong into the repository.")


if __name__ == "__main__":
    main()
