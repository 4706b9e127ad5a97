"""Read the points ledger: which violations count, what a repeat costs, what a reversal leaves.

Everything is a function of the whole ledger. A reversed entry counts for nothing, as if it had never been
written: that is what makes a reversal exact, whatever was decided in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cases.domain.lifecycle import LedgerKind
from policies.domain.schemes import Direction, SchemeSpec, points_for
from policies.domain.severity import Severity


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One row of the ledger. `points` is signed in the direction of the scheme's arithmetic.

    `at` is when it counts from. A reversal names the entry it takes back; an adjustment changes the points of the
    violation with the same decision, because an earlier violation came or went and repeats cost more.
    """

    id: int
    kind: LedgerKind
    points: int
    policy_code: str
    severity: str
    decision_id: int | None
    at: datetime
    expires_at: datetime | None
    reverses_id: int | None
    spec: SchemeSpec


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points to add (signed as in the ledger) to the violation of a decision."""

    line: LedgerLine
    points: int


def signed(spec: SchemeSpec, points: int) -> int:
    """Return the ledger's sign for points that a violation costs."""
    return points if spec.direction is Direction.ACCUMULATE else -points


def counting(lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """Return the violations and rewards that count, adjustments worked in, in the order in which they count."""
    rows = list(lines)
    reversed_ids = {row.reverses_id for row in rows if row.kind is LedgerKind.REVERSAL}
    moved: dict[int, int] = {}
    for row in rows:
        if row.kind is LedgerKind.ADJUSTMENT and row.decision_id is not None:
            moved[row.decision_id] = moved.get(row.decision_id, 0) + row.points
    kept = [
        replace(row, points=row.points + moved.get(row.decision_id, 0))
        if row.kind is LedgerKind.VIOLATION and row.decision_id is not None
        else row
        for row in rows
        if row.kind in {LedgerKind.VIOLATION, LedgerKind.REWARD} and row.id not in reversed_ids
    ]
    return sorted(kept, key=lambda row: (row.at, row.id))


def balance_of(lines: Iterable[LedgerLine], entry: LedgerLine) -> int:
    """Return what an entry stands for with its adjustments: the opposite is what takes it back."""
    return next((row.points for row in counting(lines) if row.id == entry.id), 0)


def count_priors(earlier: Iterable[LedgerLine], policy_code: str, spec: SchemeSpec, at: datetime) -> int:
    """Return how many violations of the policy count as earlier ones of a violation at `at`."""
    since = at - timedelta(days=spec.repeat.within_days)
    return sum(
        row.kind is LedgerKind.VIOLATION and row.policy_code == policy_code and since <= row.at <= at for row in earlier
    )


def cost_of(lines: Sequence[LedgerLine], spec: SchemeSpec, policy_code: str, severity: Severity, at: datetime) -> int:
    """Return the signed points of a violation at `at`, after everything in the ledger up to then."""
    earlier = [row for row in counting(lines) if row.at <= at]
    return signed(spec, points_for(spec, policy_code, severity, count_priors(earlier, policy_code, spec, at)))


def adjustments_due(lines: Sequence[LedgerLine]) -> list[Adjustment]:
    """Return what has to be added so that each violation costs what it would have cost without the reversed ones."""
    rows = counting(lines)
    due = []
    for place, row in enumerate(rows):
        if row.kind is not LedgerKind.VIOLATION:
            continue
        priors = count_priors(rows[:place], row.policy_code, row.spec, row.at)
        points = signed(row.spec, points_for(row.spec, row.policy_code, Severity(row.severity), priors))
        if points != row.points:
            due.append(Adjustment(row, points - row.points))
    return due


def count_by_policy(lines: Iterable[LedgerLine]) -> Mapping[str, int]:
    """Return the number of violations by policy code."""
    counts: dict[str, int] = {}
    for row in lines:
        if row.kind is LedgerKind.VIOLATION:
            counts[row.policy_code] = counts.get(row.policy_code, 0) + 1
    return counts
