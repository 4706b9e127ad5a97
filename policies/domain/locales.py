"""Choose the wording for a reader's language."""

from collections.abc import Mapping
from typing import TypeVar

Wording = TypeVar("Wording")

BASE_LOCALE = "en"


def pick_locale(wordings: Mapping[str, Wording], locale: str) -> str:
    """Return the locale of `wordings` for a reader: the same one, else its language, else English, else the first.

    Case and the sign between language and region do not matter (`pt_BR`, `pt-br`). Raises KeyError when there is
    no wording at all.
    """
    wanted = _tag(locale)
    language = wanted.split("-")[0]
    by_tag = {_tag(name): name for name in wordings}
    sisters = sorted(tag for tag in by_tag if tag.split("-")[0] == language)
    for tag in (wanted, language, *sisters, BASE_LOCALE):
        if tag in by_tag:
            return by_tag[tag]
    for name in wordings:
        return name
    raise KeyError(locale)


def in_locale(wordings: Mapping[str, Wording], locale: str) -> Wording:
    """Return the wording that `pick_locale` chooses."""
    return wordings[pick_locale(wordings, locale)]


def _tag(locale: str) -> str:
    return locale.replace("_", "-").lower()
