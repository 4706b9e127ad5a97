"""The facts that cases produces."""

FACTS: tuple[str, ...] = (
    "case_opened",
    "case_claimed",
    "decision_made",
    "entry_reversed",
    "sanction_held",
    "sanction_applied",
    "sanction_expired",
    "sanction_reversed",
)
