"""By when a case is to be decided."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from policies.domain.severity import Severity

# Where no queue serves a policy's place in the taxonomy.
DEFAULT_HOURS: Mapping[Severity, int] = {
    Severity.LOW: 168,
    Severity.MEDIUM: 72,
    Severity.HIGH: 24,
    Severity.CRITICAL: 4,
}


def due_at(opened_at: datetime, hours: Mapping[str, int], severity: Severity) -> datetime:
    """Return when a case of that severity is due; `hours` by severity as the queue has them."""
    return opened_at + timedelta(hours=hours.get(severity.value, DEFAULT_HOURS[severity]))
