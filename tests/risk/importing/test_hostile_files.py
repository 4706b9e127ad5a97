"""Files that are broken or made to do harm: told with their place, read in bounded memory, never an error of ours."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management.base import CommandError

from risk.actions.importing import reading_csv, reading_xlsx
from risk.actions.importing.inputs import InputFile
from risk.actions.importing.reading import file_columns, read_file
from risk.domain.mapping.chunks import BadRow
from risk.domain.mapping.spec import FileFormat, FileSpec
from risk.models import Entity, Event
from tests.risk.importing.conftest import HEADER, SALES_MAPPING, totals

Import = Callable[..., dict[str, Any]]
database = pytest.mark.django_db(transaction=True)
GOOD = "O1,S1,Loja,Recife,2026-03-01,1,\n"
NAMES = HEADER.strip().split(",")


def rejects_of(import_folder: Import, path: Path, form: str = "csv", mapping: str = SALES_MAPPING) -> list[Any]:
    target = path / "rejects.jsonl"
    counts = totals(import_folder(mapping, form, "--rejects", str(target)))
    assert counts[0] == sum(counts[1:])
    return [json.loads(line) for line in target.read_text().splitlines()]


def input_of(path: Path, form: FileFormat, **options: Any) -> InputFile:
    return InputFile(0, FileSpec("sales", path.name, form, **options), path, path.name, path.stat().st_size, "")


def rows_of(file: InputFile) -> tuple[list[dict[str, Any]], list[BadRow]]:
    good, bad = [], []
    for chunk in read_file(file, file_columns(file), 1_000):
        good += [chunk.row(index) for index in range(len(chunk))]
        bad += chunk.bad
    return good, bad


# CSV


@database
def test_mixed_line_ends(folder: Path, import_folder: Import) -> None:
    rows = [GOOD.strip().replace("O1", f"O{number}") for number in range(4)]
    (folder / "sales.csv").write_bytes(
        f"{HEADER.strip()}\r\n{rows[0]}\n{rows[1]}\r{rows[2]}\r\n\n\r\n{rows[3]}".encode()
    )
    assert totals(import_folder()) == (4, 4, 0, 0)


@database
def test_a_quote_that_is_not_closed_loses_no_row_before_it(folder: Path, import_folder: Import, tmp_path: Path) -> None:
    (folder / "sales.csv").write_text(HEADER + GOOD + 'O2,S1,Loja,Recife,2026-03-01,1,"never closed\n' + GOOD * 3)
    (reject,) = rejects_of(import_folder, tmp_path)
    assert (reject["line"], reject["reason"]) == ("3", "has a quote that is not closed before the file ends")
    assert "never closed" in reject["raw"]
    assert Event.objects.get().external_id == "O1:placed"


@database
def test_a_cell_of_more_than_a_million_characters_is_refused_and_its_neighbours_kept(
    folder: Path, import_folder: Import, tmp_path: Path
) -> None:
    huge = GOOD.strip().replace("O1", "O2") + "x" * 1_200_000
    (folder / "sales.csv").write_text(f"{HEADER}{GOOD}{huge}\n{GOOD.replace('O1', 'O3')}")
    (reject,) = rejects_of(import_folder, tmp_path)
    assert (reject["line"], reject["hint"]) == ("3", "Look for a quote that is not closed.")
    assert "field larger than field limit" in reject["reason"]
    assert Event.objects.count() == 2


def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_csv, "MOST_LINE", 100_000)
    path = tmp_path / "sales.csv"
    with path.open("w") as file:
        file.write("a,b\n1,2\n")
        for _ in range(500):
            file.write("x," * 10_000)
        file.write("\n3,4\n")
    tracemalloc.start()
    good, bad = rows_of(input_of(path, FileFormat.CSV))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert good == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert [(row.line, row.reason) for row in bad] == [(3, "is longer than 100000 characters")]
    assert len(bad[0].raw) <= reading_csv.MOST_RAW
    assert peak < 20_000_000  # the line has ten million characters, in half as many cells


def test_a_first_line_without_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_csv, "MOST_LINE", 1_000)
    path = tmp_path / "sales.csv"
    path.write_text("x," * 10_000)
    with pytest.raises(Exception, match=r"sales\.csv: the first line does not end\. Look for missing line ends"):
        rows_of(input_of(path, FileFormat.CSV))


def test_a_line_of_just_the_allowed_length_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_csv, "MOST_LINE", 10)
    for end in ("\n", "\r\n", ""):
        path = tmp_path / "sales.csv"
        text = "a,b\n" + "x" * (8 - len(end)) + ",y" + end
        path.write_text(text, newline="")
        assert rows_of(input_of(path, FileFormat.CSV)) == ([{"a": "x" * (8 - len(end)), "b": "y"}], [])


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (HEADER.encode("utf-16"), "utf-8", "the first line is not utf-8. Set encoding in the mapping."),
        (b"\xef\xbb\xbf" + HEADER.encode(), "latin-1", "begins with the mark of UTF-8. Set encoding: utf-8"),
        (b"\xef\xbb\xbf" + HEADER.encode(), "cp1252", "begins with the mark of UTF-8. Set encoding: utf-8"),
        (HEADER.encode("utf-16-le") + b"x", "utf-16-le", "the bytes are not utf-16-le (truncated data"),
        (HEADER.encode(), "idna", "cannot be read"),
        (b"", "utf-8", "is empty: its first line must name the columns."),
        (b"\xef\xbb\xbf", "utf-8", "is empty: its first line must name the columns."),
        (b"a,b,a\n1,2,3\n", "utf-8", "the column a is there twice. Rename one of them."),
        (b"x" * 1_100_000 + b",b\n", "utf-8", "cannot be read: field larger than field limit"),
    ],
)
def test_a_first_line_that_cannot_be_read_is_told(tmp_path: Path, data: bytes, encoding: str, message: str) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(data)
    with pytest.raises(Exception, match=r"sales\.csv") as caught:
        rows_of(input_of(path, FileFormat.CSV, encoding=encoding))
    assert message in str(caught.value)


# XLSX


def workbook(path: Path, sheet: str | None = None, parts: dict[str, bytes] | None = None) -> Path:
    """Write a workbook whose only sheet, and other parts, are replaced by what is given."""
    data = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    book.active.append(["O1", "S1", "Loja", "Recife", "2026-03-01", 1, "x"])
    book.save(data)
    more = dict(parts or {})
    if sheet is not None:
        more["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, more.pop(name, None) or source.read(name))
        for name, content in more.items():
            target.writestr(name, content)
    return path


def sheet_of(rows: str, before: str = "") -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'


def text_row(number: object, *cells: str) -> str:
    found = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{found}</row>'


BOMB = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (sheet_of(text_row(1, "a", "b"), BOMB), "is not written by a spreadsheet program (xl/worksheets/sheet1.xml)"),
        (sheet_of(text_row(1, "a") + text_row(2, "x" * 1_500_000)), "has a cell of more than a megabyte"),
        (sheet_of(text_row(1, "a") + text_row(99_999_999_999, "x")), "has more rows than a sheet can have"),
        (sheet_of(text_row(1, "a") + text_row("many", "x")), "cannot be read behind row 1"),
        (sheet_of(text_row(1, "a") + "<row><c t='s'><v>9999</v></c></row>"), "cannot be read behind row 1"),
        (sheet_of(text_row(1, "a") + "<row>")[:-40], "is no XLSX file: unclosed token"),
        (sheet_of(""), "has no column names: the first row of the sheet must hold them."),
        ("no XML", "is no XLSX file"),
    ],
)
def test_a_sheet_that_no_spreadsheet_program_wrote(tmp_path: Path, sheet: str, message: str) -> None:
    path = workbook(tmp_path / "sales.xlsx", sheet)
    with pytest.raises(Exception, match=r"sales\.xlsx") as caught:
        rows_of(input_of(path, FileFormat.XLSX))
    assert message in str(caught.value)


def test_a_long_text_that_a_cell_can_hold_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "sales.xlsx", sheet_of(text_row(1, "a", "b") + text_row(2, "x" * 32_767, "y")))
    assert rows_of(input_of(path, FileFormat.XLSX)) == ([{"a": "x" * 32_767, "b": "y"}], [])


@pytest.mark.parametrize("size", [0, 100, 2_000])
def test_a_workbook_that_is_cut_off(tmp_path: Path, size: int) -> None:
    path = workbook(tmp_path / "sales.xlsx")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(Exception, match=r"sales\.xlsx is no XLSX file"):
        rows_of(input_of(path, FileFormat.XLSX))


def test_a_workbook_of_which_bytes_were_changed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "sales.xlsx")
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    data = bytearray(path.read_bytes())
    for place in range(start + 60, start + 120):
        data[place] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(Exception, match=r"sales\.xlsx is no XLSX file"):
        rows_of(input_of(path, FileFormat.XLSX))


def test_texts_shared_by_cells_are_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_xlsx, "MOST_SHARED", 10_000)
    path = workbook(tmp_path / "sales.xlsx", parts={"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 5_000 + b"</sst>"})
    with pytest.raises(Exception, match="would be too large"):
        rows_of(input_of(path, FileFormat.XLSX))


# JSON Lines


def nested(depth: int, inner: str = "1") -> str:
    return '{"a":' * depth + inner + "}" * depth


@database
def test_json_that_is_nested_without_end(folder: Path, import_folder: Import, tmp_path: Path) -> None:
    good = dict(zip(NAMES, GOOD.strip().split(","), strict=True))
    lines = [
        json.dumps(good),
        json.dumps({**good, "order": "O2"})[:-1] + f', "deep": {nested(900)}}}',  # read, as nobody asks for it
        json.dumps({**good, "order": "O3", "note": 5})[:-2] + nested(900) + "}",  # in a column that is asked for
        nested(100_000),
        "[" * 1_000_000,
    ]
    (folder / "sales.jsonl").write_text("\n".join(lines) + "\n")
    told = {reject["line"]: reject["reason"] for reject in rejects_of(import_folder, tmp_path, "jsonl")}
    assert told.keys() == {"3", "4", "5"}
    assert told["3"].startswith("cannot be kept")
    assert told["4"].startswith("is not JSON")
    assert Event.objects.count() == 2


@database
def test_lines_of_json_that_are_no_text_or_too_long(folder: Path, import_folder: Import, tmp_path: Path) -> None:
    good = json.dumps(dict(zip(NAMES, GOOD.strip().split(","), strict=True)))
    lines = [
        good,
        good.replace('"O1"', '"' + "x" * 1_000_001 + '"'),
        good.replace('"O1"', '"O\\ud800"'),
        "\0",
        '"text"',
    ]
    data = "\n".join(lines).encode() + b"\n" + good.replace("O1", "O9").encode().replace(b"Loja", b"L\xe7ja") + b"\r\n"
    (folder / "sales.jsonl").write_bytes(b"\xef\xbb\xbf" + data)
    told = {reject["line"]: reject["reason"] for reject in rejects_of(import_folder, tmp_path, "jsonl")}
    assert told.keys() == {"2", "3", "4", "5", "6"}
    assert told["2"] == "is longer than 1000000 bytes"
    assert told["5"] == "is not an object"
    assert Event.objects.count() == 1


@database
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("order,seller\n1,2\n", "is no JSON Lines file: line 1 is not JSON"),
        ('[{"order": 1}]\n', "is no JSON Lines file: line 1 is not an object"),
        ('\n{"order": 1, "seler": 2}\n', "sales has no column seller in its first rows. Did you mean seler? Where"),
        (json.dumps({f"k{number}": 1 for number in range(10_001)}), "has more than 10000 columns"),
        ("", "No row was found in the files."),
    ],
)
def test_json_lines_are_held_against_the_mapping_first(
    folder: Path, import_folder: Import, text: str, message: str
) -> None:
    (folder / "sales.jsonl").write_text(text)
    with pytest.raises(CommandError) as caught:
        import_folder(SALES_MAPPING, "jsonl")
    assert message in str(caught.value)


@database
def test_columns_of_json_lines_are_those_of_all_files_together(folder: Path, import_folder: Import) -> None:
    row = dict(zip(NAMES, GOOD.strip().split(","), strict=True))
    first = {name: cell for name, cell in row.items() if name not in {"note", "city"}}
    (folder / "sales.1.jsonl").write_text(json.dumps(first))
    (folder / "sales.2.jsonl").write_text(json.dumps({**row, "order": "O2", "city": {"name": "Recife"}}))
    assert totals(import_folder(SALES_MAPPING.replace("city: city", "city: city.name"), "jsonl")) == (2, 2, 0, 0)


# Parquet


def broken_text(*cells: bytes) -> pa.Array:
    """Return a column of texts that are no UTF-8."""
    ends = [sum(map(len, cells[:count])) for count in range(len(cells) + 1)]
    offsets = b"".join(end.to_bytes(4, "little") for end in ends)
    return pa.Array.from_buffers(pa.string(), len(cells), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(cells))])


@database
def test_cells_of_parquet_that_have_no_value_are_told_and_the_other_rows_kept(
    folder: Path, import_folder: Import, tmp_path: Path
) -> None:
    days = pa.array([20_000, 20_000, 2**30], pa.int32()).cast(pa.date32())
    table = pa.table(
        {
            "order": ["O1", "O2", "O3"], "seller": ["S1"] * 3, "shop": broken_text(b"Loja", b"L\xe7ja", b"Loja"),
            "city": [None] * 3, "at": days, "amount": [1.5, 2.5, 3.5], "note": [b"\xff", b"x", b"y"],
        }
    )  # fmt: skip
    pq.write_table(table, folder / "sales.parquet")
    told = sorted(rejects_of(import_folder, tmp_path, "parquet"), key=lambda reject: reject["line"])
    assert [(reject["line"], reject["column"]) for reject in told] == [("2", "shop"), ("3", "at")]
    assert "can't decode byte 0xe7" in told[0]["reason"]
    assert json.loads(told[0]["raw"])["seller"] == "S1"
    assert set(Event.objects.values_list("external_id", flat=True)) == {"O1:placed", "O2:placed"}  # no event has `shop`
    assert Entity.objects.get(type="seller").name == "Loja"


@pytest.mark.parametrize("size", [0, 4, 200, -1, -20])
def test_parquet_that_is_cut_off(tmp_path: Path, size: int) -> None:
    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(Exception, match=r"sales\.parquet is no Parquet file"):
        rows_of(input_of(path, FileFormat.PARQUET))


def test_parquet_of_which_a_page_is_broken_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    values = [f"{number * 7919 % 100_003}" for number in range(20_000)]
    pq.write_table(pa.table({"a": values}), path, compression="zstd", row_group_size=5_000, use_dictionary=False)
    place = pq.ParquetFile(path).metadata.row_group(2).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    for number in range(place + 30, place + 300):
        data[number] ^= 0x5A
    path.write_bytes(bytes(data))
    with pytest.raises(Exception, match=r"sales\.parquet cannot be read after row 10000: .*Write the file again"):
        rows_of(input_of(path, FileFormat.PARQUET))


def test_lists_and_objects_of_parquet_become_json(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"a": [[1, None]], "b": [{"x": "é", "y": b"z"}]}), path)
    assert rows_of(input_of(path, FileFormat.PARQUET)) == ([{"a": "[1,null]", "b": '{"x":"é","y":"b\'z\'"}'}], [])
