"""Columns of the generator as Arrow arrays."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from risk.actions.demo_arrow import ArrowConverter
from risk.domain.demo.columns import Coded, Column, Fixed, FixedText, Frame, Joined, Moments, Numbers, Words


def convert(kind: str, column: Column, rows: int) -> pa.Array:
    return ArrowConverter({"c": kind}).convert(Frame(rows, {"c": column})).column(0)


def fixed(*texts: str) -> FixedText:
    return FixedText(np.array([list(text.encode()) for text in texts], dtype=np.uint8))


def test_codes_become_text() -> None:
    column = Coded(np.array([2, -1, 0, 2], dtype=np.int8), Words(("a", "b", "ç")))
    made = convert("dictionary", column, 4)

    assert made.to_pylist() == ["ç", None, "a", "ç"]
    assert made.dictionary.to_pylist() == ["a", "ç"]
    assert convert("string", column, 4).to_pylist() == ["ç", None, "a", "ç"]


def test_a_word_that_is_twice_in_the_vocabulary_is_written_once(tmp_path: Path) -> None:
    column = Coded(np.array([0, 1, 2, 3, 4]), Words(("a", "b", "a", "c", "b")))
    made = convert("dictionary", column, 5)
    pq.write_table(pa.table({"c": made}), tmp_path / "t.parquet", store_schema=False)

    assert made.dictionary.to_pylist() == ["a", "b", "c"]
    assert pq.read_table(tmp_path / "t.parquet")["c"].to_pylist() == ["a", "b", "a", "c", "b"]


def test_codes_into_fixed_text() -> None:
    column = Coded(np.array([1, -1, 0]), Words(fixed("S-1", "S-2")))

    assert convert("dictionary", column, 3).to_pylist() == ["S-2", None, "S-1"]


def test_no_code_at_all() -> None:
    assert convert("dictionary", Coded(np.array([-1, -1]), Words(("a",))), 2).to_pylist() == [None, None]
    assert convert("dictionary", Coded(np.empty(0, dtype=np.int64), Words(("a",))), 0).to_pylist() == []


def test_fixed_text_with_gaps() -> None:
    present = np.array([False, True, False, True, True, False, False, False, False, True])
    column = Fixed(fixed("A-1", "A-2", "A-3", "A-4"), present)

    assert convert("string", column, 10).to_pylist() == [
        *(None, "A-1", None, "A-2", "A-3"),
        *(None, None, None, None, "A-4"),
    ]
    assert convert("string", Fixed(fixed("A-1", "A-2")), 2).to_pylist() == ["A-1", "A-2"]


def test_numbers_and_moments() -> None:
    present = np.array([True, False])

    assert convert("int32", Numbers(np.array([3, 9], dtype=np.int8), present), 2).to_pylist() == [3, None]
    assert convert("double", Numbers(np.array([1.5, 2.5])), 2).to_pylist() == [1.5, 2.5]
    made = convert("timestamp", Moments(np.array([86_400, 0]), present), 2)
    assert made.type == pa.timestamp("us", tz="UTC")
    assert made.cast(pa.int64()).to_pylist() == [86_400_000_000, None]


def test_texts_are_joined_row_by_row() -> None:
    column = Joined(
        (
            '{"id": "',
            Fixed(fixed("A", "B", "C")),
            '", "price": ',
            Numbers(np.array([1.5, 2.0, 3.25])),
            ", ",
            Coded(np.array([0, -1, 0]), Words(("x",))),
            "}",
        )
    )

    assert convert("string", column, 3).to_pylist() == [
        '{"id": "A", "price": 1.5, x}',
        None,
        '{"id": "C", "price": 3.25, x}',
    ]
