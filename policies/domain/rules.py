"""What a rule can do and how it lives."""

from enum import StrEnum

from governance.domain.errors import Conflict


class Outcome(StrEnum):
    """What a hit asks for."""

    ALLOW = "allow"
    LABEL = "label"
    REVIEW = "review"
    WARN = "warn"
    HOLD = "hold"
    BLOCK = "block"
    REWARD = "reward"


# Severest first: the first one that was hit wins.
SEVEREST_FIRST: tuple[Outcome, ...] = (
    Outcome.BLOCK,
    Outcome.HOLD,
    Outcome.REVIEW,
    Outcome.WARN,
    Outcome.REWARD,
    Outcome.LABEL,
)

# Hits with these outcomes are for people to look at.
OPENS_CASE: frozenset[Outcome] = frozenset({Outcome.BLOCK, Outcome.HOLD, Outcome.REVIEW})


class RuleState(StrEnum):
    """Where a version of a rule stands. Shadow and canary stages come with policy releases."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    LIVE = "live"
    PAUSED = "paused"
    RETIRED = "retired"
    REJECTED = "rejected"


STEPS: dict[RuleState, frozenset[RuleState]] = {
    RuleState.DRAFT: frozenset({RuleState.IN_REVIEW, RuleState.RETIRED}),
    RuleState.IN_REVIEW: frozenset({RuleState.APPROVED, RuleState.REJECTED, RuleState.DRAFT}),
    RuleState.APPROVED: frozenset({RuleState.LIVE, RuleState.RETIRED}),
    RuleState.LIVE: frozenset({RuleState.PAUSED, RuleState.RETIRED}),
    RuleState.PAUSED: frozenset({RuleState.LIVE, RuleState.RETIRED}),
    RuleState.RETIRED: frozenset(),
    RuleState.REJECTED: frozenset(),
}


def check_step(before: RuleState, after: RuleState) -> None:
    """Raise Conflict unless the step is part of the life cycle."""
    if after not in STEPS[before]:
        allowed = ", ".join(sorted(STEPS[before])) or "nothing: it is over"
        raise Conflict(f"A rule version that is {before} cannot become {after}. Possible now: {allowed}.")
