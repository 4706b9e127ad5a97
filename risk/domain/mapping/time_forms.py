"""The forms in which files write times."""

import re
from datetime import UTC, datetime
from typing import Final

FORMAT_WORDS: Final = ("iso", "epoch_s", "epoch_ms")
_SAMPLE: Final = datetime(2026, 1, 31, 13, 5, 6, tzinfo=UTC)


def check_form(form: str) -> str | None:
    """Return what keeps a form from being one of FORMAT_WORDS or a pattern of strptime that tells a day."""
    if form in FORMAT_WORDS:
        return None
    if "%" not in form:
        return "is not a form of times"
    try:
        told = datetime.strptime(_SAMPLE.strftime(form), form)  # noqa: DTZ007  only its day is looked at
    except (ValueError, re.error):  # an unknown directive; one that stands twice
        return "cannot be read as a pattern of times"
    return None if told.date() == _SAMPLE.date() else "does not tell year, month and day"
