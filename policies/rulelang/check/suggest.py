"""Find the name that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from policies.rulelang.wording import NOTHING, Text, gettext_noop

_LONGEST = 80


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like the given one, upper and lower case aside; None if none is alike."""
    by_folded = {name.lower(): name for name in sorted(known, reverse=True)}
    found = get_close_matches(word[:_LONGEST].lower(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """Ask whether the most similar known word was meant; nothing when none is similar."""
    found = closest(word, known)
    return Text(gettext_noop("Did you mean `%(name)s`?"), {"name": found}) if found else NOTHING
