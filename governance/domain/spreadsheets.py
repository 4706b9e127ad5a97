"""Make values safe for spreadsheets: a cell must never run as a formula."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

Cell = str | int | float | Decimal | bool | None

# What spreadsheet programs read as the start of a formula or of an escape from the cell, full-width forms included.
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# Characters that XML 1.0, and with it XLSX, cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def safe_text(words: str) -> str:
    """Return text that no spreadsheet program runs: a leading formula sign gets an apostrophe before it."""
    clean = _CONTROL.sub("", words)
    return f"'{clean}" if clean.lstrip(" ").startswith(_FORMULA_STARTS) else clean


def to_cell(value: object) -> Cell:
    """Return the value as a cell: numbers stay numbers, times become ISO 8601 in UTC, all else safe text."""
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    match value:
        case datetime():
            moment = value.astimezone(UTC) if value.tzinfo else value
            words = moment.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
        case date():
            words = value.isoformat()
        case timedelta():
            return round(value.total_seconds())
        case Enum():
            words = str(value.value)
        case list() | tuple():
            words = ", ".join(map(str, value))
        case set() | frozenset():
            words = ", ".join(sorted(map(str, value)))
        case _:
            words = str(value)
    return safe_text(words)
