"""Imports through the page."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from governance.actions.outbox import work_off_waiting
from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.models import AuditEntry, User
from risk.models import Event, ImportRun
from tests.builders.governance import make_markets, make_person
from tests.risk.importing.conftest import HEADER, SALES_MAPPING

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = HEADER + "O1,S1,Loja,Recife,2026-03-01,1,\nO2,S1,Loja,Recife,never,1,\n"
MAPPING = SALES_MAPPING.replace("FORMAT", "csv")


@pytest.fixture
def admin() -> Actor:
    make_markets()
    return make_person(Role.ADMIN)


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id))
    return client


def upload(client: Client, data: bytes = GOOD.encode(), mapping: str = MAPPING, name: str = "sales.csv"):
    files = [SimpleUploadedFile(name, data)]
    return client.post(reverse("risk:new-import"), {"example": "", "mapping": mapping, "uploads": files})


def page(client: Client, pk: int) -> str:
    return client.get(reverse("risk:import", args=[pk])).content.decode()


def change(client: Client, pk: int, verb: str):
    return client.post(reverse("risk:change-import", args=[pk, verb]))


def test_upload_dry_run_import_and_rejects(admin: Actor, settings) -> None:
    client = signed_in(admin)
    answer = upload(client)
    dry = ImportRun.objects.get()
    assert answer.headers["Location"] == reverse("risk:import", args=[dry.pk])
    assert "every 2s" in page(client, dry.pk)
    stored = Path(settings.MEDIA_ROOT) / dry.files[0]["path"]
    assert stored.read_bytes() == GOOD.encode()
    assert "sales" not in dry.files[0]["path"]

    work_off_waiting()
    text = page(client, dry.pk)
    assert "Import 1 rows" in text
    assert "is not a time of the form" in text
    assert not Event.objects.exists()

    change(client, dry.pk, "start")
    run = ImportRun.objects.get(is_dry_run=False)
    work_off_waiting()
    run.refresh_from_db()
    assert (run.state, run.counts["accepted"], run.counts["rejected"]) == ("done", 1, 1)
    assert Event.objects.get().external_id == "O1:placed"
    rejects = client.get(reverse("risk:import-rejects", args=[run.pk]))
    assert b"sales.csv,3,at," in b"".join(rejects.streaming_content)
    assert "Done" in client.get(reverse("risk:imports")).content.decode()


def test_no_cell_of_the_rejects_runs_as_a_formula(admin: Actor) -> None:
    client = signed_in(admin)
    name = "=1+2.csv"
    upload(client, f"{HEADER}=1+1,a,b,c\n".encode(), MAPPING.replace("sales.*", "*.csv"), name)
    work_off_waiting()
    pk = ImportRun.objects.get().pk
    answer = client.get(reverse("risk:import-rejects", args=[pk]))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="rejects-{pk}.csv"'
    (reject,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert (reject["file"], reject["line"], reject["raw"]) == ("'=1+2.csv", "2", "'=1+1,a,b,c")


def test_rejects_leave_the_console_with_the_right_to_export_and_a_trace(admin: Actor) -> None:
    upload(signed_in(admin))
    work_off_waiting()
    pk = ImportRun.objects.get().pk
    url = reverse("risk:import-rejects", args=[pk])
    approver = signed_in(make_person(Role.APPROVER))  # sees every import, exports nothing
    assert "First rejects" in page(approver, pk)
    assert url not in page(approver, pk)
    assert approver.get(url).status_code == 403
    assert not AuditEntry.objects.filter(action="list_exported").exists()

    lead = make_person(Role.LEAD)
    assert url in page(signed_in(lead), pk)
    assert signed_in(lead).get(url).status_code == 200
    entry = AuditEntry.objects.get(action="list_exported")
    assert (entry.actor_id, entry.subject_id) == (lead.id, "import-rejects")
    assert entry.after == {"format": "csv", "filters": {"import": [str(pk)]}}


def test_export_of_one_market_is_enough_for_ones_own_rejects_only(admin: Actor) -> None:
    mine = make_person(Role.ADMIN, markets=("BR",))
    other = make_person(Role.LEAD, markets=("BR",))
    upload(signed_in(mine))
    work_off_waiting()
    url = reverse("risk:import-rejects", args=[ImportRun.objects.get().pk])
    assert signed_in(mine).get(url).status_code == 200
    assert signed_in(other).get(url).status_code == 404


def test_a_dry_run_whose_worker_is_gone_can_be_resumed_where_the_page_says_so(admin: Actor) -> None:
    client = signed_in(admin)
    upload(client)
    work_off_waiting()
    dry = ImportRun.objects.get()
    ImportRun.objects.update(state=ImportRun.State.RUNNING)
    text = page(client, dry.pk)
    assert "Resume it" in text
    assert reverse("risk:change-import", args=[dry.pk, "resume"]) in text
    change(client, dry.pk, "resume")
    work_off_waiting()
    dry.refresh_from_db()
    assert (dry.state, dry.counts["accepted"]) == ("done", 1)


def test_a_cancelled_import_is_not_run_and_can_be_resumed(admin: Actor) -> None:
    client = signed_in(admin)
    upload(client)
    work_off_waiting()
    change(client, ImportRun.objects.get().pk, "start")
    run = ImportRun.objects.get(is_dry_run=False)
    change(client, run.pk, "cancel")
    work_off_waiting()
    run.refresh_from_db()
    assert (run.state, Event.objects.count()) == ("cancelled", 0)
    assert change(client, run.pk, "cancel").status_code == 409
    change(client, run.pk, "resume")
    work_off_waiting()
    run.refresh_from_db()
    assert (run.state, Event.objects.count()) == ("done", 1)


def workbook() -> bytes:
    data = io.BytesIO()
    openpyxl.Workbook().save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "mapping", "name", "message"),
    [
        (workbook(), MAPPING, "sales.csv", "sales.csv is xlsx, not csv"),
        (b"\x7fELF\0\0", MAPPING, "sales.csv", "sales.csv is not text, not csv"),
        (GOOD.encode(), MAPPING.replace("format: csv", "format: xlsx"), "sales.csv", "sales.csv is text, not xlsx"),
        (GOOD.encode(), MAPPING, "other.csv", "is not among the files"),
        (GOOD.encode(), MAPPING.replace("amount: amount", "amount: amont"), "sales.csv", "Did you mean amount?"),
        (GOOD.encode(), "source: [", "sales.csv", "This is no YAML"),
        (GOOD.encode(), "", "sales.csv", "Choose a mapping above"),
    ],
)
def test_what_cannot_be_imported_is_told_at_its_field_and_nothing_is_kept(
    admin: Actor, settings, data: bytes, mapping: str, name: str, message: str
) -> None:
    answer = upload(signed_in(admin), data, mapping, name)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert message in text
    assert "source" in text or not mapping  # what was written stays in the form
    assert not ImportRun.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_who_may_not_import_sees_nothing_of_it(admin: Actor) -> None:
    upload(signed_in(admin))
    pk = ImportRun.objects.get().pk
    analyst = signed_in(make_person(Role.ANALYST))
    lead = signed_in(make_person(Role.LEAD))
    narrow = signed_in(make_person(Role.ADMIN, markets=("DE",)))
    for client, seen in ((analyst, 404), (lead, 200), (narrow, 404)):
        assert client.get(reverse("risk:import", args=[pk])).status_code == seen
    assert analyst.get(reverse("risk:imports")).status_code == 404
    assert lead.get(reverse("risk:new-import")).status_code == 404
    assert change(lead, pk, "cancel").status_code == 403
    assert upload(lead).status_code == 404
    assert Client().get(reverse("risk:imports")).status_code == 302


def test_an_import_takes_in_only_the_markets_of_who_asked(admin: Actor) -> None:
    client = signed_in(make_person(Role.ADMIN, markets=("DE",)))
    upload(client)
    work_off_waiting()
    run = ImportRun.objects.get()
    assert run.state == "failed"
    assert "BR is not a market of this console" in page(client, run.pk)
