"""Turn a row of a list into cells that the template only prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html

from governance.views import formats
from governance.views.columns import CellKind, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: its column with label and classes in words, the raw value, and its text without a template."""

    column: Column
    label: str
    css: str
    value: Any
    words: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One row: its key, the page it opens, what the columns read, and its cells."""

    pk: Any
    url: str
    item: Any
    cells: tuple[CellView, ...]


def build_rows(
    models: Sequence[Model], items: Sequence[Any], columns: Sequence[Column], row_url: Callable[[Any], str]
) -> list[RowView]:
    """Return the rows with the cells of the given columns; items are what the columns read, one for each model."""
    dressed = [(column, str(column.label), column.css) for column in columns]
    return [
        RowView(model.pk, row_url(item), item, tuple(_cell(item, *dress) for dress in dressed))
        for model, item in zip(models, items, strict=True)
    ]


def _cell(item: Any, column: Column, label: str, css: str) -> CellView:
    value = column.read(item)
    return CellView(column, label, css, value, "" if column.template else _words(value, column.kind))


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
    return format_html('<time datetime="{}" data-relative>{}</time>', value.isoformat(), formats.format_relative(value))
