"""The words for states, outcomes and targets of rules, in the viewer's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from policies.domain.rules import Outcome, RuleState
from risk.domain.rule_runs import RunState
from risk.domain.vocabulary import EntityType, EventType

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STATES: dict[RuleState, tuple[_StrPromise, str]] = {
    RuleState.DRAFT: (_("Draft"), "neutral"),
    RuleState.IN_REVIEW: (_("In review"), "info"),
    RuleState.APPROVED: (_("Approved"), "info"),
    RuleState.LIVE: (_("Live"), "ok"),
    RuleState.PAUSED: (_("Paused"), "warn"),
    RuleState.RETIRED: (_("Retired"), "neutral"),
    RuleState.REJECTED: (_("Rejected"), "danger"),
}

OUTCOMES: dict[Outcome, tuple[_StrPromise, str]] = {
    Outcome.BLOCK: (_("Block"), "danger"),
    Outcome.HOLD: (_("Hold"), "danger"),
    Outcome.REVIEW: (_("Review"), "warn"),
    Outcome.WARN: (_("Warn"), "warn"),
    Outcome.REWARD: (_("Reward"), "ok"),
    Outcome.LABEL: (_("Label"), "info"),
    Outcome.ALLOW: (_("Allow"), "ok"),
}

# What a hit brings, for who writes the rule.
OUTCOME_HELP: dict[Outcome, _StrPromise] = {
    Outcome.BLOCK: _("asks to block, and opens a case"),
    Outcome.HOLD: _("asks to hold back, and opens a case"),
    Outcome.REVIEW: _("opens a case for a person"),
    Outcome.WARN: _("is recorded as a warning"),
    Outcome.REWARD: _("is recorded as a reward"),
    Outcome.LABEL: _("is recorded, nothing else"),
    Outcome.ALLOW: _("ends the matter: no other rule opens a case"),
}

RUN_STATES: dict[RunState, tuple[_StrPromise, str]] = {
    RunState.WAITING: (_("Waiting for a worker"), "neutral"),
    RunState.RUNNING: (_("Running"), "info"),
    RunState.DONE: (_("Done"), "ok"),
    RunState.FAILED: (_("Failed"), "danger"),
    RunState.CANCELLED: (_("Cancelled"), "neutral"),
}

ENTITY_TYPES: dict[str, _StrPromise] = {
    EntityType.SELLER: _("Sellers"),
    EntityType.CREATOR: _("Creators"),
    EntityType.BUYER: _("Buyers"),
    EntityType.LISTING: _("Listings"),
    EntityType.VIDEO: _("Videos"),
    EntityType.LIVESTREAM: _("Livestreams"),
    EntityType.REVIEW: _("Reviews"),
    EntityType.ORDER: _("Orders"),
    EntityType.MESSAGE: _("Messages"),
    EntityType.DEVICE: _("Devices"),
    EntityType.PAYMENT_ACCOUNT: _("Payment accounts"),
    EntityType.ADDRESS: _("Addresses"),
}

EVENT_TYPES: dict[str, _StrPromise] = {
    EventType.ACCOUNT_REGISTERED: _("Account registered"),
    EventType.ACCOUNT_BANNED: _("Account banned"),
    EventType.LOGIN: _("Login"),
    EventType.LISTING_CREATED: _("Listing created"),
    EventType.LISTING_UPDATED: _("Listing updated"),
    EventType.ORDER_PLACED: _("Order placed"),
    EventType.ORDER_DISPATCHED: _("Order dispatched"),
    EventType.ORDER_DELIVERED: _("Order delivered"),
    EventType.ORDER_CANCELLED: _("Order cancelled"),
    EventType.REFUND_REQUESTED: _("Refund requested"),
    EventType.REVIEW_POSTED: _("Review posted"),
    EventType.MESSAGE_SENT: _("Message sent"),
    EventType.VIDEO_POSTED: _("Video posted"),
}

SETTINGS: dict[str, _StrPromise] = {
    "event_types": _("Events"),
    "entity_type": _("Entities"),
    "markets": _("Markets"),
    "outcome": _("Outcome"),
    "priority": _("Priority"),
    "reason": _("Reason"),
}


def target_words(entity_type: str, event_types: tuple[str, ...]) -> str:
    """Say what a rule looks at."""
    if entity_type:
        return str(ENTITY_TYPES.get(entity_type, entity_type))
    return ", ".join(str(EVENT_TYPES.get(name, name)) for name in event_types)
