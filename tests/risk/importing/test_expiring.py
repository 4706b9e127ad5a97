"""Uploaded files go once nobody needs them, and not before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from governance.actions.outbox import work_off_waiting
from governance.domain.actors import Actor, system_actor
from governance.domain.errors import Conflict
from governance.domain.roles import Role
from governance.models import AuditEntry, User
from risk.actions.importing.expiring import STRAY_AFTER, remove_old_uploads
from risk.actions.importing.running import alone
from risk.actions.importing.uploading import cancel_import, receive_upload, resume_import, start_import
from risk.models import ImportRun
from risk.queries.imports import lock_name
from tests.builders.governance import make_markets, make_person
from tests.risk.importing.conftest import HEADER, SALES_MAPPING

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = timedelta(days=14)
SOON, LATER = KEPT - timedelta(hours=1), KEPT + timedelta(hours=1)
GOOD = HEADER + "O1,S1,Loja,Recife,2026-03-01,1,\nO2,S1,Loja,Recife,never,1,\n"


@pytest.fixture
def admin() -> Actor:
    make_markets()
    return make_person(Role.ADMIN)


def upload(actor: Actor) -> ImportRun:
    files = [SimpleUploadedFile("sales.csv", GOOD.encode())]
    text = SALES_MAPPING.replace("FORMAT", "csv")
    pk = receive_upload(actor=actor, mapping_name="own", mapping_text=text, files=files)
    return ImportRun.objects.get(pk=pk)


def clean(after: timedelta) -> int:
    return remove_old_uploads(actor=system_actor("import"), now=datetime.now(UTC) + after)


def stored(settings: Any) -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / "uploads").rglob("*") if path.is_file()]


def test_files_stay_for_their_days_after_the_import_and_then_go_with_a_note(admin: Actor, settings: Any) -> None:
    dry = upload(admin)
    work_off_waiting()
    run_id = start_import(actor=admin, run_id=dry.pk)
    work_off_waiting()
    assert clean(SOON) == 0
    assert len(stored(settings)) == 1
    assert clean(LATER) == 1
    assert stored(settings) == []
    noted = AuditEntry.objects.filter(action="uploads_removed")
    assert {entry.subject_id for entry in noted} == {str(dry.pk), str(run_id)}
    assert clean(LATER) == 0

    client = Client()
    client.force_login(User.objects.get(pk=admin.person_id))
    assert b"S1" in b"".join(client.get(reverse("risk:import-rejects", args=[run_id])).streaming_content)
    page = client.get(reverse("risk:import", args=[dry.pk])).content.decode()
    assert "The uploaded files were removed." in page
    assert "Import 1 rows" not in page
    with pytest.raises(Conflict, match="Its files were removed after 14 days"):
        start_import(actor=admin, run_id=dry.pk)


def test_the_page_says_until_when_files_are_kept(admin: Actor) -> None:
    dry = upload(admin)
    work_off_waiting()
    client = Client()
    client.force_login(User.objects.get(pk=admin.person_id))
    assert "The uploaded files are kept until" in client.get(reverse("risk:import", args=[dry.pk])).content.decode()


def test_a_cancelled_import_can_be_resumed_until_its_files_go(admin: Actor, settings: Any) -> None:
    dry = upload(admin)
    work_off_waiting()
    run_id = start_import(actor=admin, run_id=dry.pk)
    cancel_import(actor=admin, run_id=run_id)
    assert clean(SOON) == 0
    resume_import(actor=admin, run_id=run_id)
    cancel_import(actor=admin, run_id=run_id)
    assert clean(LATER) == 1
    with pytest.raises(Conflict, match="Its files were removed"):
        resume_import(actor=admin, run_id=run_id)


def test_files_that_are_worked_on_stay_and_forgotten_ones_go(admin: Actor, settings: Any) -> None:
    dry = upload(admin)  # waits, and no worker comes
    with alone(lock_name(dry)):
        assert clean(LATER) == 0
    assert clean(LATER) == 1
    dry.refresh_from_db()
    assert (dry.state, dry.error) == ("failed", "Nobody worked on it until its files were removed. Upload them again.")


def test_what_broken_uploads_left_goes_after_a_day(admin: Actor, settings: Any) -> None:
    orphan = Path(settings.MEDIA_ROOT) / "uploads" / "0123"
    orphan.mkdir(parents=True)
    (orphan / "0-ab").write_text("x")
    rest = Path(settings.FILE_UPLOAD_TEMP_DIR)
    rest.mkdir(parents=True)
    (rest / "tmp1.upload").write_text("x")
    assert clean(timedelta(0)) == 0
    assert clean(STRAY_AFTER + timedelta(minutes=1)) == 2
    assert not orphan.exists()
    assert list(rest.iterdir()) == []


def test_nothing_to_remove(admin: Actor) -> None:
    assert clean(LATER) == 0
