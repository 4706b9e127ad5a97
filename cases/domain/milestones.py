"""Which milestones a violation crosses, and the sanctions that follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.domain.ledger import LedgerLine, counting
from cases.domain.lifecycle import LedgerKind
from cases.domain.standing import is_reached, tally_at
from policies.domain.schemes import Milestone, MilestoneActionKind, SchemeSpec


@dataclass(frozen=True, slots=True)
class DueSanction:
    """A sanction that follows from a decision's violation at a milestone; without an end when `days` is None."""

    decision_id: int
    kind: MilestoneActionKind
    milestone: int
    starts_at: datetime
    days: int | None

    @property
    def ends_at(self) -> datetime | None:
        """Return when it ends, None when it does not."""
        return None if self.days is None else self.starts_at + timedelta(days=self.days)


def newly_crossed(spec: SchemeSpec, before: int, after: int) -> tuple[Milestone, ...]:
    """Return the milestones that a step from `before` to `after` comes to or passes, nearest first.

    A step away from the milestones crosses none; one that was reached before is not crossed again until the
    standing has come back from it.
    """
    return tuple(
        milestone
        for milestone in spec.milestones
        if is_reached(spec, after, milestone.at) and not is_reached(spec, before, milestone.at)
    )


def sanctions_of(crossed: Iterable[Milestone], decision_id: int, at: datetime) -> tuple[DueSanction, ...]:
    """Return one sanction for each kind that crossed milestones bring: the longest, at equal length the later one."""
    chosen: dict[MilestoneActionKind, DueSanction] = {}
    for milestone in crossed:
        for action in milestone.actions:
            known = chosen.get(action.kind)
            if known is None or _is_as_long(action.days, known.days):
                chosen[action.kind] = DueSanction(decision_id, action.kind, milestone.at, at, action.days)
    return tuple(chosen.values())


def sanctions_due(lines: Sequence[LedgerLine]) -> tuple[DueSanction, ...]:
    """Return every sanction that the counting violations brought, each judged at its own time and scheme version.

    This is the ledger played again without what was reversed: sanctions in force that are not in it no longer
    have a reason.
    """
    rows = counting(lines)
    due: list[DueSanction] = []
    for place, row in enumerate(rows):
        if row.kind is not LedgerKind.VIOLATION or row.decision_id is None:
            continue
        before = tally_at(rows[:place], row.spec, row.at).raw
        due.extend(sanctions_of(newly_crossed(row.spec, before, before + row.points), row.decision_id, row.at))
    return tuple(due)


def _is_as_long(days: int | None, known: int | None) -> bool:
    return days is None or (known is not None and days >= known)
