"""What becomes of hits: which of them open a case, against whom, and how severe it starts."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from policies.domain.severity import Severity
from risk.domain.vocabulary import ACCOUNT_TYPES

# Signals look back over weeks, so the conduct that was decided on stays in them. Hits on signals that are no newer
# than this after the last evidence of a decided case are about the same conduct.
QUIET_PERIOD = timedelta(days=7)


def accountable_role(entity_type: str, types_by_role: Mapping[str, str], subject_types: Collection[str]) -> str | None:
    """Return the role of the account that answers for a hit; None when it is the entity that was hit.

    An account answers for itself. For a thing (a listing, a message) the accounts of the event answer: one of the
    types that the policy speaks of first, then sellers before creators before buyers.
    """
    if entity_type in ACCOUNT_TYPES:
        return None
    order = sorted(ACCOUNT_TYPES, key=lambda kind: kind.value not in subject_types)
    for kind in order:
        for role, type_in_role in sorted(types_by_role.items()):
            if type_in_role == kind:
                return role
    return None


def starting_severity(default: Severity, most: Severity, priors: int) -> Severity:
    """Return the severity of a new suspicion: one step up for each earlier violation, at most the policy's own."""
    steps = list(Severity)
    return steps[min(default.rank + max(priors, 0), max(most.rank, default.rank))]


def is_same_conduct(hit_as_of: datetime, decided_evidence_until: datetime | None) -> bool:
    """Say whether a hit on signals shows what a decided case was about; both moments by the data's clock."""
    return decided_evidence_until is not None and hit_as_of <= decided_evidence_until + QUIET_PERIOD
