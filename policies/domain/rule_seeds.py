"""Rules and lists as a pack brings them; in the database they start as live version 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.domain.locales import BASE_LOCALE
from policies.domain.policies import SUBJECT_TYPES, read_markets
from policies.domain.reading import CODE, NAME, Reader
from policies.domain.rules import Outcome
from policies.domain.signals import EVENT_TYPES


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """What a rule looks at: each event of the given types, or an entity type when its signals are refreshed.

    Exactly one of the two is filled.
    """

    events: tuple[str, ...]
    entity: str | None


@dataclass(frozen=True, slots=True)
class RuleSeed:
    """A rule of the pack; `when` is in the rule language, a higher `priority` comes first.

    `reason` is English; `reasons` says the same in the other locales of the pack, for those who are told of a hit.
    """

    id: str
    policy: str
    title: str
    target: RuleTarget
    when: str
    outcome: Outcome
    priority: int
    reason: str
    reasons: Mapping[str, str]
    markets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListSeed:
    """A named list that rules may use as `lists.<name>`.

    Entries are in small letters where the rules that use them compare with `lower(…)`.
    """

    name: str
    title: str
    doc: str
    entries: tuple[str, ...]


def read_rule(reader: Reader, locales: Sequence[str]) -> RuleSeed:
    """Read one rule; without reasons in the other locales the affected party reads a neutral sentence."""
    required = ("id", "policy", "title", "target", "when", "outcome", "priority", "reason", "markets")
    fields = reader.fields(required, ("reasons",))
    others = [locale for locale in locales if locale != BASE_LOCALE]
    return RuleSeed(
        id=fields["id"].matching(CODE),
        policy=fields["policy"].matching(CODE),
        title=fields["title"].short_text(160),
        target=_read_target(fields["target"]),
        when=fields["when"].text(),
        outcome=fields["outcome"].choice(Outcome),
        priority=fields["priority"].integer(0, 1_000),
        reason=fields["reason"].text(),
        reasons=fields["reasons"].localised(others) if fields["reasons"].is_given else {},
        markets=read_markets(fields["markets"]),
    )


def read_list(reader: Reader) -> ListSeed:
    """Read one named list; it may start empty."""
    fields = reader.fields(("name", "title", "doc", "entries"))
    seed = ListSeed(
        name=fields["name"].matching(NAME),
        title=fields["title"].short_text(160),
        doc=fields["doc"].text(),
        entries=tuple(item.short_text(240) for item in fields["entries"].items()),
    )
    _note_repeats(seed.entries, fields["entries"])
    return seed


def _note_repeats(entries: Sequence[str], reader: Reader) -> None:
    seen: set[str] = set()
    for entry, place in zip(entries, reader.items(), strict=True):
        if entry in seen:
            place.reject(f"{entry} is listed twice", "Keep one.")
        seen.add(entry)


def _read_target(reader: Reader) -> RuleTarget:
    fields = reader.fields((), ("events", "entity"))
    if fields["events"].is_given is fields["entity"].is_given:
        reader.reject("a rule looks at events or at an entity", "Give exactly one of events and entity.")
        return RuleTarget((), None)
    if fields["entity"].is_given:
        return RuleTarget((), fields["entity"].name_in(SUBJECT_TYPES, "entity type"))
    events = fields["events"].filled_items()
    return RuleTarget(tuple(item.name_in(EVENT_TYPES, "event type") for item in events), None)
