"""How a case lives and what a decision can say."""

from enum import StrEnum

from governance.domain.errors import Conflict


class CaseState(StrEnum):
    """Where a case stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    IN_REVIEW = "in_review"
    ESCALATED = "escalated"
    DECIDED = "decided"
    CLOSED = "closed"


# A case in one of these still takes in hits; per entity and policy there is one of them at most.
OPEN_STATES: frozenset[CaseState] = frozenset(
    {CaseState.NEW, CaseState.ASSIGNED, CaseState.IN_REVIEW, CaseState.ESCALATED}
)

STEPS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.NEW: frozenset({CaseState.ASSIGNED, CaseState.ESCALATED}),
    CaseState.ASSIGNED: frozenset({CaseState.IN_REVIEW, CaseState.NEW, CaseState.ESCALATED, CaseState.DECIDED}),
    CaseState.IN_REVIEW: frozenset({CaseState.NEW, CaseState.ESCALATED, CaseState.DECIDED}),
    CaseState.ESCALATED: frozenset({CaseState.NEW, CaseState.ASSIGNED, CaseState.DECIDED}),
    CaseState.DECIDED: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.NEW}),
}


def check_step(before: CaseState, after: CaseState) -> None:
    """Raise Conflict unless the step from `before` to `after` is part of the life cycle."""
    if after not in STEPS[before]:
        allowed = ", ".join(sorted(STEPS[before])) or "nothing"
        raise Conflict(f"A case that is {before} cannot become {after}. Possible now: {allowed}.")


class DecisionOutcome(StrEnum):
    """What a decision finds."""

    VIOLATION = "violation"
    NO_VIOLATION = "no_violation"
    CANNOT_TELL = "cannot_tell"
    ESCALATE = "escalate"


# What ends a case; the other outcomes send it on.
SETTLING = (DecisionOutcome.VIOLATION, DecisionOutcome.NO_VIOLATION)


class SanctionState(StrEnum):
    """Where a sanction stands."""

    PROPOSED = "proposed"
    HELD = "held"
    ACTIVE = "active"
    EXPIRED = "expired"
    REVERSED = "reversed"


class ReversedBy(StrEnum):
    """What took a sanction back."""

    PERSON = "person"
    LEDGER = "ledger"


SANCTION_STEPS: dict[SanctionState, frozenset[SanctionState]] = {
    SanctionState.PROPOSED: frozenset({SanctionState.HELD, SanctionState.ACTIVE}),
    SanctionState.HELD: frozenset({SanctionState.ACTIVE, SanctionState.REVERSED}),
    SanctionState.ACTIVE: frozenset({SanctionState.EXPIRED, SanctionState.REVERSED}),
    SanctionState.EXPIRED: frozenset(),
    SanctionState.REVERSED: frozenset(),
}


def check_sanction_step(before: SanctionState, after: SanctionState) -> None:
    """Raise Conflict unless the step from `before` to `after` is part of a sanction's life cycle."""
    if after not in SANCTION_STEPS[before]:
        allowed = ", ".join(sorted(SANCTION_STEPS[before])) or "nothing: it is over"
        raise Conflict(f"A sanction that is {before} cannot become {after}. Possible now: {allowed}.")


class LedgerKind(StrEnum):
    """What a ledger entry is for."""

    VIOLATION = "violation"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"
    REWARD = "reward"
