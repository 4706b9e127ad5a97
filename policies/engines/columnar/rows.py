"""Ask a condition row by row with the reference evaluator, where columns have no way of their own."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from policies.engines.columnar.chunk import Chunk
from policies.engines.columnar.fitting import as_moment, to_python
from policies.engines.columnar.vectors import Mask
from policies.rulelang import Record
from policies.rulelang.evaluate import compile_node, slots_of
from policies.rulelang.lower import Atom
from policies.rulelang.typed import FieldRef, every


def row_test(atom: Atom, lists: Mapping[str, frozenset[Any]]) -> Callable[[Chunk], Mask]:
    """Return the test that evaluates an atom on one row after the other."""
    run, slots, wanted = compile_node(atom.node), slots_of(atom.node), atom.wanted
    fields = {node.name: node.field for node in every(atom.node) if isinstance(node, FieldRef)}

    def ask(chunk: Chunk) -> Mask:
        columns = [to_python(chunk.column(name), described.type) for name, described in fields.items()]
        moments = _moments(chunk)
        found = np.zeros(chunk.count, np.bool_)
        for row in range(chunk.count):
            values = _nested(fields, [column[row] for column in columns])
            record = Record(values, None if moments is None else moments[row], lists)
            found[row] = run(record, [None] * slots) is wanted
        return found

    return ask


def _moments(chunk: Chunk) -> list[Any] | None:
    if chunk.now is None:
        return None
    known = chunk.now.known
    return [
        as_moment(number) if known is None or known[row] else None for row, number in enumerate(chunk.now.data.tolist())
    ]


def _nested(names: Mapping[str, Any], values: list[Any]) -> dict[str, Any]:
    """Return values by dotted name as a record holds them."""
    made: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        *path, last = name.split(".")
        inner = made
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return made
