"""How alike two suspicions under one policy are."""

from dataclasses import dataclass

from cases.domain.priority import Suspicion


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike: the share of rules that fired on both (0 to 1), then how close the scores are (0 to 1)."""

    shared_rules: float
    close_scores: float

    @property
    def value(self) -> float:
        """Return the likeness as one number, 0 to 1; rules weigh twice as much as the score."""
        return (2 * self.shared_rules + self.close_scores) / 3


def likeness(one: Suspicion, other: Suspicion) -> Likeness:
    """Compare two suspicions; where one has no score, scores are half alike."""
    codes, others = set(one.rules), set(other.rules)
    shared = len(codes & others) / len(codes | others) if codes | others else 0.0
    if one.score is None or other.score is None:
        return Likeness(shared, 0.5)
    return Likeness(shared, 1 - min(abs(one.score - other.score), 1000) / 1000)
