"""Compute with columns of texts through Arrow; regular expressions are RE2's there too."""

from collections.abc import Callable
from typing import Any

import numpy as np

from policies.engines.arrow import load_arrow, load_compute
from policies.engines.columnar.fitting import truths
from policies.engines.columnar.vectors import Mask, Vector
from policies.rulelang.limits import MAX_RECORD_TEXT

_MOST_HASHED = 5_000
"""Arrow hashes the entries of a list anew for each batch; longer lists are looked up in a Python set."""


def _size(text: Vector) -> Vector:
    counts = load_compute().utf8_length(text.data)
    offset = counts.offset * counts.type.bit_width // 8
    dtype = np.int64 if counts.type.bit_width == 64 else np.int32
    data = np.frombuffer(counts.buffers()[1], dtype, count=len(counts), offset=offset)
    return Vector(data.astype(np.int64), text.known)


def _join(a: Vector, b: Vector) -> Vector:
    compute = load_compute()
    joined = compute.binary_join_element_wise(_wide(a.data), _wide(b.data), _wide(""))
    fits = truths(compute.less_equal(compute.utf8_length(joined), MAX_RECORD_TEXT))
    for side in (a, b):
        fits = fits if side.known is None else fits & side.known
    return Vector(joined, fits)


def _wide(text: Any) -> Any:
    arrow = load_arrow()
    return arrow.scalar(text, arrow.large_string()) if isinstance(text, str) else text.cast(arrow.large_string())


TEXTS: dict[str, Callable[..., Vector]] = {
    "size_string": _size,
    "lower": lambda text: Vector(load_compute().ascii_lower(text.data), text.known),
    "upper": lambda text: Vector(load_compute().ascii_upper(text.data), text.known),
    "add_string": _join,
}
"""By overload; where one of the arguments is null, the result is unknown."""


def search(overload_id: str, sought: str) -> Callable[[Any], Mask]:
    """Return the function that tells which texts contain, begin or end with, or match a fixed one."""
    name = _SEARCHES[overload_id]
    return lambda texts: truths(getattr(load_compute(), name)(texts, sought))


def compare(name: str) -> Callable[[Any, Any], Mask]:
    """Return Arrow's comparison of texts, which is that of code points; the right side may be a fixed text."""

    def run(left: Any, right: Any) -> Mask:
        if not isinstance(left, str) and not isinstance(right, str) and left.type != right.type:
            left, right = _wide(left), _wide(right)
        return truths(getattr(load_compute(), name)(_as_scalar(left, right), _as_scalar(right, left)))

    return run


def _as_scalar(text: Any, other: Any) -> Any:
    return load_arrow().scalar(text, other.type) if isinstance(text, str) else text


def holds(entries: frozenset[str]) -> Callable[[Any], Mask]:
    """Return the function that tells which texts stand in a list."""
    if len(entries) > _MOST_HASHED:
        return lambda texts: np.fromiter((text in entries for text in texts.to_pylist()), np.bool_, len(texts))

    def run(texts: Any) -> Mask:
        return truths(load_compute().is_in(texts, value_set=load_arrow().array(sorted(entries), texts.type)))

    return run


_SEARCHES = {
    "contains": "match_substring",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "matches": "match_substring_regex",
}
