"""The same rows in every format, and what is peculiar to each."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management.base import CommandError

from risk.actions.importing.inputs import InputFile
from risk.actions.importing.reading import read_file
from risk.domain.mapping.spec import FileFormat, FileSpec
from risk.models import Event
from tests.risk.importing.conftest import SALES_MAPPING, totals

pytestmark = pytest.mark.django_db(transaction=True)
Import = Callable[..., dict[str, Any]]
NAMES = ("order", "seller", "shop", "city", "at", "amount", "note")
AT = datetime(2026, 3, 1, 8, 0, 0, 250_000)
ROWS: list[tuple[Any, ...]] = [("O1", 17, "Loja", "Recife", AT, 12.5, "olá"), ("O2", 17, "Loja", None, AT, None, None)]


def write_xlsx(path: Path, rows: list[tuple[Any, ...]]) -> None:
    book = openpyxl.Workbook()
    for row in (NAMES, *rows):
        book.active.append(row)
    book.save(path)


def write_jsonl(path: Path, rows: list[tuple[Any, ...]]) -> None:
    lines = [dict(zip(NAMES, row, strict=True)) for row in rows]
    path.write_text("\n\n".join(json.dumps(line, default=str) for line in lines))


def write_parquet(path: Path, rows: list[tuple[Any, ...]]) -> None:
    pq.write_table(pa.table({name: [row[place] for row in rows] for place, name in enumerate(NAMES)}), path)


@pytest.mark.parametrize(("form", "write"), [("xlsx", write_xlsx), ("jsonl", write_jsonl), ("parquet", write_parquet)])
def test_typed_cells_become_what_they_are(
    folder: Path, import_folder: Import, form: str, write: Callable[[Path, list[tuple[Any, ...]]], None]
) -> None:
    write(folder / f"sales.{form}", ROWS)
    assert totals(import_folder(SALES_MAPPING, form)) == (2, 2, 0, 0)
    first = Event.objects.get(external_id="O1:placed")
    assert first.occurred_at == datetime(2026, 3, 1, 11, 0, 0, 250_000, tzinfo=UTC)
    assert first.payload == {"amount": 12.5, "text": "olá"}
    assert Event.objects.get(external_id="O2:placed").payload == {}
    assert totals(import_folder(SALES_MAPPING, form)) == (2, 0, 0, 2)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_of_long_rows_fewer_come_at_once(tmp_path: Path, form: str) -> None:
    texts = [f"{number}{'x' * 700_000}" for number in range(10)]
    path = tmp_path / f"long.{form}"
    if form == "csv":
        path.write_text("note\n" + "".join(f"{text}\n" for text in texts))
    elif form == "jsonl":
        path.write_text("".join(json.dumps({"note": text}) + "\n" for text in texts))
    else:
        pq.write_table(pa.table({"note": texts}), path)
    file = InputFile(0, FileSpec("long", path.name, FileFormat(form)), path, path.name, path.stat().st_size, "")
    chunks = list(read_file(file, ["note"], 8_000))
    assert [text for chunk in chunks for text in chunk.columns["note"]] == texts
    assert max(map(len, chunks)) <= 5


def test_lines_that_are_no_objects_are_told_and_the_others_kept(
    folder: Path, import_folder: Import, tmp_path: Path
) -> None:
    good = json.dumps({"order": "O1", "seller": {"id": "S1"}, "at": "2026-03-01T08:00:00Z"})
    (folder / "sales.jsonl").write_text(f'{good}\n{{"order": \n[1]\n\n{good.replace("O1", "O5")}\n')
    mapping = SALES_MAPPING.replace("seller: seller, order", "seller: seller.id, order").replace(
        "id: seller,", "id: seller.id,"
    )
    mapping = mapping.replace("format: FORMAT", "format: jsonl, optional: [shop, city, amount, note]")
    rejects = tmp_path / "rejects.jsonl"
    assert totals(import_folder(mapping, "jsonl", "--rejects", str(rejects))) == (4, 2, 2, 0)
    told = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [line["line"] for line in told] == ["2", "3"]
    assert Event.objects.get(external_id="O5:placed").payload == {}


def test_a_workbook_that_would_unpack_to_gigabytes_is_refused(folder: Path, import_folder: Import) -> None:
    write_xlsx(folder / "sales.xlsx", ROWS)
    with zipfile.ZipFile(folder / "sales.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 30_000_000)
    with pytest.raises(CommandError, match="would be too large"):
        import_folder(SALES_MAPPING, "xlsx")


@pytest.mark.parametrize(("form", "message"), [("xlsx", "is no XLSX file"), ("parquet", "is no Parquet file")])
def test_a_file_that_is_not_what_it_says_stops_the_import(
    folder: Path, import_folder: Import, form: str, message: str
) -> None:
    (folder / f"sales.{form}").write_text("order,seller\n")
    with pytest.raises(CommandError, match=message):
        import_folder(SALES_MAPPING, form)


def test_a_file_of_column_names_alone_is_an_error(folder: Path, import_folder: Import) -> None:
    (folder / "sales.csv").write_text(",".join(NAMES) + "\n")
    with pytest.raises(CommandError, match="No row was found"):
        import_folder()
