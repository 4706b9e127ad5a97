"""The facts that cases produces."""

FACTS: tuple[str, ...] = (
    "case_opened",
    "case_claimed",
    "decision_made",
    "sanction_applied",
    "sanction_reversed",
)
