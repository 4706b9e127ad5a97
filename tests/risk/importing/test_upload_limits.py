"""What is too large does not get in: it is not even read, and the rest of the form stays."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from governance.domain.roles import Role
from governance.models import User
from governance.views.uploads import CappedUploads
from risk.actions.importing.uploading import MOST_FILES, explain_excess
from risk.models import ImportRun
from tests.builders.governance import make_markets, make_person
from tests.risk.importing.conftest import HEADER, SALES_MAPPING

pytestmark = pytest.mark.django_db(transaction=True)
MAPPING = SALES_MAPPING.replace("FORMAT", "csv")
LIMIT = 300_000


class Body(io.RawIOBase):
    """A body of which we see how much was read; what is not given is spaces."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data = io.BytesIO(data)
        self._rest = size - len(data)
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        found = self._data.read(size) or b" " * min(self._rest if size < 0 else size, self._rest)
        self.taken += len(found)
        return found


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = LIMIT
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50_000


@pytest.fixture
def client() -> Client:
    make_markets()
    client = Client()
    client.force_login(User.objects.get(pk=make_person(Role.ADMIN).person_id))
    return client


def form_of(*files: bytes) -> bytes:
    uploads = [SimpleUploadedFile(f"sales-{number}.csv", data) for number, data in enumerate(files)]
    return encode_multipart(BOUNDARY, {"example": "", "mapping": MAPPING, "uploads": uploads})


def send(client: Client, body: Body, size: int, address: str = "risk:new-import") -> Any:
    given = {"wsgi.input": body, "CONTENT_LENGTH": str(size), "CONTENT_TYPE": MULTIPART_CONTENT}
    return client.generic("POST", reverse(address), **given)


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_request_that_says_it_is_too_large_is_not_read_and_keeps_its_fields(client: Client, tmp_path: Path) -> None:
    size = 900_000_000
    body = Body(form_of(b"order,seller\n"), size)
    answer = send(client, body, size)
    assert answer.status_code == 413
    text = answer.content.decode()
    assert "The files have 858 MB. At most 0.3 MB go up at once. Use manage.py import_data for more." in text
    assert "time_zone: America/Sao_Paulo" in text
    assert "This field is required" not in text
    assert body.taken < 500_000
    assert stored(tmp_path) == []
    assert not ImportRun.objects.exists()


def test_files_that_are_too_large_together_are_cut_off_where_they_are(client: Client, tmp_path: Path) -> None:
    data = form_of(b"a" * 200_000, b"b" * 120_000)
    answer = send(client, Body(data, len(data)), len(data))
    assert answer.status_code == 413
    assert "At most 0.3 MB go up at once" in answer.content.decode()
    assert "time_zone: America/Sao_Paulo" in answer.content.decode()
    assert stored(tmp_path) == []


def test_too_many_files_are_told(client: Client, tmp_path: Path) -> None:
    data = form_of(*([b"x"] * (MOST_FILES + 1)))
    answer = send(client, Body(data, len(data)), len(data))
    assert answer.status_code == 413
    assert "At most 20 files go up at once." in answer.content.decode()
    assert stored(tmp_path) == []


def test_what_is_just_small_enough_gets_in(client: Client) -> None:
    row = b"O1,S1,Loja,Recife,2026-03-01,1,"
    rows = HEADER.encode() + row + b"x" * (LIMIT - len(HEADER) - len(row) - 1) + b"\n"
    assert len(rows) == LIMIT
    answer = client.post(
        reverse("risk:new-import"),
        {"example": "", "mapping": MAPPING, "uploads": [SimpleUploadedFile("sales.csv", rows)]},
    )
    assert answer.status_code == 302
    assert ImportRun.objects.get().files[0]["bytes"] == LIMIT


def test_nobody_else_sends_a_byte() -> None:
    make_markets()
    analyst = Client()
    analyst.force_login(User.objects.get(pk=make_person(Role.ANALYST).person_id))
    for client, status in ((Client(), 302), (analyst, 404)):
        body = Body(form_of(b"x" * 1000), 100_000)
        assert send(client, body, 100_000).status_code == status
        assert body.taken == 0


def test_the_token_is_asked_for(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    data = form_of(b"x")
    assert send(strict, Body(data, len(data)), len(data)).status_code == 403
    assert not ImportRun.objects.exists()


def test_a_page_that_wants_no_files_takes_none(client: Client, tmp_path: Path) -> None:
    size = 900_000_000
    body = Body(form_of(b"order,seller\n"), size)
    assert send(client, body, size, "account_login").status_code in {200, 302}
    assert body.taken < 500_000
    assert stored(tmp_path) == []


def test_the_limit_counts_the_files_and_not_what_surrounds_them() -> None:
    request = RequestFactory().post("/", {"note": "x" * 40_000, "uploads": SimpleUploadedFile("a", b"y" * LIMIT)})
    uploads = CappedUploads(request, explain_excess)
    request.upload_handlers = [uploads]
    assert request.FILES["uploads"].size == LIMIT
    assert uploads.problem == ""
    assert project.FILE_UPLOAD_HANDLERS == ["governance.views.uploads.RefusedUploads"]
