"""Turn records, as events are read from JSON or the database, into chunks: values count as they do row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from policies.engines.arrow import load_arrow
from policies.engines.columnar.chunk import Chunk
from policies.engines.columnar.comparing import fixed_data
from policies.engines.columnar.fitting import DTYPES
from policies.engines.columnar.instants import instants
from policies.engines.columnar.vectors import Vector
from policies.rulelang import UNKNOWN, Field, Kind, Record
from policies.rulelang.record import field_reader

_PLAIN = frozenset({Kind.BOOL, Kind.INT, Kind.DOUBLE})
"""Kinds whose values are numbers as they were read."""


def chunk_of(records: Sequence[Record], fields: Mapping[str, Field]) -> Chunk:
    """Return a chunk of at least one record, with the columns of the given fields."""
    columns = {name: _vector(name, described, records) for name, described in fields.items()}
    return Chunk(len(records), columns.__getitem__, instants([record.now for record in records], len(records)))


def _vector(name: str, described: Field, records: Sequence[Record]) -> Vector:
    read = field_reader(name, described)
    values = [read(record.values) for record in records]
    known = null = None
    if None in values:
        null = np.fromiter((value is None for value in values), np.bool_, len(values))
    if null is not None or UNKNOWN in values:
        known = np.fromiter((value is not None and value is not UNKNOWN for value in values), np.bool_, len(values))
    return Vector(_data(values, described.type.kind), known, null)


def _data(values: list[Any], kind: Kind) -> Any:
    if kind is Kind.STRING:
        texts = [value if isinstance(value, str) else None for value in values]
        return load_arrow().array(texts, load_arrow().string())
    if kind in _PLAIN:
        return np.array([0 if value is None or value is UNKNOWN else value for value in values], DTYPES[kind])
    data: Any = np.zeros(len(values), DTYPES[kind])
    for row, value in enumerate(values):
        if value is not None and value is not UNKNOWN:
            data[row] = value if kind is Kind.LIST else fixed_data(value)
    return data
