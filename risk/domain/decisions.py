"""Decisions on single events: what one says, and how it follows from the rules that fired."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from policies.domain.rules import ALLOW_LANE, SEVEREST_FIRST, Outcome

MAX_DECISIONS: Final = 100


@dataclass(frozen=True, slots=True)
class NotedHit:
    """A rule that fired on an event: its version, the policy's version in force then, and who answers for it."""

    rule_version_id: int
    policy_version_id: int | None
    outcome: str
    is_suppressed: bool
    role: str
    entity: str

    def as_json(self) -> dict[str, Any]:
        """Return the form in which a decision keeps it."""
        return {
            "rule": self.rule_version_id,
            "policy": self.policy_version_id,
            "outcome": self.outcome,
            "is_suppressed": self.is_suppressed,
            "role": self.role,
            "entity": self.entity,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "NotedHit":
        """Return a hit from the form in which a decision keeps it."""
        return cls(kept["rule"], kept["policy"], kept["outcome"], kept["is_suppressed"], kept["role"], kept["entity"])


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision as it is answered. id and version are None for a dry run.

    readings: role → as of when the signals were known that rules read, None when nothing was known.
    superseded_by: the decision about a later version of the event.
    """

    id: int | None
    source: str
    external_id: str
    version: int | None
    market: str
    ruleset: int
    outcome: str
    hits: tuple[NotedHit, ...]
    readings: Mapping[str, str | None]
    supersedes: int | None
    superseded_by: int | None
    decided_at: datetime


def view_of(kept: Mapping[str, Any]) -> DecisionView:
    """Return the view of a decision from the form in which the database shows it."""
    return DecisionView(
        id=kept["id"],
        source=kept["source"],
        external_id=kept["external_id"],
        version=kept["version"],
        market=kept["market"],
        ruleset=kept["ruleset"],
        outcome=kept["outcome"],
        hits=tuple(NotedHit.from_json(hit) for hit in kept["hits"]),
        readings=kept["readings"],
        supersedes=kept["supersedes"],
        superseded_by=kept["superseded_by"],
        decided_at=datetime.fromisoformat(kept["decided_at"]),
    )


def outcome_of(hits: Sequence[NotedHit], lanes: Iterable[str]) -> str:
    """Return the outcome of an event: allow when a rule of the allow lane fired or none, else the severest one.

    lanes are those of the hits.
    """
    if not hits or ALLOW_LANE in lanes:
        return Outcome.ALLOW.value
    found = {hit.outcome for hit in hits}
    return next((outcome.value for outcome in SEVEREST_FIRST if outcome.value in found), Outcome.ALLOW.value)
