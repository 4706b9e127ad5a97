"""What the pages call the states, outcomes and kinds of cases."""

from django.utils.translation import gettext_lazy as _

from cases.domain.lifecycle import CaseState, DecisionOutcome, LedgerKind, SanctionState
from cases.domain.sanctions import Feature
from cases.domain.standing import Zone
from policies.domain.severity import Severity

STATES = {
    CaseState.NEW.value: _("New"),
    CaseState.ASSIGNED.value: _("Claimed"),
    CaseState.IN_REVIEW.value: _("In review"),
    CaseState.ESCALATED.value: _("Escalated"),
    CaseState.DECIDED.value: _("Decided"),
    CaseState.CLOSED.value: _("Closed"),
}
STATE_TONES = {
    CaseState.NEW.value: "info",
    CaseState.ASSIGNED.value: "accent",
    CaseState.IN_REVIEW.value: "accent",
    CaseState.ESCALATED.value: "warn",
    CaseState.DECIDED.value: "ok",
    CaseState.CLOSED.value: "neutral",
}
OUTCOMES = {
    DecisionOutcome.VIOLATION.value: _("Violation"),
    DecisionOutcome.NO_VIOLATION.value: _("No violation"),
    DecisionOutcome.CANNOT_TELL.value: _("Cannot tell"),
    DecisionOutcome.ESCALATE.value: _("Escalate"),
}
OUTCOME_TONES = {
    DecisionOutcome.VIOLATION.value: "danger",
    DecisionOutcome.NO_VIOLATION.value: "ok",
    DecisionOutcome.CANNOT_TELL.value: "neutral",
    DecisionOutcome.ESCALATE.value: "warn",
}
SEVERITIES = {
    Severity.LOW.value: _("Low"),
    Severity.MEDIUM.value: _("Medium"),
    Severity.HIGH.value: _("High"),
    Severity.CRITICAL.value: _("Critical"),
}
ZONES = {
    Zone.GOOD.value: _("Good"),
    Zone.NOTED.value: _("Noted"),
    Zone.AT_RISK.value: _("At risk"),
    Zone.RESTRICTED.value: _("Restricted"),
    Zone.FINAL.value: _("Final"),
}
ZONE_TONES = {
    Zone.GOOD.value: "ok",
    Zone.NOTED.value: "info",
    Zone.AT_RISK.value: "warn",
    Zone.RESTRICTED.value: "danger",
    Zone.FINAL.value: "danger",
}
SANCTION_STATES = {
    SanctionState.PROPOSED.value: _("Proposed"),
    SanctionState.HELD.value: _("Held for a second person"),
    SanctionState.ACTIVE.value: _("In force"),
    SanctionState.EXPIRED.value: _("Expired"),
    SanctionState.REVERSED.value: _("Reversed"),
}
SANCTION_TONES = {
    SanctionState.PROPOSED.value: "info",
    SanctionState.HELD.value: "warn",
    SanctionState.ACTIVE.value: "danger",
    SanctionState.EXPIRED.value: "neutral",
    SanctionState.REVERSED.value: "ok",
}
FEATURES = {
    Feature.CAMPAIGNS: _("campaigns"),
    Feature.AFFILIATES: _("the affiliate programme"),
    Feature.SUBSIDIES: _("subsidies"),
    Feature.LISTING_CREATION: _("new listings"),
    Feature.LIVESTREAM_REACH: _("reach of livestreams"),
    Feature.RECOMMENDATIONS: _("recommendations"),
    Feature.SEARCH_RANK: _("its place in search"),
    Feature.ORDER_VOLUME: _("unlimited orders"),
    Feature.PAYOUTS: _("payouts"),
    Feature.SELLING: _("selling"),
    Feature.ACCOUNT: _("the account"),
    Feature.LEGAL: _("legal proceedings"),
}
# The bands of the shipped scorecards; a marketplace may name its own.
BAND_TONES = {"low": "ok", "guarded": "info", "elevated": "warn", "high": "danger"}
LEDGER_KINDS = {
    LedgerKind.VIOLATION.value: _("Violation"),
    LedgerKind.ADJUSTMENT.value: _("Adjustment"),
    LedgerKind.REVERSAL.value: _("Reversal"),
    LedgerKind.REWARD.value: _("Reward"),
}


def thing(word: str) -> str:
    """Return a technical name such as `order_placed` as words, for names that the marketplace may bring itself."""
    return word.replace("_", " ").strip().capitalize()
