"""Where an account stands under a penalty scheme: f(ledger, moment)."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cases.domain.ledger import LedgerLine, count_by_policy, counting
from policies.domain.schemes import Direction, SchemeSpec


class Zone(StrEnum):
    """How a standing is called, from good to final."""

    GOOD = "good"
    NOTED = "noted"
    AT_RISK = "at_risk"
    RESTRICTED = "restricted"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Expiry:
    """Points that fall away next; unsigned."""

    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A standing at a moment.

    `value` is on the scheme's scale, `points` are the unsigned violation points in force. `reached` are the
    milestones at or behind the value, `next_milestone` the one ahead and `distance` the points to it.
    `next_expiry` is None when nothing is in force, or when expiry has stopped (`is_expiry_stopped`).
    """

    scheme_code: str
    direction: Direction
    start: int
    minimum: int
    maximum: int
    value: int
    points: int
    zone: Zone
    reached: tuple[int, ...]
    next_milestone: int | None
    distance: int | None
    next_expiry: Expiry | None
    is_expiry_stopped: bool
    violations_by_policy: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """What is in force at a moment: the value before it is held within the scale, the lines, whether they stay."""

    raw: int
    in_force: tuple[LedgerLine, ...]
    is_expiry_stopped: bool


def standing_at(lines: Sequence[LedgerLine], spec: SchemeSpec, at: datetime) -> Standing:
    """Return the standing at a moment, by what the ledger knows today: a reversed entry never counted.

    `lines` are those of one scheme; `spec` is its version in force.
    """
    tally = tally_at(counting(lines), spec, at)
    value = clamp(spec, tally.raw)
    ahead = [milestone.at for milestone in spec.milestones if not is_reached(spec, value, milestone.at)]
    points = sum(abs(row.points) for row in tally.in_force if _is_against(spec, row))
    reached = tuple(milestone.at for milestone in spec.milestones if is_reached(spec, value, milestone.at))
    return Standing(
        scheme_code=spec.code,
        direction=spec.direction,
        start=spec.start,
        minimum=spec.minimum,
        maximum=spec.maximum,
        value=value,
        points=points,
        zone=zone_of(spec, value, points),
        reached=reached,
        next_milestone=ahead[0] if ahead else None,
        distance=abs(ahead[0] - value) if ahead else None,
        next_expiry=_next_expiry(tally),
        is_expiry_stopped=tally.is_expiry_stopped,
        violations_by_policy=count_by_policy(tally.in_force),
    )


def tally_at(rows: Sequence[LedgerLine], spec: SchemeSpec, at: datetime) -> Tally:
    """Add up counting rows, in their order, to what is in force at a moment.

    A row that expires at the moment is gone. Once the value has come to `spec.no_expiry_from` nothing that is
    in force then, or comes later, expires any more.
    """
    raw, is_stopped = spec.start, _has_come(spec, spec.start)
    in_force: dict[int, LedgerLine] = {}
    expiring: list[tuple[datetime, int]] = []
    for row in rows:
        if row.at > at:
            break
        if not is_stopped:
            raw -= _expire(in_force, expiring, row.at)
        raw += row.points
        in_force[row.id] = row
        if row.expires_at is not None:
            heapq.heappush(expiring, (row.expires_at, row.id))
        is_stopped = is_stopped or _has_come(spec, raw)
    if not is_stopped:
        raw -= _expire(in_force, expiring, at)
    return Tally(raw, tuple(in_force.values()), is_stopped)


def clamp(spec: SchemeSpec, raw: int) -> int:
    """Hold a value within the scale of the scheme."""
    return min(max(raw, spec.minimum), spec.maximum)


def is_reached(spec: SchemeSpec, value: int, milestone: int) -> bool:
    """Say whether a value is at a milestone or behind it, in the direction of the scheme."""
    return value >= milestone if spec.direction is Direction.ACCUMULATE else value <= milestone


def zone_of(spec: SchemeSpec, value: int, points: int) -> Zone:
    """Return how a value on the scale with so many unsigned violation points in force is called."""
    ahead = [milestone.at for milestone in spec.milestones if not is_reached(spec, value, milestone.at)]
    if not ahead:
        return Zone.FINAL
    if len(ahead) < len(spec.milestones):
        return Zone.RESTRICTED
    if points and abs(ahead[0] - value) <= spec.warn_within:
        return Zone.AT_RISK
    return Zone.NOTED if points else Zone.GOOD


def _expire(in_force: dict[int, LedgerLine], expiring: list[tuple[datetime, int]], at: datetime) -> int:
    """Take what has expired by `at` out of force; return its signed points."""
    gone = 0
    while expiring and expiring[0][0] <= at:
        gone += in_force.pop(heapq.heappop(expiring)[1]).points
    return gone


def _has_come(spec: SchemeSpec, raw: int) -> bool:
    return spec.no_expiry_from is not None and is_reached(spec, raw, spec.no_expiry_from)


def _is_against(spec: SchemeSpec, row: LedgerLine) -> bool:
    return row.points > 0 if spec.direction is Direction.ACCUMULATE else row.points < 0


def _next_expiry(tally: Tally) -> Expiry | None:
    if tally.is_expiry_stopped:
        return None
    first = min((row.expires_at for row in tally.in_force if row.expires_at is not None), default=None)
    if first is None:
        return None
    return Expiry(sum(abs(row.points) for row in tally.in_force if row.expires_at == first), first)
