"""Find things of every room by a few letters, for the command palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from cases.queries.finding import find_cases
from governance.domain.roles import Permission
from policies.queries.finding import find_policies, find_rules
from risk.queries.finding import find_entities

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import _StrPromise

    from governance.domain.actors import Actor
    from governance.domain.finding import Found

HITS_EACH = 6
LEAST_LETTERS = 2


@dataclass(frozen=True)
class Finder:
    """What one room finds: a heading, the page of a hit, who may look, and the search itself."""

    label: _StrPromise | str
    page: str
    permission: Permission
    find: Callable[[Actor, str, int], list[Found]]


FINDERS: tuple[Finder, ...] = (
    Finder(_("Cases"), "cases:detail", Permission.VIEW_CASES, find_cases),
    Finder(_("Entities"), "cases:entity", Permission.VIEW_ENTITIES, find_entities),
    Finder(_("Policies"), "policies:policy", Permission.VIEW_POLICIES, find_policies),
    Finder(_("Rules"), "risk:rule", Permission.VIEW_RULES, find_rules),
)


def find_everywhere(actor: Actor, words: str) -> list[tuple[Finder, list[Found]]]:
    """Return what each room finds; rooms without a hit are left out, and so is everything for less than two letters."""
    words = words.strip()
    if len(words) < LEAST_LETTERS:
        return []
    open_to = [finder for finder in FINDERS if actor.can(finder.permission)]
    found = [(finder, finder.find(actor, words, HITS_EACH)) for finder in open_to]
    return [(finder, hits) for finder, hits in found if hits]
