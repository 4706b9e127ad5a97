"""Put decisions into words: which rules, which policies, in the language that was asked for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from policies.domain.locales import BASE_LOCALE, pick_locale
from policies.queries.policy_titles import PolicyTitle, titles_of
from policies.queries.rule_briefs import RuleBrief, rule_briefs
from policies.queries.rules import LiveRule
from risk.actions.deciding import Decided
from risk.actions.standby import Ground
from risk.domain.decisions import DecisionView, NotedHit


@dataclass(frozen=True, slots=True)
class Texts:
    """The rules and policies that answers name, by the keys of their versions."""

    rules: dict[int, LiveRule | RuleBrief]
    titles: dict[int, PolicyTitle]


def texts_for(views: Iterable[DecisionView], ground: Ground) -> Texts:
    """Return what these decisions name; versions that are not in force any more are read, in two statements."""
    hits = [hit for view in views for hit in view.hits]
    rules = {hit.rule_version_id: ground.live.get(hit.rule_version_id) for hit in hits}
    titles = {hit.policy_version_id: ground.titles.get(hit.policy_version_id or 0) for hit in hits}
    old_rules = [key for key, rule in rules.items() if rule is None]
    old_titles = [key for key, title in titles.items() if title is None and key is not None]
    known_rules: dict[int, LiveRule | RuleBrief] = {key: rule for key, rule in rules.items() if rule is not None}
    if old_rules:
        known_rules.update(rule_briefs(old_rules))
    known_titles = {key: title for key, title in titles.items() if key is not None and title is not None}
    return Texts(known_rules, known_titles | titles_of(old_titles))


def show_decided(decided: Decided, texts: Texts, languages: Sequence[str]) -> dict[str, Any]:
    """Return one decision as the API answers it."""
    return {**show_decision(decided.decision, texts, languages), "is_repeated": decided.is_repeated}


def show_decision(view: DecisionView, texts: Texts, languages: Sequence[str]) -> dict[str, Any]:
    """Return a decision as the API answers it; `languages` are the reader's, the most wanted first."""
    return {
        "decision_id": view.id,
        "source": view.source,
        "event_id": view.external_id,
        "event_version": view.version,
        "market": view.market,
        "outcome": view.outcome,
        "hits": [_hit(hit, texts, languages) for hit in view.hits],
        "ruleset": view.ruleset,
        "signals_as_of": view.readings,
        "decided_at": view.decided_at,
        "supersedes": view.supersedes,
        "superseded_by": view.superseded_by,
    }


def _hit(hit: NotedHit, texts: Texts, languages: Sequence[str]) -> dict[str, Any]:
    rule = texts.rules[hit.rule_version_id]
    title = texts.titles.get(hit.policy_version_id or 0)
    locale = best_locale(title.titles, languages) if title is not None and title.titles else ""
    return {
        "rule": rule.code,
        "rule_version": rule.number,
        "title": rule.title,
        "reason": rule.reason,
        "outcome": hit.outcome,
        "is_suppressed": hit.is_suppressed,
        "role": hit.role,
        "entity": hit.entity,
        "policy": rule.policy_code,
        "policy_version": title.number if title is not None else None,
        "policy_title": title.titles[locale] if title is not None and locale else "",
        "policy_title_language": locale,
    }


def best_locale(wordings: Collection[str], languages: Sequence[str]) -> str:
    """Return the locale of the first language that there is a wording in, else of English, else any."""
    named = {name: name for name in wordings}
    for language in languages:
        found = pick_locale(named, language)
        if found.replace("_", "-").split("-")[0].lower() == language.replace("_", "-").split("-")[0].lower():
            return found
    return pick_locale(named, BASE_LOCALE)
