"""Read what a backtest needs from the rows of a file: what rules ask, and by what events are told apart."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.engines.arrow import load_arrow, load_compute
from policies.engines.backtest.request import Grouping, Request
from policies.engines.binding import Bound, bind, find_column, is_text, storage_of
from policies.engines.columnar.fitting import values_of
from policies.engines.columnar.instants import OWN_INSTANT, own_instants, read_instants
from policies.engines.columnar.moments import DAY
from policies.engines.columnar.vectors import Vector
from policies.engines.errors import DataError
from policies.rulelang import STRING, Field

MARKET = ("market", "event.market")
EVENT_ID = ("event_id", "id", "event.id")
_MOST_DAYS_COUNTED = 4_096
_MOST_RUNS = 20
_TEXT = Field(STRING, nullable=True)


@dataclass(frozen=True)
class Layout:
    """Where a file has what a backtest needs: the fields of rules, the time, market and identifiers of events."""

    fields: Mapping[str, Bound]
    occurred_at: Mapping[str, Bound]
    market: Bound | None
    event_id: Bound | None
    entities: Mapping[str, Bound]

    def columns(self, names: frozenset[str]) -> list[str]:
        """Return the columns to read when rules ask these fields."""
        others = [*self.occurred_at.values(), *self.entities.values(), self.market, self.event_id]
        wanted = [self.fields[name] for name in sorted(names)] + [one for one in others if one is not None]
        return list(dict.fromkeys(one.column for one in wanted if one.path))


def layout_of(columns: Any, request: Request) -> Layout:
    """Find the columns that a request needs in an Arrow schema.

    Raises:
        DataError: a column that rules read does not fit, or there is none to tell events apart by.
    """
    program, labels = request.program, request.labels
    own = own_instants(columns)
    by_day, by_market = Grouping.DAY in request.groupings, Grouping.MARKET in request.groupings
    if by_day and not own:
        raise DataError(f"hits by day need a column of times {' or '.join(OWN_INSTANT)}")
    market = _text_column(MARKET, columns)
    if by_market and market is None:
        raise DataError(f"hits by market need a column of texts {' or '.join(MARKET)}")
    event_id = _text_column(EVENT_ID, columns)
    if labels is not None and labels.events is not None and event_id is None:
        raise DataError(f"labels of events need a column {', '.join(EVENT_ID[:-1])} or {EVENT_ID[-1]}")
    types = () if labels is None else labels.entities
    entities = {name: _text_column((f"{name}_id", f"{name}.id", name), columns) for name in types}
    asks_time = by_day or labels is not None or (program.asks_now and request.now is None)
    wants_id = request.sample or (labels is not None and labels.events is not None)
    return Layout(
        bind(program.fields, program.fields, columns),
        own if asks_time else {},
        market if by_market or labels is not None else None,
        event_id if wants_id else None,
        {name: found for name, found in entities.items() if found is not None},
    )


def _text_column(names: tuple[str, ...], columns: Any) -> Bound | None:
    types = load_arrow().types
    for name in names:
        path, kept_as = find_column(name, columns)
        if path and (is_text(storage_of(kept_as)) or types.is_integer(kept_as)):
            return Bound(name, _TEXT, path, kept_as)
    return None


def texts_of(batch: Any, bound: Bound | None) -> Any:
    """Return an Arrow array of texts, None without a column; whole numbers are written out."""
    if bound is None:
        return None
    values = values_of(batch, bound)
    if load_arrow().types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return load_compute().cast(values, load_arrow().string())


@dataclass(frozen=True)
class Groups:
    """The day and market of each row: `codes[row]` is the place of its key; a key is (day, market).

    `runs` are the stretches of rows with the same code, as (first, behind the last, code), where they are few:
    events are mostly stored by time.
    """

    keys: tuple[tuple[int | None, str | None], ...]
    codes: NDArray[np.intp] | None
    runs: tuple[tuple[int, int, int], ...] | None = None


def groups_of(batch: Any, layout: Layout, groupings: tuple[Grouping, ...], moments: Vector | None) -> Groups:
    """Tell the rows of a batch apart; days count from the epoch in UTC, None where the time is not known."""
    days: list[int | None] = [None]
    markets: list[str | None] = [None]
    codes: Any = None
    if Grouping.DAY in groupings and moments is not None:
        days, codes = _days(moments)
    if Grouping.MARKET in groupings and layout.market is not None:
        encoded = load_compute().dictionary_encode(texts_of(batch, layout.market), null_encoding="encode")
        markets = encoded.dictionary.to_pylist()
        places = encoded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
        codes = places if codes is None else codes * len(markets) + places
    keys = tuple((day, market) for day in days for market in markets)
    if codes is None or len(keys) == 1:
        return Groups(keys, None)
    return Groups(keys, codes, _runs(codes))


def _runs(codes: NDArray[np.intp]) -> tuple[tuple[int, int, int], ...] | None:
    bounds = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    if len(bounds) > _MOST_RUNS:
        return None
    return tuple((first, end, int(codes[first])) for first, end in itertools.pairwise(bounds))


def _days(moments: Vector) -> tuple[list[int | None], Any]:
    numbers = moments.data // DAY
    if moments.known is not None:
        # The day before the first stands for those that are not known.
        some = numbers[moments.known]
        first = int(some.min()) if len(some) else 0
        numbers = np.where(moments.known, numbers, first - 1)
    first, last = int(numbers.min()), int(numbers.max())
    days: list[int | None]
    if last - first < _MOST_DAYS_COUNTED:
        days, codes = list(range(first, last + 1)), (numbers - first).astype(np.intp)
    else:
        different, codes = np.unique(numbers, return_inverse=True)
        days = different.tolist()
    if moments.known is not None and not moments.known.all():
        days[0] = None
    return days, codes


def moments_of(batch: Any, layout: Layout) -> Vector | None:
    """Return when the events of a batch occurred, None when that is not needed or not known."""
    return read_instants(batch, layout.occurred_at) if layout.occurred_at else None
