"""The facts that policies produces."""

FACTS: tuple[str, ...] = (
    "pack_loaded",
    "rule_submitted",
    "rule_rejected",
    "rule_released",
    "rule_paused",
    "rule_retired",
)
