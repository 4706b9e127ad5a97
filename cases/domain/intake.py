"""What becomes of hits: how severe a new case starts, and when a hit is about conduct that was decided on."""

from datetime import datetime, timedelta

from policies.domain.severity import Severity

# Signals look back over weeks, so the conduct that was decided on stays in them. Hits on signals that are no newer
# than this after the last evidence of a decided case are about the same conduct.
QUIET_PERIOD = timedelta(days=7)


def starting_severity(default: Severity, most: Severity, priors: int) -> Severity:
    """Return the severity of a new suspicion: one step up for each earlier violation, at most the policy's own."""
    steps = list(Severity)
    return steps[min(default.rank + max(priors, 0), max(most.rank, default.rank))]


def is_same_conduct(hit_as_of: datetime, decided_evidence_until: datetime | None) -> bool:
    """Say whether a hit on signals shows what a decided case was about; both moments by the data's clock."""
    return decided_evidence_until is not None and hit_as_of <= decided_evidence_until + QUIET_PERIOD
