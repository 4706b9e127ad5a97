"""Workers and the imports that pages ask for: delivered twice, cancelled, held up, left by whoever asked."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError
from django.db import connection, transaction

from governance.actions.outbox import work_off_waiting
from governance.domain.actors import Actor
from governance.domain.errors import Conflict
from governance.domain.roles import Role
from governance.models import FactConsumption, OutboxFact, User
from risk.actions.importing.running import alone
from risk.actions.importing.uploading import receive_upload, resume_import, start_import
from risk.actions.importing.working import work_on_fact
from risk.models import ImportRun
from risk.queries.imports import lock_name, work_directory
from tests.builders.governance import make_markets, make_person
from tests.risk.importing.conftest import HEADER, SALES_MAPPING

pytestmark = pytest.mark.django_db(transaction=True)
Import = Callable[..., dict[str, Any]]
GOOD = HEADER + "O1,S1,Loja,Recife,2026-03-01,1,\n"


@pytest.fixture
def admin() -> Actor:
    make_markets()
    return make_person(Role.ADMIN)


def upload(actor: Actor) -> ImportRun:
    files = [SimpleUploadedFile("sales.csv", GOOD.encode())]
    text = SALES_MAPPING.replace("FORMAT", "csv")
    pk = receive_upload(actor=actor, mapping_name="own", mapping_text=text, files=files)
    return ImportRun.objects.get(pk=pk)


@contextmanager
def worked_on_elsewhere(run: ImportRun) -> Iterator[None]:
    """Hold the lock of the import in another connection, as another worker does."""
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with alone(lock_name(run)):
                is_held.set()
                may_end.wait(60)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert is_held.wait(20)
        yield
    finally:
        may_end.set()
        other.join(20)


@pytest.mark.parametrize("state", [ImportRun.State.RUNNING, ImportRun.State.WAITING])
def test_an_import_that_is_delivered_twice_is_left_to_the_worker_that_has_it(admin: Actor, state: str) -> None:
    run = upload(admin)
    fact = OutboxFact.objects.get(name="import_requested")
    ImportRun.objects.update(state=state)
    with worked_on_elsewhere(run):
        work_on_fact(fact_id=fact.pk)
    run.refresh_from_db()
    assert (run.state, run.error, run.finished_at) == (state, "", None)
    assert not FactConsumption.objects.filter(fact=fact).exists()  # so that it is run should the other worker die
    work_on_fact(fact_id=fact.pk)
    run.refresh_from_db()
    assert run.state == "done"


def test_a_run_that_another_run_of_the_same_files_holds_up_says_so(admin: Actor) -> None:
    first, second = upload(admin), upload(admin)
    assert first.digest == second.digest
    ImportRun.objects.filter(pk=first.pk).update(state=ImportRun.State.RUNNING)
    with worked_on_elsewhere(first):
        work_on_fact(fact_id=OutboxFact.objects.get(payload={"run_id": second.pk}).pk)
    second.refresh_from_db()
    assert second.state == "failed"
    assert "being imported at this moment" in second.error


@pytest.mark.parametrize("state", ["cancelled", "failed", "running"])
def test_what_a_worker_is_still_at_is_not_resumed(admin: Actor, state: str) -> None:
    run = upload(admin)
    ImportRun.objects.update(state=state)
    with worked_on_elsewhere(run), pytest.raises(Conflict, match="still at these files"):
        resume_import(actor=admin, run_id=run.pk)
    resume_import(actor=admin, run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "waiting"


def test_an_import_of_an_account_that_was_closed_meanwhile_says_so_and_goes_on_for_another(admin: Actor) -> None:
    starter = make_person(Role.ADMIN)
    run = upload(starter)
    User.objects.filter(pk=starter.person_id).update(is_active=False)
    work_off_waiting()
    run.refresh_from_db()
    assert run.state == "failed"
    assert "is no longer active" in run.error
    resume_import(actor=admin, run_id=run.pk)
    work_off_waiting()
    run.refresh_from_db()
    assert (run.state, run.started_by_id) == ("done", admin.user_id)


def test_a_dry_run_keeps_its_rejects_on_the_disk_they_go_to(
    admin: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = upload(admin)
    (work_directory(run.pk) / ".dry-run-left").mkdir(parents=True)  # by a worker that was killed
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))  # the usual place takes nothing
    work_off_waiting()
    run.refresh_from_db()
    assert (run.state, run.error) == ("done", "")
    assert [path.name for path in work_directory(run.pk).iterdir()] == ["rejects.csv"]


def test_a_dry_run_says_at_once_that_its_rejects_cannot_be_written(folder: Path, import_folder: Import) -> None:
    (folder / "sales.csv").write_text(GOOD)
    target = folder / "gone" / "rejects.csv"
    with pytest.raises(CommandError, match=r"rejects\.csv cannot be written: No such file or directory"):
        import_folder(SALES_MAPPING, "csv", "--dry-run", "--rejects", str(target))


def test_a_second_click_finds_the_import_of_the_first(admin: Actor) -> None:
    dry = upload(admin)
    work_off_waiting()
    found: list[int] = []

    def click() -> None:
        try:
            found.append(start_import(actor=admin, run_id=dry.pk))
        finally:
            connection.close()

    second = threading.Thread(target=click)
    with transaction.atomic():
        first = start_import(actor=admin, run_id=dry.pk)
        second.start()
        deadline = time.monotonic() + 1
        while not found and time.monotonic() < deadline:
            time.sleep(0.05)
    second.join(20)
    assert found == [first]
    assert ImportRun.objects.filter(is_dry_run=False).count() == 1
