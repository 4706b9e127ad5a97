"""The facts that governance produces."""

FACTS: tuple[str, ...] = (
    "approval_requested",
    "approval_decided",
    "escalation_opened",
    "escalation_acknowledged",
    "escalation_resolved",
)
