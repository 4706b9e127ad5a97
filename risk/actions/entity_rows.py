"""Bring the entities that events touch into their table, and find their keys."""

from collections.abc import Iterable
from typing import Any

from risk.actions.copying import copy_lines, escape
from risk.domain.event_rows import EventRow, canonical_json

Key = tuple[str, str, str]  # market, type, external id

COPY_STAGED = """
COPY ingest_entity (number, market_id, type, external_id, first_at, last_at, name, attributes, described_at) FROM STDIN
"""
# What is known already gets its key, and a mark when the events tell something new of it.
FIND_KNOWN = """
UPDATE ingest_entity AS staged SET (id, is_changed) = (
    SELECT known.id,
        known.first_seen_at > staged.first_at OR known.last_seen_at < staged.last_at
        OR coalesce(staged.described_at > coalesce(known.described_at, '-infinity'), false)
        OR coalesce(NOT known.attributes @> staged.attributes, false)
        OR (known.name = '' AND staged.name IS NOT NULL)
    FROM risk_entity AS known
    WHERE known.market_id = staged.market_id AND known.type = staged.type AND known.external_id = staged.external_id
)
WHERE staged.id IS NULL
RETURNING staged.number, staged.id
"""
INSERT_NEW = """
INSERT INTO risk_entity
    (market_id, type, external_id, name, attributes, first_seen_at, last_seen_at, described_at)
SELECT market_id, type, external_id, coalesce(name, ''), coalesce(attributes, '{}'), first_at, last_at, described_at
FROM ingest_entity WHERE id IS NULL
ORDER BY market_id COLLATE "C", type COLLATE "C", external_id COLLATE "C"
ON CONFLICT (market_id, type, external_id) DO NOTHING
RETURNING market_id, type, external_id, id
"""
# Newer descriptions win over older ones; older ones fill in what nothing newer has told. All these rows exist: the
# conflict is the way to change them one by one in the order of their keys.
CHANGE_KNOWN = """
INSERT INTO risk_entity AS known
    (id, market_id, type, external_id, name, attributes, first_seen_at, last_seen_at, described_at)
SELECT id, market_id, type, external_id, coalesce(name, ''), coalesce(attributes, '{}'), first_at, last_at, described_at
FROM ingest_entity WHERE is_changed ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
    described_at = greatest(known.described_at, excluded.described_at),
    name = CASE
        WHEN excluded.name = '' THEN known.name
        WHEN known.name = '' OR excluded.described_at >= coalesce(known.described_at, '-infinity') THEN excluded.name
        ELSE known.name END,
    attributes = CASE
        WHEN excluded.attributes = '{}' THEN known.attributes
        WHEN excluded.described_at >= coalesce(known.described_at, '-infinity')
            THEN known.attributes || excluded.attributes
        ELSE excluded.attributes || known.attributes END
"""


class _Seen:
    """What the events of one load tell of one entity."""

    __slots__ = ("attributes", "attributes_at", "first", "last", "name", "name_at", "number")

    def __init__(self, number: int, at: str) -> None:
        self.number = number
        self.first = self.last = at
        self.name = self.name_at = ""
        self.attributes: dict[str, Any] = {}
        self.attributes_at = ""

    def describe(self, at: str, name: str | None, attributes: dict[str, Any] | None) -> None:
        """Take in a name and attributes as of `at`: newer ones win, older ones fill in."""
        if name and at >= self.name_at:
            self.name, self.name_at = name, at
        if attributes:
            is_newer = at >= self.attributes_at
            self.attributes = {**self.attributes, **attributes} if is_newer else {**attributes, **self.attributes}
            self.attributes_at = max(at, self.attributes_at)

    def line(self, key: Key) -> str:
        """Return the row for COPY_STAGED."""
        market, kind, external_id = key
        name = escape(self.name) if self.name else "\\N"
        attributes = escape(canonical_json(self.attributes)) if self.attributes else "\\N"
        described = max(self.name_at, self.attributes_at) or "\\N"
        return (
            f"{self.number}\t{market}\t{kind}\t{escape(external_id)}\t{self.first}\t{self.last}\t"
            f"{name}\t{attributes}\t{described}\n"
        )


def gather_entities(rows: Iterable[EventRow]) -> dict[Key, _Seen]:
    """Return each entity that the rows touch, once, with when it was seen and what is told of it."""
    found: dict[Key, _Seen] = {}
    for _external_id, _type, at, market, _payload, touches in rows:
        for _role, kind, external_id, name, attributes in touches:
            key = (market, kind, external_id)
            seen = found.get(key)
            if seen is None:
                seen = found[key] = _Seen(len(found), at)
            elif at > seen.last:
                seen.last = at
            elif at < seen.first:
                seen.first = at
            if name is not None or attributes is not None:
                seen.describe(at, name, attributes)
    return found


def store_entities(cursor: Any, rows: Iterable[EventRow]) -> dict[Key, int]:
    """Make or update the entities that the rows touch, on an open stage; return their keys.

    Another loader may make the same entity at the same moment: then its row is found in a second look, once
    that loader has committed.
    """
    found = gather_entities(rows)
    copy_lines(cursor, COPY_STAGED, [seen.line(key) for key, seen in found.items()])
    keys = list(found)
    ids: dict[Key, int] = {}
    while True:
        cursor.execute(FIND_KNOWN)
        ids.update((keys[number], entity_id) for number, entity_id in cursor.fetchall() if entity_id is not None)
        if len(ids) == len(keys):
            break
        cursor.execute(INSERT_NEW)
        ids.update(((market, kind, external_id), entity_id) for market, kind, external_id, entity_id in cursor)
        if len(ids) == len(keys):
            break
    cursor.execute(CHANGE_KNOWN)
    return ids
