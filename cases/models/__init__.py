"""Tables of cases."""

from cases.models.cases import Case, CaseEvidence, CaseNote, CaseTransition, Queue
from cases.models.decisions import Decision, DecisionNotice
from cases.models.standing import LedgerEntry, Sanction

__all__ = [
    "Case",
    "CaseEvidence",
    "CaseNote",
    "CaseTransition",
    "Decision",
    "DecisionNotice",
    "LedgerEntry",
    "Queue",
    "Sanction",
]
