"""Read the ledger and where an account stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.domain.ledger import LedgerLine
from cases.domain.lifecycle import LedgerKind, SanctionState
from cases.domain.standing import Standing, standing_at
from cases.models import LedgerEntry, Sanction
from governance.domain.errors import NotFound
from policies.domain.schemes import MilestoneActionKind, SchemeSpec
from policies.queries.schemes import SchemeView, scheme_for, scheme_version
from risk.queries.accounts import account_place


@dataclass(frozen=True)
class LedgerRow:
    """One entry as it is shown: signed points, where they come from, and whether they count."""

    id: int
    kind: LedgerKind
    points: int
    policy_code: str
    severity: str
    case_id: int | None
    decision_id: int | None
    at: datetime
    expires_at: datetime | None
    reverses_id: int | None
    is_reversed: bool
    reason: str


@dataclass(frozen=True)
class SanctionRow:
    """One sanction as it is shown."""

    id: int
    kind: MilestoneActionKind
    state: SanctionState
    milestone: int | None
    decision_id: int
    case_id: int
    starts_at: datetime | None
    ends_at: datetime | None
    days: int | None
    reversed_at: datetime | None
    reversal_reason: str


def standing_of(entity_id: int, at: datetime) -> Standing | None:
    """Return the standing of an account at a moment, by what the ledger knows today.

    None when no penalty scheme holds for it, and so it has no standing.
    """
    place = account_place(entity_id)
    return standing_in(entity_id, place.market, place.type, at)


def standing_in(entity_id: int, market: str, entity_type: str, at: datetime) -> Standing | None:
    """Return the standing of an account whose market and type are known already."""
    try:
        scheme = scheme_for(market, entity_type, at)
    except NotFound:
        return None
    return standing_at(lines_of(entity_id, scheme), scheme.spec, at)


def lines_of(entity_id: int, scheme: SchemeView) -> tuple[LedgerLine, ...]:
    """Return the account's ledger under a scheme, whatever the version each entry was written under."""
    return lines_by_entity([entity_id], scheme).get(entity_id, ())


def lines_by_entity(entity_ids: Sequence[int], scheme: SchemeView) -> dict[int, tuple[LedgerLine, ...]]:
    """Return the ledgers of accounts under a scheme, in one query and one for each older version in use."""
    rows = list(
        LedgerEntry.objects.filter(
            entity_id__in=entity_ids, scheme_version__scheme__code=scheme.spec.code
        ).select_related("policy")
    )
    specs = {scheme.version_id: scheme.spec}
    for version_id in sorted({row.scheme_version_id for row in rows} - set(specs)):
        specs[version_id] = scheme_version(version_id).spec
    found: dict[int, list[LedgerLine]] = {}
    for row in rows:
        found.setdefault(row.entity_id, []).append(to_line(row, specs))
    return {entity_id: tuple(lines) for entity_id, lines in found.items()}


def to_line(row: LedgerEntry, specs: Mapping[int, SchemeSpec]) -> LedgerLine:
    """Return the row as the domain reckons with it; it was read with its policy."""
    return LedgerLine(
        id=row.pk,
        kind=LedgerKind(row.kind),
        points=row.points,
        policy_code=row.policy.code if row.policy is not None else "",
        severity=row.severity,
        decision_id=row.decision_id,
        at=row.at,
        expires_at=row.expires_at,
        reverses_id=row.reverses_id,
        spec=specs[row.scheme_version_id],
    )


def ledger_of(entity_id: int, limit: int = 200) -> list[LedgerRow]:
    """Return the entries of an account, newest first."""
    rows = (
        LedgerEntry.objects.filter(entity_id=entity_id)
        .select_related("policy", "decision", "reversed_by")
        .order_by("-at", "-pk")[:limit]
    )
    return [_ledger_row(row) for row in rows]


def sanctions_on(entity_id: int, limit: int = 200) -> list[SanctionRow]:
    """Return the sanctions of an account, newest first."""
    rows = Sanction.objects.filter(entity_id=entity_id).select_related("decision")[:limit]
    return [to_sanction_row(row) for row in rows]


def kinds_in_force(entity_id: int) -> list[MilestoneActionKind]:
    """Return the kind of each sanction in force on an account."""
    rows = Sanction.objects.filter(entity_id=entity_id, state=SanctionState.ACTIVE).values_list("kind", flat=True)
    return [MilestoneActionKind(kind) for kind in rows]


def to_sanction_row(row: Sanction) -> SanctionRow:
    """Return the row as it is shown; it was read with its decision."""
    return SanctionRow(
        id=row.pk,
        kind=MilestoneActionKind(row.kind),
        state=SanctionState(row.state),
        milestone=row.milestone,
        decision_id=row.decision_id,
        case_id=row.decision.case_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        days=row.days,
        reversed_at=row.reversed_at,
        reversal_reason=row.reversal_reason,
    )


def _ledger_row(row: LedgerEntry) -> LedgerRow:
    return LedgerRow(
        id=row.pk,
        kind=LedgerKind(row.kind),
        points=row.points,
        policy_code=row.policy.code if row.policy is not None else "",
        severity=row.severity,
        case_id=row.decision.case_id if row.decision is not None else None,
        decision_id=row.decision_id,
        at=row.at,
        expires_at=row.expires_at,
        reverses_id=row.reverses_id,
        is_reversed=hasattr(row, "reversed_by"),
        reason=row.reason,
    )
