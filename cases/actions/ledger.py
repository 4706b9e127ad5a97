"""Write the points ledger: what a violation costs, and taking it back exactly."""

from datetime import datetime

from django.db import connection

from cases.domain.ledger import LedgerLine, adjustments_due, balance_of
from cases.domain.lifecycle import LedgerKind
from cases.domain.planning import DecisionPlan
from cases.models import Decision, LedgerEntry
from cases.queries.standing import lines_of
from policies.queries.schemes import SchemeView, scheme_version

# Keeps the locks of ledgers apart from other advisory locks; the low bits are the key of the entity.
_LEDGER_LOCKS = 0x4C45 << 48


def lock_ledger(entity_id: int) -> None:
    """Let one transaction at a time reckon with an account's ledger and sanctions, until it ends.

    Without it two decisions at once could each stay below a milestone that they cross together. Whoever needs a
    case as well locks the case first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LEDGER_LOCKS | entity_id])


def add_violation(*, decision: Decision, plan: DecisionPlan, scheme: SchemeView, reason: str) -> LedgerEntry:
    """Write the points of a decision that found a violation; call under `lock_ledger`."""
    case = decision.case
    return LedgerEntry.objects.create(
        entity_id=case.entity_id,
        scheme_version_id=scheme.version_id,
        kind=LedgerKind.VIOLATION,
        points=plan.signed_points,
        policy_id=case.policy_id,
        severity=decision.severity,
        decision=decision,
        at=plan.counts_from,
        expires_at=plan.expires_at,
        reason=reason,
    )


def take_back(*, entry: LedgerEntry, now: datetime, reason: str) -> SchemeView:
    """Write the reversal of an entry; return its scheme. Call under `lock_ledger`, then `adjust`."""
    scheme = scheme_version(entry.scheme_version_id)
    lines = lines_of(entry.entity_id, scheme)
    line = next(line for line in lines if line.id == entry.pk)
    LedgerEntry.objects.create(
        entity_id=entry.entity_id,
        scheme_version_id=entry.scheme_version_id,
        kind=LedgerKind.REVERSAL,
        points=-balance_of(lines, line),
        policy_id=entry.policy_id,
        severity=entry.severity,
        decision_id=entry.decision_id,
        at=now,
        expires_at=entry.expires_at,  # leaves the sum together with what it takes back
        reverses=entry,
        reason=reason,
    )
    return scheme


def adjust(*, entity_id: int, scheme: SchemeView, now: datetime, reason: str) -> tuple[LedgerLine, ...]:
    """Bring what later violations cost up to what came or went before them; return the ledger as it then is."""
    for adjustment in adjustments_due(lines_of(entity_id, scheme)):
        source = LedgerEntry.objects.get(pk=adjustment.line.id)
        LedgerEntry.objects.create(
            entity_id=entity_id,
            scheme_version_id=source.scheme_version_id,
            kind=LedgerKind.ADJUSTMENT,
            points=adjustment.points,
            policy_id=source.policy_id,
            severity=source.severity,
            decision_id=source.decision_id,
            at=now,
            expires_at=source.expires_at,
            reason=reason,
        )
    return lines_of(entity_id, scheme)
