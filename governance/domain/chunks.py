"""Cut long work into pieces."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def in_chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Yield the items in order, `size` at a time; the last piece may be shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
