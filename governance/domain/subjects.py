"""Point at anything in the house without importing it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """What an audit entry, approval or escalation is about, frozen when it is written.

    kind is the word for the thing (case, rule, entity), id its key as text, url its page (may be empty).
    """

    kind: str
    id: str
    label: str
    url: str = ""
