"""Read one sheet of an XLSX file, row by row. Bombs are refused before they are unpacked."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import IO, Any, Final

from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from risk.domain.mapping.chunks import BadRow, Chunk, place_of

MOST_UNPACKED: Final = 1_500_000_000  # bytes; a full sheet of a million rows has less
MOST_SHARED: Final = 100_000_000  # bytes of shared texts, which are kept in memory
MOST_RATIO: Final = 300
MOST_PARTS: Final = 5_000
MOST_ROWS: Final = 1_048_576  # of a sheet; a row may claim any number, and those before it would be made up
MOST_TEXT: Final = 1_000_000  # bytes between two tags; a cell holds 32,767 characters
PIECE: Final = 500_000
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")  # XML in UTF-16, in which nothing would be found


@cache
def load_openpyxl() -> ModuleType:
    """Return `openpyxl`, imported when first used: it takes a tenth of a second."""
    return import_module("openpyxl")


def xlsx_columns(file: InputFile) -> tuple[str, ...]:
    """Return the names in the first row; unnamed columns are empty texts."""
    rows = _rows(file)
    try:
        first = next(rows, None)
    finally:
        rows.close()
    if first is None or not any(first[1]):
        raise ImportFailed(f"{file.label} has no column names: the first row of the sheet must hold them.")
    return tuple("" if cell is None else str(cell).strip() for cell in first[1])


def read_xlsx(file: InputFile, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
    """Yield the rows; see read_file. Rows without any cell are no data rows."""
    names = xlsx_columns(file)
    places = [(name, names.index(name)) for name in wanted]
    nulls = frozenset(file.spec.nulls)
    found = _rows(file)
    next(found)
    owners: list[int] = []
    bad: list[BadRow] = []
    columns: dict[str, list[Any]] = {name: [] for name in wanted}
    for line, cells in found:
        values = [_as_cell(cell, nulls) for cell in cells]
        if all(value is None for value in values):
            continue
        if any(value is not None for value in values[len(names) :]):
            hint = f"The first row names {len(names)} columns; clear the others."
            bad.append(BadRow(line, "", f"has {len(values)} cells", hint, ", ".join(map(str, values))[:4000]))
        else:
            owners.append(place_of(file.number, line))
            for name, place in places:
                columns[name].append(values[place] if place < len(values) else None)
        if len(owners) + len(bad) >= rows:
            yield Chunk(columns, owners, bad)
            owners, bad, columns = [], [], {name: [] for name in wanted}
    if owners or bad:
        yield Chunk(columns, owners, bad, file.size)


def check_archive(file: InputFile) -> None:
    """Raise ImportFailed for what is no archive, or would be far larger unpacked than a workbook can be."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            parts = archive.infolist()
            _check_parts(file, archive, parts)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError) as error:
        raise ImportFailed(f"{file.label} is no XLSX file: {error}. Save it as .xlsx, not .xls.") from error


def _check_parts(file: InputFile, archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Raise ImportFailed for what would be too large unpacked, or is written as no spreadsheet program writes it."""
    unpacked = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    is_bomb = unpacked > 10_000_000 and unpacked > MOST_RATIO * file.size
    if is_bomb or unpacked > MOST_UNPACKED or shared > MOST_SHARED or len(parts) > MOST_PARTS:
        size = f"{unpacked // 1_000_000} MB unpacked"
        raise ImportFailed(f"{file.label} would be too large ({size}). Save the sheet as CSV.")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as data:
                _check_part(file, part.filename, data)


def _check_part(file: InputFile, name: str, data: IO[bytes]) -> None:
    """Refuse XML that defines entities, and texts that are longer than a cell can be: both fill the memory."""
    gap = 0
    tail = b""
    while piece := data.read(PIECE):
        if b"<!DOCTYPE" in tail + piece or (not tail and piece.startswith(_WIDE)):
            raise ImportFailed(f"{file.label} is not written by a spreadsheet program ({name}). Save the sheet as CSV.")
        tail = piece[-len(b"<!DOCTYPE") :]
        first = piece.find(b"<")
        if gap + (first if first >= 0 else len(piece)) > MOST_TEXT:
            raise ImportFailed(f"{file.label} has a cell of more than a megabyte ({name}). Save the sheet as CSV.")
        gap = len(piece) - piece.rfind(b"<") if first >= 0 else gap + len(piece)


def _rows(file: InputFile) -> Any:
    """Yield line and cells of the sheet."""
    check_archive(file)
    try:
        book = load_openpyxl().load_workbook(file.path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise ImportFailed(f"{file.label} is no XLSX file: {error}. Open it and save it again.") from error
    line = 0
    try:
        sheet = _sheet(file, book)
        sheet.reset_dimensions()
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if line > MOST_ROWS:
                raise ImportFailed(f"{file.label} has more rows than a sheet can have. Save the sheet as CSV.")
            yield line, cells
    except (ValueError, TypeError, LookupError, ArithmeticError, SyntaxError, OSError, zlib.error) as error:
        reason = f"cannot be read behind row {line}: {error}"
        raise ImportFailed(f"{file.label} {reason}. Open it and save it again.") from error
    finally:
        book.close()


def _sheet(file: InputFile, book: Any) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if file.spec.sheet is None and names:
        return book.worksheets[0]
    if file.spec.sheet in names:
        return book.worksheets[names.index(file.spec.sheet)]
    raise ImportFailed(f"{file.label} has no sheet {file.spec.sheet}. There is: {', '.join(names)}.")


def _as_cell(cell: Any, nulls: frozenset[str]) -> Any:
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return None if isinstance(cell, str) and cell in nulls else cell
