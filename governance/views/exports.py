"""Write lists as CSV and XLSX, row by row, so that memory stays flat."""

from __future__ import annotations

import csv
import tempfile
from typing import IO, TYPE_CHECKING, Any, TypeVar

from django.http import FileResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from governance.domain.spreadsheets import to_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Download = TypeVar("Download", StreamingHttpResponse, FileResponse)

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet holds 1,048,576 rows; long before that it is the wrong tool.
XLSX_MAX_ROWS = 100_000


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


def stream_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return the rows as an RFC 4180 file in UTF-8 with a byte order mark, sent while it is read."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([to_cell(word) for word in header])
        for row in rows:
            yield writer.writerow(["" if value is None else to_cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    return _as_download(response, f"{name}.csv")


def send_xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> FileResponse:
    """Return the rows as a workbook with a frozen header, written to a temporary file first."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=name[:31] or "Export")
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    heads = [_cell(sheet, word) for word in header]
    for head in heads:
        head.font = bold
    sheet.append(heads)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    place: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it when it is sent
    book.save(place)
    place.seek(0)
    response = FileResponse(place, content_type=XLSX_TYPE)
    return _as_download(response, f"{name}.xlsx")


def _cell(sheet: Any, value: object) -> Any:
    written: Any = to_cell(value)
    cell = WriteOnlyCell(sheet, value=written)
    if isinstance(written, str):
        cell.data_type = "s"  # never a formula or an error value (#N/A), whatever the text says
    return cell


def _as_download(response: Download, filename: str) -> Download:
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "no-store"
    return response
