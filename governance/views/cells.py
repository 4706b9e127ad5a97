"""Turn a row of a list into cells that the template only prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html

from governance.views import formats
from governance.views.columns import CellKind, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model


@dataclass(frozen=True)
class CellView:
    """One cell: its column, the raw value, and the words for it when the column has no template."""

    column: Column
    value: Any
    words: str


@dataclass(frozen=True)
class RowView:
    """One row: its key, the page it opens, what the columns read, and its cells."""

    pk: Any
    url: str
    item: Any
    cells: tuple[CellView, ...]


def build_row(model: Model, item: Any, columns: Sequence[Column], url: str) -> RowView:
    """Return the row with the cells of the given columns."""
    return RowView(model.pk, url, item, tuple(_cell(item, column) for column in columns))


def _cell(item: Any, column: Column) -> CellView:
    value = column.read(item)
    return CellView(column, value, "" if column.template else _words(value, column.kind))


def _words(value: Any, kind: CellKind) -> str:
    match kind:
        case CellKind.NUMBER | CellKind.MONEY:
            return formats.format_number(value)
        case CellKind.PERCENT:
            return formats.format_percent(value)
        case CellKind.TIME:
            return _time(value)
        case CellKind.TEXT:
            return formats.NO_DATA if value is None or value == "" else str(value)


def _time(value: Any) -> str:
    if value is None:
        return formats.NO_DATA
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        value.isoformat(),
        formats.format_moment(value),
        formats.format_relative(value),
    )
