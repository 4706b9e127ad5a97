"""Find things of every room by a few letters, for the command palette.

Each room gives one finder; a finder returns at most a handful of what the viewer may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import _StrPromise

    from governance.domain.actors import Actor

HITS_EACH = 6


@dataclass(frozen=True)
class Found:
    """One thing: its name, a hint that tells it from others, its page."""

    label: str
    hint: str
    url: str


@dataclass(frozen=True)
class Finder:
    """What one room finds: a heading and a function of viewer, words and limit."""

    label: _StrPromise
    find: Callable[[Actor, str, int], list[Found]]


FINDERS: tuple[Finder, ...] = ()


def find_everywhere(actor: Actor, words: str) -> list[tuple[str, list[Found]]]:
    """Return what each room finds for the words, rooms without a hit left out; nothing for less than two letters."""
    if len(words.strip()) < 2:
        return []
    found = [(str(finder.label), finder.find(actor, words.strip(), HITS_EACH)) for finder in FINDERS]
    return [(label, hits) for label, hits in found if hits]
