"""Count what became of the items of an import, by kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field

KindCounts = dict[str, dict[str, int]]


@dataclass(slots=True)
class Tally:
    """Counts of events and entities by their type: accepted, rejected, duplicates."""

    by_kind: KindCounts = field(default_factory=dict)

    def add(self, outcome: str, kinds: Iterable[str]) -> None:
        """Count one item of each of the kinds (a kind may come several times)."""
        for kind in kinds:
            found = self.by_kind.get(kind)
            if found is None:
                found = self.by_kind[kind] = {"accepted": 0, "rejected": 0, "duplicates": 0}
            found[outcome] += 1
