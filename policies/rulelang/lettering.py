"""Change the case of ASCII letters and measure how alike two texts are, the same on every engine."""

import string
from functools import lru_cache

from policies.rulelang.limits import MAX_COMPARED_TEXT

_TO_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_TO_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def lower(text: str) -> str:
    """Return the text with A to Z in small letters; engines disagree about all others (İ, ß)."""
    return text.lower() if text.isascii() else text.translate(_TO_LOWER)


def upper(text: str) -> str:
    """Return the text with a to z in capital letters."""
    return text.upper() if text.isascii() else text.translate(_TO_UPPER)


def similarity(a: str, b: str) -> float:
    """Return how alike two texts are, from 0 to 1.

    The texts are cut to their first 500 characters, set in small letters and split at spaces, tabs and
    line breaks. Each word, with two spaces before and one after it, gives its pieces of three
    characters. The result is the number of different pieces in common over the number of different
    pieces at all (Jaccard's index); 0 when neither has any. The order of the words does not matter.
    """
    left, right = _pieces(a), _pieces(b)
    shared = len(left & right)
    total = len(left) + len(right) - shared
    return shared / total if total else 0.0


@lru_cache(maxsize=64)
def _pieces(text: str) -> frozenset[str]:
    words = lower(text[:MAX_COMPARED_TEXT]).replace("\t", " ").replace("\n", " ").replace("\r", " ").split(" ")
    padded = (f"  {word} " for word in words if word)
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))
