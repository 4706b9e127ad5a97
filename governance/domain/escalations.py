"""The life of an escalation and its update clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from governance.domain.errors import Conflict


class Severity(IntEnum):
    """How bad it is; 1 is worst. When unsure, the higher one (the lower number)."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4


class EscalationState(StrEnum):
    """Where an escalation stands."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    CLOSED = "closed"


_STEPS: dict[EscalationState, frozenset[EscalationState]] = {
    EscalationState.OPENED: frozenset({EscalationState.ACKNOWLEDGED}),
    EscalationState.ACKNOWLEDGED: frozenset({EscalationState.MITIGATING, EscalationState.RESOLVED}),
    EscalationState.MITIGATING: frozenset({EscalationState.RESOLVED}),
    EscalationState.RESOLVED: frozenset({EscalationState.CLOSED, EscalationState.MITIGATING}),
    EscalationState.CLOSED: frozenset(),
}


@dataclass(frozen=True)
class UpdateClock:
    """How soon the first update is due after opening, and each next one after the one before."""

    first: timedelta
    next: timedelta


CLOCKS: dict[Severity, UpdateClock] = {
    Severity.SEV1: UpdateClock(timedelta(minutes=15), timedelta(minutes=30)),
    Severity.SEV2: UpdateClock(timedelta(minutes=30), timedelta(minutes=60)),
    Severity.SEV3: UpdateClock(timedelta(hours=4), timedelta(days=1)),
    Severity.SEV4: UpdateClock(timedelta(days=1), timedelta(days=1)),
}


def check_step(before: EscalationState, after: EscalationState) -> None:
    """Raise Conflict unless the step from `before` to `after` is part of the life cycle."""
    if after not in _STEPS[before]:
        allowed = ", ".join(sorted(_STEPS[before])) or "nothing: it is over"
        raise Conflict(f"An escalation that is {before} cannot become {after}. Possible now: {allowed}.")


def first_update_due(severity: Severity, opened_at: datetime) -> datetime:
    """Return when the first update is due."""
    return opened_at + CLOCKS[severity].first


def next_update_due(severity: Severity, updated_at: datetime) -> datetime:
    """Return when the update after one at `updated_at` is due."""
    return updated_at + CLOCKS[severity].next
