"""What came out of comparing the engines before anything was timed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.bench.peers import Rule

MOST_DISAGREEING = 0.02
"""An engine that sees a larger share of the rules differently takes no part; else the rules do not."""


@dataclass
class Agreement:
    """`excluded` maps an engine to why it takes no part; `dropped` a rule to who saw it differently and how often."""

    events: int
    rules: int
    excluded: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)

    def note(self, engine: str, differing: Mapping[int, int], rules: Sequence[Rule]) -> None:
        """Note on how many events an engine saw the rules at these places differently."""
        if len(differing) > MOST_DISAGREEING * len(rules):
            self.excluded[engine] = f"disagrees on {len(differing)} of {len(rules)} rules"
            return
        for place, times in differing.items():
            self.dropped[rules[place].id] = f"{engine} disagrees on {times} of {self.events} events"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "events": self.events,
            "rules": self.rules,
            "engines_left_out": self.excluded,
            "rules_left_out": self.dropped,
        }
