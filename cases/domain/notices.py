"""What the affected party is told about a decision, in its own language."""

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cases.domain.milestones import DueSanction
from cases.domain.sanctions import SANCTION_KINDS
from cases.domain.standing import Standing
from cases.domain.wording import BASE_LOCALE, choose_locale, say_date, say_share, speaks, wording_for
from policies.domain.policies import NoticeTemplate
from policies.domain.schemes import Direction, MilestoneActionKind, SchemeSpec

MOST_FACTS = 20
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~])")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told: the name, the languages to try in their order, and the time zone of the dates."""

    name: str
    locales: tuple[str, ...]
    time_zone: str


@dataclass(frozen=True, slots=True)
class Rate:
    """The figures behind a fact: so many of so many, and their share (0 to 1)."""

    count: int
    volume: int
    share: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact that the decision rests on: when it was so, and why that is held against the account.

    `reason` is English; `reasons` says the same in other languages, as far as somebody translated it.
    """

    at: datetime
    reason: str
    reasons: Mapping[str, str] = field(default_factory=dict)
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows: unsigned points and their end, the standing after, the sanctions, the last day to appeal."""

    points: int
    expires_at: datetime | None
    standing: Standing
    sanctions: tuple[DueSanction, ...]
    appeal_until: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A message: the title is plain text, the body Markdown."""

    locale: str
    title: str
    body: str


def write_notice(
    *,
    templates: Mapping[str, NoticeTemplate],
    policy_titles: Mapping[str, str],
    addressee: Addressee,
    findings: Sequence[Finding],
    consequences: Consequences,
    spec: SchemeSpec,
) -> Notice:
    """Write the notice of a violation from the policy's template in the first of the addressee's languages it has.

    Names and facts come from outside and are escaped, so that they cannot bring Markdown of their own.
    """
    locale = choose_locale(templates, addressee.locales)
    title = policy_titles[choose_locale(policy_titles, (locale,))]
    values = {
        "entity_name": addressee.name,
        "policy_title": title,
        "facts": _list_of(say_findings(locale, findings, addressee.time_zone)),
        "actions": _list_of(_say_actions(locale, consequences, spec, addressee.time_zone)),
        "points": _say_points(locale, consequences),
        "expires_on": _say_expiry(locale, consequences, addressee.time_zone),
        "appeal_until": _say_day(locale, consequences.appeal_until, addressee.time_zone),
    }
    template = templates[locale]
    in_body = values | {name: escape(values[name]) for name in ("entity_name", "policy_title")}
    return Notice(locale, fill(template.title, values)[:240], fill(template.body, in_body))


def write_withdrawal(
    *, policy_titles: Mapping[str, str], addressee: Addressee, decided_at: datetime, available: Sequence[str]
) -> Notice:
    """Write that a decision was withdrawn; `available` are the languages to choose from."""
    locale = choose_locale(available, addressee.locales)
    wording = wording_for(locale)
    values = {
        "entity_name": escape(addressee.name),
        "policy_title": escape(policy_titles[choose_locale(policy_titles, (locale,))]),
        "day": _say_day(locale, decided_at, addressee.time_zone),
    }
    return Notice(locale, fill(wording.withdrawn_title, values)[:240], fill(wording.withdrawn_body, values))


def write_in_force(
    *,
    kind: MilestoneActionKind,
    ends_at: datetime | None,
    policy_titles: Mapping[str, str],
    addressee: Addressee,
    appeal_until: datetime,
    available: Sequence[str],
) -> Notice:
    """Write that a restriction which waited for a second person is in force now."""
    locale = choose_locale(available, addressee.locales)
    wording = wording_for(locale)
    values = {
        "entity_name": escape(addressee.name),
        "policy_title": escape(policy_titles[choose_locale(policy_titles, (locale,))]),
        "action": _say_action(locale, kind, ends_at, addressee.time_zone),
        "appeal_until": _say_day(locale, appeal_until, addressee.time_zone),
    }
    return Notice(locale, fill(wording.in_force_title, values)[:240], fill(wording.in_force_body, values))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values into the places in braces; a place without a value stays as it is written.

    Only names are looked up: a template cannot reach into a value, and a value with braces is never a template.
    """
    written = []
    for text, name, _, _ in string.Formatter().parse(template):
        written.append(text)
        if name is not None:
            written.append(values.get(name, f"{{{name}}}"))
    return "".join(written)


def escape(text: str) -> str:
    """Return text as Markdown that reads as it is."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _list_of(lines: Sequence[str]) -> str:
    """Return one line as it is, so that it can end a sentence, and several as a list set off from the text."""
    if len(lines) == 1:
        return lines[0]
    return "\n\n" + "\n".join(f"- {line}" for line in lines) + "\n"


def say_findings(locale: str, findings: Sequence[Finding], time_zone: str) -> list[str]:
    """Say the newest facts first, each reason of a day once."""
    said: dict[str, None] = {}
    for finding in sorted(findings, key=lambda finding: finding.at, reverse=True):
        day = _say_day(locale, finding.at, time_zone)
        said.setdefault(fill(wording_for(locale).fact, {"day": day, "reason": _say_reason(locale, finding)}))
    return list(said)[:MOST_FACTS]


def _say_reason(locale: str, finding: Finding) -> str:
    """Say why in the reader's language with the figures; where nobody translated it, say only that a check found it."""
    texts = {BASE_LOCALE: finding.reason, **finding.reasons}
    own = next((text for name, text in texts.items() if speaks(name, locale)), wording_for(locale).neutral)
    words = escape(own)
    if finding.rate is None:
        return words
    given = {"count": str(finding.rate.count), "volume": str(finding.rate.volume)}
    given["share"] = say_share(locale, finding.rate.share)
    return f"{words.removesuffix('.')} ({fill(wording_for(locale).rate, given)})."


def _say_actions(locale: str, consequences: Consequences, spec: SchemeSpec, time_zone: str) -> list[str]:
    wording = wording_for(locale)
    lines = []
    for sanction in consequences.sanctions:
        if SANCTION_KINDS[sanction.kind].is_severe:
            lines.append(fill(wording.held, {"action": wording.kinds[sanction.kind]}))
        else:
            lines.append(_say_action(locale, sanction.kind, sanction.ends_at, time_zone))
    distance = consequences.standing.distance
    if consequences.points and distance is not None and distance <= spec.warn_within:
        lines.append(fill(wording.warning, {"distance": str(distance)}))
    return lines or [wording.nothing]


def _say_action(locale: str, kind: MilestoneActionKind, ends_at: datetime | None, time_zone: str) -> str:
    wording = wording_for(locale)
    if ends_at is None:
        return wording.kinds[kind]
    return fill(wording.for_days, {"action": wording.kinds[kind], "until": _say_day(locale, ends_at, time_zone)})


def _say_points(locale: str, consequences: Consequences) -> str:
    wording, standing = wording_for(locale), consequences.standing
    template = wording.points if standing.direction is Direction.ACCUMULATE else wording.points_cost
    values = {
        "points": str(consequences.points),
        "value": str(standing.value),
        "maximum": str(standing.maximum),
    }
    return fill(template, values)


def _say_expiry(locale: str, consequences: Consequences, time_zone: str) -> str:
    if consequences.expires_at is None or consequences.standing.is_expiry_stopped:
        return wording_for(locale).never
    return _say_day(locale, consequences.expires_at, time_zone)


def _say_day(locale: str, at: datetime, time_zone: str) -> str:
    return say_date(locale, at.astimezone(ZoneInfo(time_zone)).date())
