"""The form in which events go to the database: flat rows of text, the same for the API and for files."""

from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from risk.domain.events import EventItem

MOMENT_LENGTH: Final = len("2026-01-31T08:00:00.000000+00:00")
_BETWEEN_PARTS: Final = "\x1f"
_WITHIN_PART: Final = "\x1e"


class TouchRow(NamedTuple):
    """An entity that an event touches. name and attributes are None when the event tells nothing of them.

    attributes is a JSON object as a dict; it is merged into what is known, newer over older.
    """

    role: str
    type: str
    external_id: str
    name: str | None = None
    attributes: dict[str, Any] | None = None


class EventRow(NamedTuple):
    """One checked event: whoever makes rows answers for the limits of risk.domain.events.

    at: the moment in UTC, always of the form 2026-01-31T08:00:00.000000+00:00, so that text order is time order.
    payload: a JSON object with sorted keys. touches: by role, sorted. Both make the digest canonical.
    """

    external_id: str
    type: str
    at: str
    market: str
    payload: str
    touches: tuple[TouchRow, ...]


def row_of(item: EventItem) -> EventRow:
    """Return the row of a checked event."""
    return EventRow(
        item.external_id,
        item.type,
        item.occurred_at.isoformat(timespec="microseconds"),
        item.market,
        canonical_json(item.payload) if item.payload else "{}",
        tuple(
            TouchRow(role, entity.type, entity.external_id, entity.name or None, dict(entity.attributes) or None)
            for role, entity in sorted(item.entities.items())
        ),
    )


def canonical_json(value: object) -> str:
    """Return JSON without spaces and with sorted keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def digest_of(row: EventRow) -> bytes:
    """Return 16 bytes that tell an event sent again from another event under its id.

    Names and attributes are left out: they describe the entity, and may have been mended since. Raises
    ValueError when the moment is not of the form that EventRow asks for.
    """
    _external_id, kind, at, market, payload, touches = row
    if len(at) != MOMENT_LENGTH or not at.endswith("+00:00"):
        message = f"the moment {at!r} of a row is not of the form 2026-01-31T08:00:00.000000+00:00"
        raise ValueError(message)
    parts = [kind, at, market, payload]
    parts += [f"{touch[0]}{_WITHIN_PART}{touch[1]}{_WITHIN_PART}{touch[2]}" for touch in touches]
    return blake2b(_BETWEEN_PARTS.join(parts).encode(), digest_size=16).digest()
