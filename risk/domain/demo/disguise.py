"""Write words the way people do who want to slip past a word filter."""

import numpy as np

_LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0"})
_CYRILLIC = str.maketrans({"a": "\u0430", "e": "\u0435", "o": "\u043e", "p": "\u0440", "c": "\u0441"})
_ZERO_WIDTH = "\u200b"


def disguise(rng: np.random.Generator, text: str) -> str:
    """Return the text with digits for letters, letters set apart, look-alike letters or hidden characters."""
    ways = (
        text.translate(_LEET),
        ".".join(text.replace(" ", "")),
        " ".join(text.replace(" ", "")),
        text.translate(_CYRILLIC),
        _ZERO_WIDTH.join(text),
    )
    return ways[int(rng.integers(0, len(ways)))]
