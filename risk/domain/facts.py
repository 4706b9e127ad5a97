"""The facts that risk produces."""

FACTS: tuple[str, ...] = (
    "batch_part_ready",
    "events_ingested",
    "events_rejected",
    "import_requested",
    "rules_hit",
    "rule_run_asked",
)
