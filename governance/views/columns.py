"""The columns of a list: what they are called, how they sort, how they look, what they export."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from governance.queries.lists import SortKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Model
    from django.utils.functional import _StrPromise


class CellKind(StrEnum):
    """How a plain value is shown when the column has no template of its own."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    TIME = "time"
    MONEY = "money"


@dataclass(frozen=True)
class Column:
    """One column. key is its name in the address and in saved choices, and must stay.

    value reads the row (default: the attribute `key`, dots for related rows); it is what exports write.
    sort are the lookup paths to order by; nullable says that they may be null. template is a cell of its own
    (context: row, value, column). is_lead marks the cell that opens the row; is_fixed cannot be hidden;
    is_shown False columns start hidden.
    """

    key: str
    label: str | _StrPromise
    kind: CellKind = CellKind.TEXT
    value: Callable[[Any], Any] | None = None
    sort: tuple[str, ...] = ()
    is_nullable: bool = False
    template: str = ""
    is_lead: bool = False
    is_fixed: bool = False
    is_shown: bool = True
    is_wide: bool = False

    @property
    def css(self) -> str:
        """Return the classes of the cells."""
        classes = ["num"] if self.kind in {CellKind.NUMBER, CellKind.PERCENT, CellKind.MONEY} else []
        if self.is_wide:
            classes.append("fill")
        if self.is_lead:
            classes.append("lead-cell")
        return " ".join(classes)

    def read(self, row: Model) -> Any:
        """Return the value of the row."""
        if self.value is not None:
            return self.value(row)
        value: Any = row
        for part in self.key.split("."):
            value = getattr(value, part, None)
        return value

    def order(self, *, is_descending: bool) -> tuple[SortKey, ...]:
        """Return the keys that sort by this column."""
        return tuple(SortKey(field, is_descending, self.is_nullable) for field in self.sort)


def parse_sort(given: str, columns: Sequence[Column], default: str) -> tuple[Column, bool]:
    """Return the column and whether it descends for `-key` or `key`; an unknown key gives the default."""
    sortable = {column.key: column for column in columns if column.sort}
    for wanted in (given, default):
        key = wanted.removeprefix("-")
        if key in sortable:
            return sortable[key], wanted.startswith("-")
    raise ValueError(f"The default sort {default!r} names no sortable column.")


def shown_columns(columns: Sequence[Column], chosen: Sequence[str] | None) -> tuple[Column, ...]:
    """Return the columns to show: the viewer's choice in the list's order, fixed ones always."""
    if chosen is None:
        return tuple(column for column in columns if column.is_shown or column.is_fixed)
    wanted = set(chosen)
    return tuple(column for column in columns if column.is_fixed or column.key in wanted)
