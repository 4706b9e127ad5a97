"""How bad a violation is, from low to critical."""

from enum import StrEnum


class Severity(StrEnum):
    """Harm of a violation; members are declared from the least to the most severe."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return the position, 0 for low to 3 for critical, for comparisons."""
        return list(Severity).index(self)


def severities_between(least: Severity, most: Severity) -> tuple[Severity, ...]:
    """Return the severities from `least` to `most`, both included; none when they are swapped."""
    return tuple(severity for severity in Severity if least.rank <= severity.rank <= most.rank)
