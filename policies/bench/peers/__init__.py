"""Other engines, each with a translator of the benchmark's rules into its own form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from policies.bench.terms import Clause

Event: TypeAlias = Mapping[str, Any]
RowHits: TypeAlias = Callable[[Event], list[int]]
"""Evaluates all rules on one event and returns the positions of those that hit, in ascending order."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for translators: as written in CEL, and taken apart."""

    id: str
    text: str
    clause: Clause


RowCompiler: TypeAlias = Callable[[Sequence[Rule]], RowHits]
