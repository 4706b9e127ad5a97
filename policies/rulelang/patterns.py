"""Compile regular expressions with RE2, which searches in linear time whatever the pattern."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import re2

from policies.rulelang.limits import MAX_PATTERN, MAX_PATTERN_STEPS, PATTERN_MEMORY
from policies.rulelang.source import shorten
from policies.rulelang.wording import NOTHING, Text, gettext_noop, verbatim

_LOOKAROUND = re.compile(r"\(\?<?[=!]|\\[1-9]")
_ANYWHERE = re2._re2.RE2.Anchor.UNANCHORED
_SINGLE_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\C")


class PatternError(ValueError):
    """A regular expression that cannot be used: the reason, and what to do."""

    def __init__(self, reason: Text, advice: Text = NOTHING) -> None:
        super().__init__(str(reason))
        self.reason, self.advice = reason, advice


def compile_pattern(pattern: str) -> Callable[[str], Any]:
    """Return the search function of a regular expression; it gives a match or None.

    Raises:
        PatternError: the pattern is too long, not RE2, or too large when compiled.
    """
    search: Callable[[str], Any] = _compile(pattern).search
    return search


@lru_cache(maxsize=2_000)
def compile_test(pattern: str) -> Callable[[str], bool]:
    """Return the function that tells whether a regular expression is found anywhere in a text.

    Raises:
        PatternError: as `compile_pattern`.
    """
    # The public search turns the places of a match into characters, at three times the price.
    return partial(_is_found, _compile(pattern)._regexp.Match)


def _is_found(match: Callable[..., Any], text: str) -> bool:
    encoded = text.encode()
    begin: int = match(_ANYWHERE, encoded, 0, len(encoded))[0][0]
    return begin >= 0


@lru_cache(maxsize=2_000)
def _compile(pattern: str) -> Any:
    if len(pattern) > MAX_PATTERN:
        reason = Text(gettext_noop("it has more than %(limit)s characters"), {"limit": MAX_PATTERN})
        raise PatternError(reason, Text(gettext_noop("Put words into a named list, or write several patterns.")))
    if _SINGLE_BYTE.search(pattern):
        reason = Text(gettext_noop("\\C takes characters apart"))
        raise PatternError(reason, Text(gettext_noop("Write . for any character.")))
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    options.never_capture = True
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise PatternError(verbatim(_first_words(error)), _advise(pattern)) from None
    if compiled.programsize > MAX_PATTERN_STEPS:
        raise PatternError(
            Text(gettext_noop("it is too large when compiled")),
            Text(gettext_noop("Repeat less: {0,20} instead of {0,1000}.")),
        )
    return compiled


def _first_words(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return shorten(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason))


def _advise(pattern: str) -> Text:
    if _LOOKAROUND.search(pattern):
        return Text(
            gettext_noop("Looking ahead or behind and repeating a group are not possible; write two conditions.")
        )
    return Text(gettext_noop("Patterns follow RE2; put a backslash before signs that are meant as they are: \\."))
