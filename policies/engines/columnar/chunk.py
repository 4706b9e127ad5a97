"""Hold the columns of some thousand rows while rules are asked of them: read once, narrowed once, shared."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.engines.arrow import load_arrow
from policies.engines.binding import Bound, is_text
from policies.engines.columnar.fitting import fit, validity, values_of
from policies.engines.columnar.vectors import Vector
from policies.rulelang import Field, Kind

_NARROW = (np.int8, np.int16, np.int32)


@dataclass(slots=True)
class Dictionary:
    """The different texts of a column, null standing behind them, and what was found out about them.

    `answers` maps the key of a test to its answers, one per text and one for null.
    """

    raw: Any
    texts: Vector
    answers: dict[int, Any]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts as positions in its dictionary."""

    codes: NDArray[Any]
    dictionary: Dictionary


class Chunk:
    """Rows at hand. `now` holds the instants of evaluation; `memo` what several rules share, by key."""

    __slots__ = ("_columns", "_load", "_narrow", "coded", "count", "memo", "now")

    def __init__(
        self,
        count: int,
        load: Callable[[str], Vector],
        now: Vector | None,
        coded: Mapping[str, Coded] | None = None,
    ) -> None:
        self.count, self.now, self._load = count, now, load
        self.coded: Mapping[str, Coded] = coded or {}
        self.memo: dict[Hashable, Any] = {}
        self._columns: dict[str, Vector] = {}
        self._narrow: dict[str, Any] = {}

    def column(self, name: str) -> Vector:
        """Return the values of a field."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._load(name)
        return found

    def narrow(self, name: str) -> Any:
        """Return the data of a field of whole numbers in as few bits as hold them: comparing them is as much faster."""
        found = self._narrow.get(name)
        if found is None:
            found = self._narrow[name] = _narrowed(self.column(name).data)
        return found

    def pick(self, rows: NDArray[np.intp]) -> "Chunk":
        """Return a chunk of some rows, whose columns are picked when they are asked for."""
        now = None if self.now is None else self.now.take(rows)
        return Chunk(len(rows), lambda name: self.column(name).take(rows), now)


def _narrowed(data: Any) -> Any:
    lowest, highest = int(data.min()), int(data.max())
    for dtype in _NARROW:
        limits = np.iinfo(dtype)
        if data.dtype.itemsize > limits.bits // 8 and limits.min <= lowest and highest <= limits.max:
            return data.astype(dtype)
    return data


class ChunkMaker:
    """Makes chunks out of record batches of one schema; keeps what it knows of a dictionary for the next batch."""

    def __init__(self, bound: Mapping[str, Bound]) -> None:
        self._bound = bound
        self._dictionaries: dict[str, Dictionary] = {}

    def chunk(self, batch: Any, now: Vector | None = None) -> Chunk:
        """Return a chunk of a record batch with at least one row."""

        def load(name: str) -> Vector:
            bound = self._bound[name]
            return fit(values_of(batch, bound), bound.field)

        coded = {}
        for name, bound in self._bound.items():
            if bound.field.type.kind is Kind.STRING and load_arrow().types.is_dictionary(bound.kept_as):
                found = self._coded(name, values_of(batch, bound), bound.field)
                if found is not None:
                    coded[name] = found
        return Chunk(batch.num_rows, load, now, coded)

    def _coded(self, name: str, values: Any, described: Field) -> Coded | None:
        raw, count = values.dictionary, len(values.dictionary)
        if not is_text(raw.type) or 2 * count > len(values):
            return None
        known = self._dictionaries.get(name)
        if known is None or not known.raw.equals(raw):
            texts = load_arrow().concat_arrays([raw, load_arrow().nulls(1, raw.type)])
            known = self._dictionaries[name] = Dictionary(raw, fit(texts, described), {})
        indices, valid = values.indices, validity(values.indices)
        codes = _plain(indices)
        if count < 2**8:
            codes = codes.astype(np.uint8)
        elif count < 2**16:
            codes = codes.astype(np.uint16)
        if valid is not None:
            codes = np.where(valid, codes, codes.dtype.type(count))
        return Coded(codes, known)


def _plain(indices: Any) -> NDArray[Any]:
    dtype = np.dtype(indices.type.to_pandas_dtype())
    return np.frombuffer(indices.buffers()[1], dtype, count=len(indices), offset=indices.offset * dtype.itemsize)
