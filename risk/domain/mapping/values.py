"""Turn cells of files into typed values."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from policies.rulelang.limits import INT_MAX, INT_MIN
from risk.domain.mapping.spec import CellType

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[-+]?\d{1,19}", re.ASCII)
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0"})
_MICROSECOND_DIGITS: Final = 32  # of 2026-01-31T08:00:00.000000+00:00


class BadCell(ValueError):  # noqa: N818  the importer's word
    """A cell that cannot become what it should; the first argument is why, the second what to do."""

    @property
    def reason(self) -> str:
        """Return why."""
        return str(self.args[0])

    @property
    def hint(self) -> str:
        """Return what to do."""
        return str(self.args[1])


class Values:
    """Reads cells by the conventions of one mapping: zone and forms of its times, its decimal sign."""

    def __init__(self, time_zone: str, time_formats: tuple[str, ...], decimal: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._is_utc = time_zone == "UTC"
        self._formats = time_formats
        self._decimal = decimal

    def parser(self, kind: CellType) -> Callable[[Any], Any]:
        """Return the function that reads a cell, never None, as `kind`; it raises BadCell."""
        return {
            CellType.STRING: read_text,
            CellType.DOUBLE: self.read_double,
            CellType.INT: self.read_int,
            CellType.BOOL: read_bool,
            CellType.TIMESTAMP: self.read_payload_moment,
        }[kind]

    def read_double(self, cell: Any) -> float:
        """Return a finite number."""
        if isinstance(cell, bool):
            raise BadCell("is true or false, not a number", "Check the column.")
        if isinstance(cell, int | float):
            number = float(cell)
        else:
            text = cell.strip()
            if self._decimal == ",":
                text = text.replace(".", "").replace(",", ".")
            if not _NUMBER.fullmatch(text):
                hint = 'Write 1234.5 without signs of thousands, or set decimal: "," in the mapping.'
                raise BadCell(f"{_short(cell)} is not a number", hint)
            number = float(text)
        if not math.isfinite(number):
            raise BadCell(f"{_short(cell)} is not a finite number", "Leave the cell empty where there is no number.")
        return number

    def read_int(self, cell: Any) -> int:
        """Return a whole number of 64 bits; 5.0 is one."""
        if isinstance(cell, str):
            text = cell.strip()
            number = int(text) if _INTEGER.fullmatch(text) else self._whole(self.read_double(cell), cell)
        else:
            number = self._whole(self.read_double(cell), cell) if isinstance(cell, float | bool) else int(cell)
        if not INT_MIN <= number <= INT_MAX:
            raise BadCell(f"{_short(cell)} is beyond 64 bits", "Load it as text: type: string.")
        return number

    def read_moment(self, cell: Any) -> str:
        """Return a moment in UTC in the form of EventRow.

        A time without zone is one of the mapping's zone; of a time that the clocks showed twice the first is
        meant, and one that they jumped over counts on with the offset from before.
        """
        if type(cell) is str:
            if len(cell) == _MICROSECOND_DIGITS and cell.endswith("+00:00") and cell[10] == "T":
                _parse_iso(cell)
                return cell
            text = cell.strip()
        else:
            text = read_text(cell)
        for form in self._formats:
            moment = self._read_as(form, text)
            if moment is not None:
                return moment
        forms = ", ".join(self._formats)
        raise BadCell(f"{_short(cell)} is not a time of the form {forms}", "Correct it, or add time_formats.")

    def read_payload_moment(self, cell: Any) -> str:
        """Return a moment in UTC in its short form, such as 2026-01-31T08:00:00Z."""
        text = self.read_moment(cell)
        return f"{text[:19]}Z" if text[20:26] == "000000" else f"{text[:26]}Z"

    def _read_as(self, form: str, text: str) -> str | None:
        try:
            if form == "iso":
                moment = datetime.fromisoformat(text)
            elif form.startswith("epoch_"):
                moment = datetime.fromtimestamp(float(text) / (1000 if form == "epoch_ms" else 1), UTC)
            else:
                moment = datetime.strptime(text, form)  # noqa: DTZ007  the zone comes below
        except (ValueError, OverflowError, OSError):
            return None
        try:
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC if self._is_utc else self._zone)
            return moment.astimezone(UTC).isoformat(timespec="microseconds")
        except (ValueError, OverflowError):
            return None

    @staticmethod
    def _whole(number: float, cell: Any) -> int:
        if not number.is_integer():
            raise BadCell(f"{_short(cell)} is not a whole number", "Check the column, or use type: double.")
        return int(number)


def read_text(cell: Any) -> str:
    """Return the cell as text; a whole number of a spreadsheet has no point."""
    if type(cell) is str:
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)


def read_bool(cell: Any) -> bool:
    """Return true or false from their usual words."""
    if isinstance(cell, bool):
        return cell
    word = read_text(cell).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadCell(f"{_short(cell)} is neither true nor false", "Write true, false, 1 or 0.")


def _parse_iso(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise BadCell(f"{_short(text)} is not a time", "There is no such day or hour.") from None


def _short(cell: Any) -> str:
    text = str(cell)
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
