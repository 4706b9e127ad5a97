"""A policy pack: what a marketplace needs to start governing, read from parsed files and checked whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from policies.domain import pack_checks
from policies.domain.policies import (
    MacroSpec,
    PolicySpec,
    TaxonomyNode,
    read_macro,
    read_policy,
    read_taxonomy_node,
)
from policies.domain.queues import QueueSpec, read_queue
from policies.domain.reading import LOCALE, NAME, Problem, Reader, open_file
from policies.domain.rule_seeds import ListSeed, RuleSeed, read_list, read_rule
from policies.domain.schemes import SchemeSpec, read_scheme
from policies.domain.signals import ScorecardSpec, SignalSpec, read_scorecard, read_signal

Spec = TypeVar("Spec")

# File → the lists in it. Folders hold one policy or scheme per file.
FILES: Mapping[str, tuple[str, ...]] = {
    "taxonomy.yaml": ("nodes",),
    "queues.yaml": ("queues",),
    "rules.yaml": ("lists", "rules"),
    "signals.yaml": ("signals", "score"),
    "macros.yaml": ("macros",),
}
HEAD = "pack.yaml"
POLICY_FOLDER = "policies/"
SCHEME_FOLDER = "schemes/"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack without contradictions: every code that is used exists, every policy has a queue and points."""

    id: str
    version: str
    title: str
    licence: str
    locales: tuple[str, ...]
    taxonomy: tuple[TaxonomyNode, ...]
    policies: tuple[PolicySpec, ...]
    schemes: tuple[SchemeSpec, ...]
    queues: tuple[QueueSpec, ...]
    lists: tuple[ListSeed, ...]
    rules: tuple[RuleSeed, ...]
    signals: tuple[SignalSpec, ...]
    scorecards: tuple[ScorecardSpec, ...]
    macros: tuple[MacroSpec, ...]


@dataclass(frozen=True, slots=True)
class _Head:
    id: str
    version: str
    title: str
    licence: str
    locales: tuple[str, ...]


def read_pack(files: Mapping[str, object]) -> Pack | tuple[Problem, ...]:
    """Return the pack that the files hold, or every problem found.

    `files` maps a path relative to the pack's directory, with `/`, to its parsed content. What is wrong
    inside single files is reported first; only when each can be read are they held against each other.
    """
    problems: list[Problem] = []
    head = _read_head(open_file(HEAD, files, problems))
    if problems:
        return tuple(problems)
    locales = head.locales
    lists = _open_lists(files, problems)
    taxonomy = [(read_taxonomy_node(place), place) for place in lists["nodes"]]
    policies = [(read_policy(place, locales), place) for place in _open_folder(POLICY_FOLDER, files, problems)]
    schemes = [(read_scheme(place), place) for place in _open_folder(SCHEME_FOLDER, files, problems)]
    queues = [(read_queue(place), place) for place in lists["queues"]]
    named_lists = [(read_list(place), place) for place in lists["lists"]]
    rules = [(read_rule(place, locales), place) for place in lists["rules"]]
    signals = [(read_signal(place), place) for place in lists["signals"]]
    scorecards = [(read_scorecard(place), place) for place in lists["score"]]
    macros = [(read_macro(place), place) for place in lists["macros"]]
    _note_unknown_files(files, problems)
    if not problems:
        pack_checks.check_taxonomy(taxonomy)
        pack_checks.check_policies(policies, taxonomy, queues)
        pack_checks.check_schemes(schemes, policies)
        pack_checks.check_queues(queues, taxonomy)
        pack_checks.check_rules(rules, named_lists, policies)
        pack_checks.check_signals(signals, scorecards)
        pack_checks.check_macros(macros, taxonomy)
    return tuple(problems) or Pack(
        id=head.id,
        version=head.version,
        title=head.title,
        licence=head.licence,
        locales=locales,
        taxonomy=_values(taxonomy),
        policies=_values(policies),
        schemes=_values(schemes),
        queues=_values(queues),
        lists=_values(named_lists),
        rules=_values(rules),
        signals=_values(signals),
        scorecards=_values(scorecards),
        macros=_values(macros),
    )


def _read_head(reader: Reader) -> _Head:
    fields = reader.fields(("id", "version", "title", "licence", "locales"))
    locales = tuple(item.matching(LOCALE) for item in fields["locales"].filled_items())
    if locales and "en" not in locales:
        fields["locales"].reject("en is missing", "Every pack is written in English and may have more locales.")
    return _Head(
        id=fields["id"].matching(NAME),
        version=fields["version"].text(),
        title=fields["title"].short_text(120),
        licence=fields["licence"].text(),
        locales=locales,
    )


def _open_lists(files: Mapping[str, object], problems: list[Problem]) -> dict[str, list[Reader]]:
    """Open every list of the files that hold lists; the names of the lists differ from file to file."""
    return {
        key: place.items()
        for name, keys in FILES.items()
        for key, place in open_file(name, files, problems).fields(keys).items()
    }


def _open_folder(folder: str, files: Mapping[str, object], problems: list[Problem]) -> list[Reader]:
    names = [name for name in sorted(files) if name.startswith(folder) and name.endswith(".yaml")]
    if not names:
        problems.append(Problem(folder, "", "the folder has no file", "Add at least one .yaml file."))
    return [open_file(name, files, problems) for name in names]


def _note_unknown_files(files: Mapping[str, object], problems: list[Problem]) -> None:
    for name in sorted(files):
        is_known = name == HEAD or name in FILES or name.startswith((POLICY_FOLDER, SCHEME_FOLDER))
        if not is_known or not name.endswith(".yaml"):
            known = ", ".join([HEAD, *FILES, f"{POLICY_FOLDER}*.yaml", f"{SCHEME_FOLDER}*.yaml"])
            problems.append(Problem(name, "", "a pack has no such file", f"Files of a pack: {known}."))


def _values(placed: Sequence[tuple[Spec, Reader]]) -> tuple[Spec, ...]:
    return tuple(value for value, _ in placed)
