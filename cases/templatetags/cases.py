"""Marks of cases: the states, outcomes and kinds as pills and words. Load with {% load cases %}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cases.domain.lifecycle import OPEN_STATES
from cases.views import words
from cases.views.evidence import sum_up
from governance.templatetags.components import pill
from governance.views.formats import format_number, format_percent

if TYPE_CHECKING:
    from cases.models import Case
    from risk.queries.entities import TimelineEvent

register = template.Library()


@register.simple_tag
def case_state(state: str) -> SafeString:
    """Show the state of a case."""
    return pill(str(words.STATES.get(state, state)), words.STATE_TONES.get(state, "neutral"))


@register.simple_tag
def outcome_pill(outcome: str, title: str = "") -> SafeString:
    """Show what a decision found, in the guide's own words where they are given."""
    return pill(title or str(words.OUTCOMES.get(outcome, outcome)), words.OUTCOME_TONES.get(outcome, "neutral"))


@register.filter
def language(locale: str) -> str:
    """Return the name of a language, its code where Django knows no name: packs may bring any."""
    try:
        return str(get_language_info(locale)["name_translated"])
    except KeyError:
        return locale


@register.simple_tag
def zone_pill(zone: str) -> SafeString:
    """Show the zone of a standing."""
    return pill(str(words.ZONES.get(zone, zone)), words.ZONE_TONES.get(zone, "neutral"))


@register.simple_tag
def sanction_state(state: str) -> SafeString:
    """Show the state of a sanction."""
    return pill(str(words.SANCTION_STATES.get(state, state)), words.SANCTION_TONES.get(state, "neutral"))


@register.filter
def zone_tone(zone: str) -> str:
    """Return the tone of a zone."""
    return words.ZONE_TONES.get(zone, "neutral")


@register.filter
def outcome_word(outcome: str) -> str:
    """Return the word for what a decision found."""
    return str(words.OUTCOMES.get(outcome, outcome))


@register.filter
def state_word(state: str) -> str:
    """Return the word for a state of a case."""
    return str(words.STATES.get(state, state))


@register.filter
def ledger_word(kind: str) -> str:
    """Return the word for a kind of ledger entry."""
    return str(words.LEDGER_KINDS.get(kind, kind))


@register.filter
def plain(name: str) -> str:
    """Return a technical name as words."""
    return words.thing(name)


@register.simple_tag
def band_pill(band: str) -> SafeString:
    """Show the band of a score; names that the scorecard brings itself are shown without a judgement."""
    return pill(words.thing(band), words.BAND_TONES.get(band, "neutral")) if band else SafeString("")


@register.filter
def is_late(case: Case) -> bool:
    """Say whether an open case is past its limit."""
    return case.state in OPEN_STATES and case.sla_due_at < timezone.now()


@register.filter
def priority_words(case: Case) -> str:
    """Say which factors make the priority of a case."""
    parts = case.priority_parts
    if not parts:
        return ""
    return _("severity %(severity)s \u00d7 likelihood %(likelihood)s \u00d7 reach %(reach)s \u00d7 age %(age)s") % {
        "severity": format_number(parts["severity_weight"]),
        "likelihood": format_percent(parts["probability"], 0),
        "reach": format_number(parts["exposure"], 1),
        "age": format_number(parts["age_factor"], 1),
    }


@register.filter
def event_words(event: TimelineEvent) -> str:
    """Return the most telling parts of an event in a line."""
    return sum_up(event)
