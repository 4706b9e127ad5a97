"""The facts that policies produces."""

FACTS: tuple[str, ...] = ("rule_submitted", "rule_released", "rule_paused", "pack_loaded")
