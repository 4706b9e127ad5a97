"""What a rule can do and how it lives."""

import re
from dataclasses import dataclass
from enum import StrEnum

from governance.domain.errors import Conflict, FieldProblem


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

ALLOW_LANE, MAIN_LANE = "allow", "main"

# Hits with these outcomes are for people to look at.
OPENS_CASE: frozenset[Outcome] = frozenset({Outcome.BLOCK, Outcome.HOLD, Outcome.REVIEW})


class Expectation(StrEnum):
    """What a rule must do with a test event."""

    HIT = "hit"
    NO_HIT = "no_hit"


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


# Versions that are still being written or read; a rule has at most one of them at a time.
OPEN_STATES: frozenset[RuleState] = frozenset({RuleState.DRAFT, RuleState.IN_REVIEW})

HIGHEST_PRIORITY = 1_000
LONGEST_REASON = 2_000
_EVENT_TYPE = re.compile(r"[a-z][a-z0-9_]{0,47}")
_RULE_CODE = re.compile(r"(?=.{3,48}$)[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")


@dataclass(frozen=True)
class RuleText:
    """Everything that a version of a rule says. Empty `markets` are every market.

    Exactly one of `event_types` and `entity_type` is given. Higher `priority` comes first. `reason` is what an
    analyst and the affected party read about a hit.
    """

    condition: str
    event_types: tuple[str, ...]
    entity_type: str
    markets: tuple[str, ...]
    outcome: Outcome
    priority: int
    reason: str

    @property
    def lane(self) -> str:
        """Return the lane: allow rules come before all others and end the matter."""
        return ALLOW_LANE if self.outcome is Outcome.ALLOW else MAIN_LANE


def find_code_problems(code: str) -> list[FieldProblem]:
    """Return what is wrong with the code of a new rule."""
    if _RULE_CODE.fullmatch(code):
        return []
    return [
        FieldProblem("code", "A code is 3 to 48 capital letters, digits and hyphens.", "For example LATE-DISPATCH-30D.")
    ]


def find_text_problems(text: RuleText, known_markets: frozenset[str]) -> list[FieldProblem]:
    """Return what keeps the text from being stored; the condition itself may still have errors in a draft."""
    problems: list[FieldProblem] = []
    if bool(text.event_types) is bool(text.entity_type):
        problems.append(FieldProblem("target", "A rule looks at events or at entities.", "Choose exactly one."))
    problems += [
        FieldProblem("target", f"{name!r} is no event type.", "Use small letters, digits and _.")
        for name in text.event_types
        if not _EVENT_TYPE.fullmatch(name)
    ]
    problems += [
        FieldProblem("markets", f"There is no market {code}.", "Choose from the list.")
        for code in sorted(set(text.markets) - known_markets)
    ]
    if not 0 <= text.priority <= HIGHEST_PRIORITY:
        hint = "Higher comes first; 100 is usual."
        problems.append(FieldProblem("priority", f"The priority is from 0 to {HIGHEST_PRIORITY}.", hint))
    if len(text.reason) > LONGEST_REASON:
        problems.append(FieldProblem("reason", f"The reason has at most {LONGEST_REASON} characters.", "Shorten it."))
    problems += [
        FieldProblem(name, "There is a NUL character in the text.", "Delete it.")
        for name, value in (("condition", text.condition), ("reason", text.reason))
        if "\0" in value
    ]
    return problems
