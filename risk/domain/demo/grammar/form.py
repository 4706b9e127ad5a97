"""Say what a language has to provide."""

from collections.abc import Mapping
from dataclasses import dataclass

Slots = tuple[tuple[str, ...], ...]
"""A sentence pattern: one text is picked from each slot and the picks are joined by spaces."""


@dataclass(frozen=True)
class Grammar:
    """The words of one language.

    `title` is a format with the fields brand, noun, finish and variant. Mappings by category have every
    category of the vocabulary, mappings by tone have good, fair and poor. `{term}` in the scam frames is the
    coined term, `{mark}` in the counterfeit texts one of the marks.
    """

    language: str
    shop_heads: tuple[str, ...]
    shop_tails: Mapping[str, tuple[str, ...]]
    handle_heads: tuple[str, ...]
    handle_tails: tuple[str, ...]
    title: str
    nouns: Mapping[str, tuple[str, ...]]
    finishes: tuple[str, ...]
    variants: tuple[str, ...]
    look_alikes: tuple[str, ...]
    listing_text: Slots
    review_titles: Mapping[str, tuple[str, ...]]
    reviews: Mapping[str, Slots]
    captions: Slots
    buyer_messages: Slots
    seller_messages: Slots
    counterfeit_marks: tuple[str, ...]
    counterfeit_texts: Slots
    ring_titles: tuple[str, ...]
    ring_reviews: Slots
    off_platform: Slots
    scam_terms: tuple[str, ...]
    scam_frames: tuple[str, ...]
    carriers: tuple[str, ...]
