"""Turn frozen evidence into what a reviewer reads: sentences, readings with their volumes, texts with marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cases.views.words import thing
from governance.views.formats import format_moment, format_money, format_number, format_percent
from policies.domain.signals import RateDefinition, SignalSpec, SignalUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from cases.queries.workspace import EvidenceView
    from risk.queries.entities import TimelineEvent

# From here on a text is set as a quotation of its own.
LONG = 60
# Payload fields that tell an event from others of its type, the most telling first.
TELLING = ("amount", "price", "rating", "title", "reason", "fault", "text")
CODES = frozenset({"reason", "fault"})  # technical words of the marketplace
MOST_FACTS = 3
_NAMES = re.compile(r"\b[a-z_]+\.([a-z_0-9]+)\b")
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$")
_MEDIA = re.compile(r"\.(png|jpe?g|gif|webp|avif|mp4|webm)(\?|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """One signal as it stood: what it is called, its value, what it rests on, and what it means."""

    name: str
    title: str
    value: str
    basis: str
    definition: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, marked when it made the rule fire."""

    words: str
    is_marked: bool


@dataclass(frozen=True)
class Content:
    """A field of an event: short facts stand in a line, long texts are quoted.

    `image` is a picture that came with the event, shown veiled. One that lies elsewhere is only named by its
    address: the console asks no other site for anything.
    """

    label: str
    pieces: tuple[Piece, ...]
    is_long: bool
    is_media: bool
    image: str = ""


@dataclass(frozen=True)
class HitShown:
    """One hit as the timeline shows it."""

    id: int
    as_of: datetime
    added_at: datetime
    sentences: tuple[str, ...]
    readings: tuple[Reading, ...]
    event_type: str
    event_id: str
    contents: tuple[Content, ...]
    touched: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class RuleShown:
    """The hits of one rule: the newest in full, the earlier ones behind it."""

    code: str
    title: str
    reason: str
    condition: str
    newest: HitShown
    earlier: tuple[HitShown, ...]


def group_hits(evidence: Sequence[EvidenceView], specs: Mapping[str, SignalSpec]) -> list[RuleShown]:
    """Return the evidence by rule, the rule with the newest hit first; `evidence` comes newest first."""
    groups: dict[str, list[EvidenceView]] = {}
    for item in evidence:
        groups.setdefault(item.rule["code"], []).append(item)
    return [_rule(items, specs) for items in groups.values()]


def readings_of(
    names: Iterable[str], signals: Mapping[str, Any], specs: Mapping[str, SignalSpec]
) -> tuple[Reading, ...]:
    """Return the named signals that were known; `signals` has values, volumes and, if kept, counts."""
    values, volumes, counts = (signals.get(key) or {} for key in ("values", "volumes", "counts"))
    return tuple(
        _reading(name, values[name], volumes.get(name), counts.get(name), specs.get(name))
        for name in names
        if name in values
    )


def sum_up(event: TimelineEvent) -> str:
    """Return the most telling parts of an event in a line: whom it touched, then short facts of its payload."""
    named = [other.name or other.external_id for role, other in event.others.items() if role not in event.own_roles]
    given = [name for name in TELLING if event.payload.get(name) not in (None, "")]
    if "amount" in given and "price" in given:
        given.remove("price")  # of one piece of what the amount is for
    facts = [_fact(name, event.payload) for name in given]
    return " · ".join([*facts, *named[:2]][:MOST_FACTS])


def _fact(name: str, payload: Mapping[str, Any]) -> str:
    value = payload[name]
    if name in {"amount", "price"} and isinstance(value, int | float):
        return format_money(value, str(payload.get("currency", ""))).strip()
    if name == "rating":
        return f"{format_number(value)} ★"
    words = thing(value).lower() if name in CODES and isinstance(value, str) else say(value)
    return words if len(words) <= LONG else f"{words[:LONG].rstrip()}…"


def _rule(items: Sequence[EvidenceView], specs: Mapping[str, SignalSpec]) -> RuleShown:
    rule = items[0].rule
    hits = [_hit(item, specs) for item in items]
    return RuleShown(rule["code"], rule["title"], rule["reason"], rule.get("condition", ""), hits[0], tuple(hits[1:]))


def _hit(item: EvidenceView, specs: Mapping[str, SignalSpec]) -> HitShown:
    event = item.event or {}
    names = dict.fromkeys(_NAMES.findall(item.rule.get("condition", "")))
    fallback = item.trace.get("sentence")
    return HitShown(
        id=item.id,
        as_of=item.as_of,
        added_at=item.added_at,
        sentences=tuple(item.because) or ((fallback,) if fallback else ()),
        readings=readings_of(names, item.signals or {}, specs),
        event_type=thing(event["type"]) if event else "",
        event_id=event.get("external_id", ""),
        contents=tuple(_content(name, value, item.matched.get(name, ())) for name, value in _payload(event)),
        touched=tuple((role, entity) for role, entity in event.get("roles", {}).items()),
    )


def _payload(event: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the fields of the payload that say something, marked and long ones last, where they have room."""
    fields = [(name, value) for name, value in event.get("payload", {}).items() if value not in (None, "", [], {})]
    return sorted(fields, key=lambda field: isinstance(field[1], str) and len(field[1]) > LONG)


def _content(name: str, value: Any, spans: Sequence[Sequence[int]]) -> Content:
    if isinstance(value, str) and _IMAGE.match(value):
        return Content(thing(name), (), is_long=False, is_media=True, image=value)
    words = say(value)
    return Content(
        label=thing(name),
        pieces=_cut(value, spans) if isinstance(value, str) and spans else (Piece(words, is_marked=False),),
        is_long=len(words) > LONG or bool(spans),
        is_media=isinstance(value, str) and _MEDIA.search(value) is not None,
    )


def say(value: Any) -> str:
    """Return a value of a payload or an attribute as people read it."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, int | float):
        return format_number(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, str) and len(value) >= 19 and (moment := _moment(value)) is not None:
        return format_moment(moment)
    return str(value)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _cut(text: str, spans: Sequence[Sequence[int]]) -> tuple[Piece, ...]:
    """Return the text in pieces; spans come in order and do not overlap."""
    pieces, place = [], 0
    for start, end in spans:
        pieces += [Piece(text[place:start], is_marked=False), Piece(text[start:end], is_marked=True)]
        place = end
    pieces.append(Piece(text[place:], is_marked=False))
    return tuple(piece for piece in pieces if piece.words)


def _reading(name: str, value: float | None, volume: int | None, count: int | None, spec: SignalSpec | None) -> Reading:
    if spec is None:
        return Reading(name, thing(name), format_number(value), "", "")
    is_share = spec.unit is SignalUnit.SHARE
    if value is None:
        return Reading(name, spec.title, _("no data"), spec.null_meaning, spec.doc)
    shown = format_percent(value) if is_share else format_number(value)
    return Reading(name, spec.title, shown, _basis(spec, volume, count), spec.doc)


def _basis(spec: SignalSpec, volume: int | None, count: int | None) -> str:
    if volume is None or not isinstance(spec.definition, RateDefinition):
        return _("%(days)s d") % {"days": spec.window_days}
    if count is None:
        return _("of %(volume)s in %(days)s d") % {"volume": format_number(volume), "days": spec.window_days}
    given = {"count": format_number(count), "volume": format_number(volume), "days": spec.window_days}
    return _("%(count)s of %(volume)s in %(days)s d") % given
