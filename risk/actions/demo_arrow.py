"""Turn the generator's columns into Arrow arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.engines.arrow import load_arrow, load_compute
from risk.domain.demo.columns import Coded, Column, Fixed, FixedText, Frame, Joined, Moments, Words


class ArrowConverter:
    """Converts frames of one schema; vocabularies are converted once and kept."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        """Take the columns and their types: string, dictionary, timestamp, double or int32."""
        arrow = load_arrow()
        known = {
            "string": arrow.string(),
            "dictionary": arrow.dictionary(arrow.int32(), arrow.string()),
            "timestamp": arrow.timestamp("us", tz="UTC"),
            "double": arrow.float64(),
            "int32": arrow.int32(),
        }
        self._types = {name: known[kind] for name, kind in columns.items()}
        self.schema = arrow.schema(list(self._types.items()))
        self._words: dict[int, tuple[Words, Any, NDArray[np.int32]]] = {}

    def convert(self, frame: Frame) -> Any:
        """Return a record batch of the schema."""
        arrow = load_arrow()
        arrays = [self._convert_column(frame.columns[name], kind) for name, kind in self._types.items()]
        return arrow.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _convert_column(self, column: Column, kind: Any) -> Any:
        if isinstance(column, Coded):
            coded = self._convert_codes(column)
            return coded if coded.type == kind else coded.dictionary_decode()
        if isinstance(column, Fixed):
            return _convert_fixed(column.text, column.present)
        if isinstance(column, Joined):
            return self._join(column)
        arrow = load_arrow()
        hidden = None if column.present is None else ~column.present
        if isinstance(column, Moments):
            values = (column.seconds * 1_000_000).astype("datetime64[us]")
            return arrow.array(values, type=kind, mask=hidden)
        return arrow.array(column.values, mask=hidden).cast(kind)

    def _convert_words(self, words: Words) -> tuple[Any, NDArray[np.int32]]:
        """Return the different words and, for each code, the position of its word among them.

        Parquet dictionaries with a word twice would be written with a tail of stray memory.
        """
        if id(words) not in self._words:
            values = words.values
            made = (
                _convert_fixed(values, None)
                if isinstance(values, FixedText)
                else load_arrow().array(values, load_arrow().string())
            ).dictionary_encode()
            # The vocabulary is kept beside its array: an id is only unique while the object lives.
            self._words[id(words)] = (words, made.dictionary, made.indices.to_numpy())
        return self._words[id(words)][1:]

    def _convert_codes(self, column: Coded) -> Any:
        """Return a dictionary array with only those words that occur."""
        arrow = load_arrow()
        words, positions = self._convert_words(column.words)
        is_null = column.codes < 0
        found = positions[column.codes]
        used = np.flatnonzero(np.bincount(found[~is_null], minlength=len(words)))
        places = np.zeros(len(words), dtype=np.int32)
        places[used] = np.arange(len(used), dtype=np.int32)
        codes = arrow.array(places[found], mask=is_null)
        return arrow.DictionaryArray.from_arrays(codes, words.take(arrow.array(used)))

    def _join(self, column: Joined) -> Any:
        arrow, compute = load_arrow(), load_compute()
        parts = []
        for part in column.parts:
            if isinstance(part, str):
                parts.append(arrow.scalar(part))
                continue
            parts.append(self._convert_column(part, arrow.float64()).cast(arrow.string()))
        return compute.binary_join_element_wise(*parts, "")


def _convert_fixed(text: FixedText, present: NDArray[np.bool_] | None) -> Any:
    """Return a string array around the bytes; rows without the flag are null and take no bytes."""
    arrow = load_arrow()
    width = text.cells.shape[1]
    rows = len(text.cells) if present is None else len(present)
    offsets = np.zeros(rows + 1, dtype=np.int32)
    bitmap = None
    if present is None:
        offsets[1:] = np.arange(1, rows + 1, dtype=np.int32) * width
    else:
        np.cumsum(present, out=offsets[1:])
        offsets *= width
        bitmap = arrow.py_buffer(np.packbits(present, bitorder="little"))
    cells = np.ascontiguousarray(text.cells)
    return arrow.StringArray.from_buffers(rows, arrow.py_buffer(offsets), arrow.py_buffer(cells), bitmap)
