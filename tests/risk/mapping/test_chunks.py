"""Rows know where they come from."""

from hypothesis import given
from hypothesis import strategies as st

from risk.domain.mapping.chunks import Chunk, file_of, line_of, place_of


@given(st.integers(0, 10_000), st.integers(0, 2**40 - 1))
def test_file_and_line_come_back_from_a_place(file: int, line: int) -> None:
    place = place_of(file, line)
    assert (file_of(place), line_of(place)) == (file, line)
    assert place < 2**63  # it goes into a bigint


def test_a_row_is_known_by_column() -> None:
    assert Chunk({"a": [1, 2], "b": ["x", None]}, [7, 8]).row(1) == {"a": 2, "b": None}
