"""Read long lists page by page: a page starts after the last row of the one before, never at an offset.

The cost of a page does not grow with its number, and rows that arrive meanwhile shift nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet

from governance.domain.errors import FieldProblem, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class SortKey:
    """One column to order by. field is a lookup path or an annotation; nulls come last in both directions."""

    field: str
    is_descending: bool = False
    is_nullable: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows in order, with the cursors of its neighbours; None where there is no neighbour."""

    rows: tuple[Row, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class BoundedCount:
    """How many rows there are, counted no further than a limit."""

    number: int
    is_exact: bool


def keyset_page(rows: QuerySet[Row], *, order: Sequence[SortKey], cursor: str = "", size: int = 50) -> Page[Row]:
    """Return the page at `cursor`, the first one when it is empty; raises InvalidInput on a broken cursor.

    The primary key is added to the order, in the direction of the last key, so that every row has one place.
    """
    keys = _complete(order)
    forward, after = _read_cursor(cursor, keys) if cursor else (True, None)
    found = rows.order_by(*[_expression(key, is_reversed=not forward) for key in keys])
    if after is not None:
        try:
            found = found.filter(_beyond(keys, after, is_reversed=not forward))
        except (TypeError, ValueError, ValidationError) as error:  # values of another list's columns
            raise _broken() from error
    batch = list(found[: size + 1])
    has_more = len(batch) > size
    batch = batch[:size]
    if not forward:
        batch.reverse()
    has_next = has_more if forward else True
    has_previous = cursor != "" if forward else has_more
    return Page(
        rows=tuple(batch),
        next_cursor=_write_cursor("next", batch[-1], keys) if batch and has_next else None,
        previous_cursor=_write_cursor("previous", batch[0], keys) if batch and has_previous else None,
    )


def bounded_count(rows: QuerySet[Row], *, limit: int = 10_000) -> BoundedCount:
    """Count rows up to `limit`; beyond it the count is the limit and not exact."""
    number = rows.order_by()[: limit + 1].count()
    return BoundedCount(min(number, limit), number <= limit)


def in_order(rows: QuerySet[Row], order: Sequence[SortKey]) -> QuerySet[Row]:
    """Return the rows in the order of the pages, for exports."""
    return rows.order_by(*[_expression(key, is_reversed=False) for key in _complete(order)])


def rows_in_order(rows: QuerySet[Row], *, order: Sequence[SortKey], chunk: int = 2_000) -> Iterator[Row]:
    """Yield every row in the order of the pages, reading `chunk` at a time so that memory stays flat."""
    yield from in_order(rows, order).iterator(chunk_size=chunk)


def _complete(order: Sequence[SortKey]) -> tuple[SortKey, ...]:
    if any(key.field in {"pk", "id"} for key in order):
        return tuple(order)
    return (*order, SortKey("pk", is_descending=order[-1].is_descending if order else False))


def _expression(key: SortKey, *, is_reversed: bool) -> Any:
    is_descending = key.is_descending != is_reversed
    if not key.is_nullable:
        return F(key.field).desc() if is_descending else F(key.field).asc()
    # Last in both directions means first when the page is read backwards.
    nulls: dict[str, bool] = {"nulls_first": True} if is_reversed else {"nulls_last": True}
    return F(key.field).desc(**nulls) if is_descending else F(key.field).asc(**nulls)


def _beyond(keys: Sequence[SortKey], values: Sequence[Any], *, is_reversed: bool) -> Q:
    """Return the condition for rows after `values` in the order: a > v, or a = v and b > w, and so on.

    The first column is bounded on its own as well (a >= v), which lets an index scan start at the cursor.
    """
    condition = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        condition |= equal & _strictly_after(key, value, is_reversed=is_reversed)
        equal &= Q(**{f"{key.field}__isnull": True}) if value is None else Q(**{key.field: value})
    first, value = keys[0], values[0]
    if first.is_nullable:
        return condition
    bound = "lte" if first.is_descending != is_reversed else "gte"
    return Q(**{f"{first.field}__{bound}": value}) & condition


def _strictly_after(key: SortKey, value: Any, *, is_reversed: bool) -> Q:
    if value is None:  # nulls are last: going back from them come all the others, going on comes nothing
        return Q(**{f"{key.field}__isnull": False}) if is_reversed else Q(pk__in=[])
    is_descending = key.is_descending != is_reversed
    after = Q(**{f"{key.field}__{'lt' if is_descending else 'gt'}": value})
    if key.is_nullable and not is_reversed:
        after |= Q(**{f"{key.field}__isnull": True})
    return after


_READERS: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
}


def _pack(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return ["datetime", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case Decimal():
            return ["decimal", str(value)]
        case UUID():
            return ["uuid", str(value)]
    raise TypeError(f"A list cannot be ordered by values of {type(value).__name__}.")


def _value(row: Model, path: str) -> Any:
    value: Any = row
    for part in path.split("__"):
        if value is None:
            return None
        value = getattr(value, part)
    return value


def _write_cursor(direction: str, row: Model, keys: Sequence[SortKey]) -> str:
    content = [direction, *(_pack(_value(row, key.field)) for key in keys)]
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, keys: Sequence[SortKey]) -> tuple[bool, list[Any]]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        direction, *packed = json.loads(raw)
        values = [_READERS[item[0]](item[1]) if isinstance(item, list) else item for item in packed]
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, binascii.Error) as error:
        raise _broken() from error
    if direction not in {"next", "previous"} or len(values) != len(keys):
        raise _broken()
    if any(value is None and not key.is_nullable for key, value in zip(keys, values, strict=True)):
        raise _broken()
    return direction == "next", values


def _broken() -> InvalidInput:
    return InvalidInput([FieldProblem("cursor", "This page address is not valid.", "Start from the first page.")])
