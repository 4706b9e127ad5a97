"""Files go in through a real browser: dry run, import, what was refused mended; nothing is sent that is too large."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.urls import reverse
from playwright.sync_api import Page, expect

from governance.actions.outbox import work_off_waiting
from governance.domain.roles import Role
from governance.models import User
from risk.models import Event, ImportRun
from tests.builders.governance import make_markets, make_person
from tests.risk.importing.conftest import HEADER, SALES_MAPPING

pytestmark = pytest.mark.django_db(transaction=True)
MAPPING = SALES_MAPPING.replace("FORMAT", "csv")
ROWS = "".join(f"O{number},S1,Loja,Recife,2026-03-0{number},1.5,ok\n" for number in range(1, 6))
BAD = "O7,S2,Loja Azul,Recife,2026-03-07,dear,ok\nO8,S2,Loja Azul,Recife,yesterday,2.5,ok\n"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "media" / "incoming")


@pytest.fixture
def admin(sign_in: Callable[[AbstractBaseUser], None]) -> User:
    make_markets("BR")
    user = User.objects.get(pk=make_person(Role.ADMIN).user_id)
    sign_in(user)
    return user


def file_of(text: str, name: str = "sales.csv") -> dict[str, Any]:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def in_both_themes(page: Page, check: Callable[[Page], None]) -> None:
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        check(page)


def test_from_files_to_events_and_back_to_what_was_refused(
    page: Page, admin: User, check_accessibility: Callable[[Page], None]
) -> None:
    page.goto(reverse("risk:imports"))
    in_both_themes(page, check_accessibility)
    page.keyboard.press("c")
    page.get_by_label("Own mapping (YAML)").fill(MAPPING)
    page.get_by_label("Files").set_input_files([file_of(HEADER + ROWS + BAD)])
    page.get_by_text("Files chosen: 1, ").wait_for()
    in_both_themes(page, check_accessibility)
    page.get_by_role("button", name="Upload and try").press("Enter")

    page.get_by_text("You may leave this page").wait_for()
    in_both_themes(page, check_accessibility)
    work_off_waiting()  # the page looks again by itself
    page.get_by_role("button", name="Import 5 rows").wait_for()
    expect(page.get_by_text("'dear' is not a number")).to_be_visible()
    in_both_themes(page, check_accessibility)
    assert not Event.objects.exists()

    page.keyboard.press("s")
    page.get_by_text("The import is under way").wait_for()
    work_off_waiting()
    expect(page.get_by_role("main").get_by_text("Done", exact=True).first).to_be_visible()
    assert Event.objects.count() == 5
    in_both_themes(page, check_accessibility)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all rejects").click()
    rejects = Path(download.value.path()).read_text(encoding="utf-8")
    assert "sales.csv,7,amount,'dear' is not a number" in rejects

    page.get_by_role("link", name="Mend rejected events").click()
    page.get_by_role("link", name="'dear' is not a number").click()
    field = page.get_by_label("The event as JSON")
    field.fill(field.input_value().replace('"dear"', "7.5"))
    page.get_by_role("button", name="Replay").click()
    page.get_by_text("Stored.").wait_for()
    assert Event.objects.get(external_id="O7:placed").payload["amount"] == 7.5


def test_what_is_wrong_is_told_in_the_form_and_the_files_stay_chosen(
    page: Page, admin: User, complaints: Any, check_accessibility: Callable[[Page], None]
) -> None:
    complaints.expect("422")
    page.goto(reverse("risk:new-import"))
    page.get_by_label("Own mapping (YAML)").fill(MAPPING.replace("amount: amount", "amount: amont"))
    page.get_by_label("Files").set_input_files([file_of(HEADER + ROWS)])
    page.get_by_role("button", name="Upload and try").click()
    page.get_by_text("Did you mean amount?").wait_for()
    in_both_themes(page, check_accessibility)
    assert page.get_by_label("Files").evaluate("(field) => field.files.length") == 1
    page.get_by_label("Own mapping (YAML)").fill(MAPPING)
    page.get_by_role("button", name="Upload and try").click()
    page.get_by_text("You may leave this page").wait_for()
    assert ImportRun.objects.count() == 1


def test_files_that_are_too_large_are_not_sent(
    page: Page, admin: User, settings: Any, check_accessibility: Callable[[Page], None]
) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000_000
    page.goto(reverse("risk:new-import"))
    page.get_by_label("Own mapping (YAML)").fill(MAPPING)
    field = page.get_by_label("Files")
    field.set_input_files([file_of("x" * 1_500_000)])
    problem = page.get_by_text("The files have 1.4 MB. At most 977 kB go up at once.")
    problem.wait_for()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Upload and try").click()
    expect(field).to_be_focused()
    in_both_themes(page, check_accessibility)
    field.set_input_files([file_of(HEADER + ROWS)])
    expect(problem).to_be_hidden()
    assert "POST" not in sent
    page.get_by_role("button", name="Upload and try").click()
    page.get_by_text("You may leave this page").wait_for()


def test_a_server_that_refuses_the_size_is_understood_too(
    page: Page, admin: User, settings: Any, complaints: Any
) -> None:
    complaints.expect("413")
    page.goto(reverse("risk:new-import"))
    page.get_by_label("Own mapping (YAML)").fill(MAPPING)
    settings.UPLOAD_MAX_BYTES = 1_000  # set lower while the page was open
    page.get_by_label("Files").set_input_files([file_of("x" * 500_000)])
    page.get_by_role("button", name="Upload and try").click()
    page.get_by_text("At most 0.0 MB go up at once.").wait_for()
    assert "source: shop" in page.get_by_label("Own mapping (YAML)").input_value()
    assert not ImportRun.objects.exists()
