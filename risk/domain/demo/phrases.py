"""Draw the texts of the marketplace once, so that events need only point at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.columns import Words
from risk.domain.demo.disguise import disguise
from risk.domain.demo.grammar import GRAMMARS
from risk.domain.demo.grammar.form import Grammar, Slots
from risk.domain.demo.request import DemoRequest
from risk.domain.demo.vocabulary import BRANDS, CATEGORIES, PREMIUM_BRANDS


class Purpose(IntEnum):
    """What a pool of texts is for."""

    REVIEW_TITLE_POOR = 0
    REVIEW_TITLE_FAIR = 1
    REVIEW_TITLE_GOOD = 2
    REVIEW_POOR = 3
    REVIEW_FAIR = 4
    REVIEW_GOOD = 5
    LISTING_TEXT = 6
    LOOK_ALIKE = 7
    CAPTION = 8
    BUYER_MESSAGE = 9
    SELLER_MESSAGE = 10
    COUNTERFEIT_TEXT = 11
    OFF_PLATFORM = 12
    SCAM = 13
    RING_TITLE = 14
    CARRIER = 15


_DISGUISED_SHARE = 0.35
_RING_TEXTS = 12


@dataclass(frozen=True, eq=False)
class Pools:
    """Where the texts of a purpose begin in the book and how many there are: shape (purposes, markets)."""

    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def pick(
        self, rng: np.random.Generator, purpose: NDArray[np.int64] | int, market: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the code of one text per row."""
        size = self.sizes[purpose, market]
        return np.asarray(self.starts[purpose, market] + (rng.random(len(market)) * size).astype(np.int64))


@dataclass(frozen=True, eq=False)
class Phrasebook:
    """All texts of one marketplace. `brands` is the brand of each text that is a title, -1 of others.

    `titles` and `copies` (titles of counterfeits) are pools by category instead of purpose; `rings` has one
    column per review ring.
    """

    words: Words
    brands: NDArray[np.int64]
    pools: Pools
    titles: Pools
    copies: Pools
    rings: Pools


class _Book:
    """Collects texts and remembers where each pool begins."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.brands: list[int] = []

    def add(self, texts: list[str], brands: list[int] | None = None) -> tuple[int, int]:
        start = len(self.texts)
        self.texts.extend(texts)
        self.brands.extend(brands or [-1] * len(texts))
        return start, len(texts)


def combine(rng: np.random.Generator, slots: Slots, limit: int) -> list[tuple[str, ...]]:
    """Return up to `limit` different combinations, one text per slot, in random order."""
    shape = tuple(len(slot) for slot in slots)
    total = int(np.prod(shape))
    chosen = rng.choice(total, min(limit, total), replace=False)
    columns = np.unravel_index(chosen, shape)
    return [
        tuple(slot[place] for slot, place in zip(slots, row, strict=True))
        for row in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _join(rng: np.random.Generator, slots: Slots, limit: int) -> list[str]:
    return [" ".join(parts) for parts in combine(rng, slots, limit)]


def _disguise_some(rng: np.random.Generator, texts: list[str], targets: list[str]) -> list[str]:
    """Write the target inside each text in a way that a plain word filter misses, for some of the texts."""
    return [
        text.replace(target, disguise(rng, target), 1) if rng.random() < _DISGUISED_SHARE else text
        for text, target in zip(texts, targets, strict=True)
    ]


def _write_titles(
    rng: np.random.Generator, grammar: Grammar, category: str, brands: tuple[int, ...], limit: int
) -> tuple[list[str], list[int]]:
    slots = (tuple(map(str, brands)), grammar.nouns[category], grammar.finishes, grammar.variants)
    rows = combine(rng, slots, limit)
    texts = [
        grammar.title.format(brand=BRANDS[int(brand)], noun=noun, finish=finish, variant=variant)
        for brand, noun, finish, variant in rows
    ]
    return texts, [int(row[0]) for row in rows]


def _write_copies(rng: np.random.Generator, grammar: Grammar, category: str, limit: int) -> tuple[list[str], list[int]]:
    texts, brands = _write_titles(rng, grammar, category, PREMIUM_BRANDS, limit)
    marks = [grammar.counterfeit_marks[place] for place in rng.integers(0, len(grammar.counterfeit_marks), limit)]
    marked = [f"{text} {mark}" for text, mark in zip(texts, marks, strict=True)]
    return _disguise_some(rng, marked, marks), brands


def _write_purposes(rng: np.random.Generator, grammar: Grammar, limit: int) -> dict[Purpose, list[str]]:
    copies = combine(rng, (*grammar.counterfeit_texts, grammar.counterfeit_marks), limit)
    scams = combine(rng, (grammar.scam_frames, (str(rng.choice(grammar.scam_terms)),)), limit)
    offers = combine(rng, grammar.off_platform, limit)
    return {
        Purpose.REVIEW_TITLE_POOR: list(grammar.review_titles["poor"]),
        Purpose.REVIEW_TITLE_FAIR: list(grammar.review_titles["fair"]),
        Purpose.REVIEW_TITLE_GOOD: list(grammar.review_titles["good"]),
        Purpose.REVIEW_POOR: _join(rng, grammar.reviews["poor"], limit),
        Purpose.REVIEW_FAIR: _join(rng, grammar.reviews["fair"], limit),
        Purpose.REVIEW_GOOD: _join(rng, grammar.reviews["good"], limit),
        Purpose.LISTING_TEXT: _join(rng, grammar.listing_text, limit),
        Purpose.LOOK_ALIKE: list(grammar.look_alikes),
        Purpose.CAPTION: _join(rng, grammar.captions, limit),
        Purpose.BUYER_MESSAGE: _join(rng, grammar.buyer_messages, limit),
        Purpose.SELLER_MESSAGE: _join(rng, grammar.seller_messages, limit),
        Purpose.COUNTERFEIT_TEXT: _disguise_some(
            rng,
            [" ".join(parts[:-1]).replace("{mark}", parts[-1]) for parts in copies],
            [parts[-1] for parts in copies],
        ),
        Purpose.OFF_PLATFORM: _disguise_some(
            rng, [" ".join(parts) for parts in offers], [max(parts[1].split(), key=len) for parts in offers]
        ),
        Purpose.SCAM: [frame.replace("{term}", term) for frame, term in scams],
        Purpose.RING_TITLE: list(grammar.ring_titles),
        Purpose.CARRIER: list(grammar.carriers),
    }


def write_ring_reviews(rng: np.random.Generator, grammar: Grammar) -> list[str]:
    """Return reviews of one hand: the same few sentences with small changes."""
    base = combine(rng, grammar.ring_reviews, 1)[0]
    texts = []
    for _ in range(_RING_TEXTS):
        parts = list(base)
        changed = int(rng.integers(0, len(parts)))
        parts[changed] = str(rng.choice(grammar.ring_reviews[changed]))
        ending = str(rng.choice(["!", "!!", "!!!", ".", " :)", ""]))
        texts.append(", ".join(parts) + ending)
    return texts


def _stack(rows: list[list[tuple[int, int]]]) -> Pools:
    table = np.array(rows, dtype=np.int64).reshape(len(rows), -1, 2)
    return Pools(starts=table[:, :, 0], sizes=table[:, :, 1])


def write_phrasebook(rng: np.random.Generator, request: DemoRequest, ring_markets: Sequence[int]) -> Phrasebook:
    """Return the texts for a marketplace of this size; `ring_markets` is the market of each review ring.

    Larger marketplaces get more different texts, up to a few thousand per purpose and language.
    """
    limit = int(np.clip(request.events // 100, 300, 4_000))
    title_limit = int(np.clip(request.events // 2_000, 60, 1_500))
    book = _Book()
    languages = sorted({profile.language for profile in request.profiles})
    purposes: dict[str, list[tuple[int, int]]] = {}
    titles: dict[str, list[tuple[int, int]]] = {}
    copies: dict[str, list[tuple[int, int]]] = {}
    for language in languages:
        grammar = GRAMMARS[language]
        written = _write_purposes(rng, grammar, limit)
        purposes[language] = [book.add(written[purpose]) for purpose in Purpose]
        titles[language] = [
            book.add(*_write_titles(rng, grammar, category, tuple(range(len(BRANDS))), title_limit))
            for category in CATEGORIES
        ]
        copies[language] = [
            book.add(*_write_copies(rng, grammar, category, title_limit // 2)) for category in CATEGORIES
        ]
    spoken = [profile.language for profile in request.profiles]
    rings = [book.add(write_ring_reviews(rng, GRAMMARS[spoken[market]])) for market in ring_markets]
    return Phrasebook(
        words=Words(book.texts),
        brands=np.array(book.brands, dtype=np.int64),
        pools=_stack([[purposes[language][row] for language in spoken] for row in range(len(Purpose))]),
        titles=_stack([[titles[language][row] for language in spoken] for row in range(len(CATEGORIES))]),
        copies=_stack([[copies[language][row] for language in spoken] for row in range(len(CATEGORIES))]),
        rings=_stack([rings]),
    )
