"""What the engines that are fuzzed are asked, and how they answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from policies.rulelang import Checked, Record, RuleSet, RuleSpec
from tests.policies.rulelang.random_rules import SCHEMA

Matrix = list[list[bool | None]]


@dataclass(frozen=True)
class Batch:
    """Checked rules and records; CEL is asked about tame rules on tame records only."""

    texts: Sequence[str]
    rules: Sequence[Checked]
    records: Sequence[Record]
    tame_rules: frozenset[int]
    tame_records: frozenset[int]

    def matrix(self, answers: Callable[[int, Record], bool | None]) -> Matrix:
        """Return the matrix of a function of a rule's place and a record."""
        return [[answers(place, record) for record in self.records] for place in range(len(self.rules))]

    @cached_property
    def ruleset(self) -> RuleSet:
        """The rules as a set; rule `R7` is the one in place 7."""
        return RuleSet.build([RuleSpec(f"R{place}", text, "hold") for place, text in enumerate(self.texts)], SCHEMA)
