"""What a room hands to the command palette for a few letters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """One thing that was found: its name, a hint that tells it from others, and the key of its page.

    code is a second key, for pages that are addressed by a code instead of a number.
    """

    key: int
    label: str
    hint: str = ""
    code: str = ""
