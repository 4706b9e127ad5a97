"""Bring the entities that events touch into their table, and find their keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from risk.actions.copying import copy_lines, escape
from risk.domain.event_rows import EventRow, canonical_json

Key = tuple[str, str, str]  # market, type, external id

COPY_STAGED = """
COPY ingest_entity (number, market_id, type, external_id, first_at, last_at, name, attributes, described_at) FROM STDIN
"""
# What is known already, each with whether the events tell something new of it.
FIND_KNOWN = """
SELECT staged.number, known.id, known.first_seen_at > staged.first_at OR known.last_seen_at < staged.last_at
    OR coalesce(staged.described_at > coalesce(known.described_at, '-infinity'), false)
    OR coalesce(NOT known.attributes @> staged.attributes, false)
    OR (known.name = '' AND staged.name IS NOT NULL)
FROM ingest_entity AS staged
CROSS JOIN LATERAL (
    SELECT id, name, attributes, first_seen_at, last_seen_at, described_at FROM risk_entity
    WHERE market_id = staged.market_id AND type = staged.type AND external_id = staged.external_id LIMIT 1
) AS known
"""
ONLY = "WHERE staged.number = ANY(%s)"
INSERT_NEW = """
INSERT INTO risk_entity
    (market_id, type, external_id, name, attributes, first_seen_at, last_seen_at, described_at)
SELECT market_id, type, external_id, coalesce(name, ''), coalesce(attributes, '{}'), first_at, last_at, described_at
FROM ingest_entity WHERE number = ANY(%s)
ORDER BY market_id COLLATE "C", type COLLATE "C", external_id COLLATE "C"
ON CONFLICT (market_id, type, external_id) DO NOTHING
RETURNING market_id, type, external_id, id
"""
COPY_CHANGES = """
COPY ingest_change (id, market_id, type, external_id, first_at, last_at, name, attributes, described_at) FROM STDIN
"""
# Newer descriptions win over older ones; older ones fill in what nothing newer has told. All these rows exist: the
# conflict is the way to change them one by one in the order of their keys.
CHANGE_KNOWN = """
INSERT INTO risk_entity AS known
    (id, market_id, type, external_id, name, attributes, first_seen_at, last_seen_at, described_at)
SELECT id, market_id, type, external_id, coalesce(name, ''), coalesce(attributes, '{}'), first_at, last_at, described_at
FROM ingest_change ORDER BY id
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


class Seen:
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

    def rest(self, key: Key) -> str:
        """Return the row for COPY_STAGED and COPY_CHANGES, but for its first column."""
        market, kind, external_id = key
        name = escape(self.name) if self.name else "\\N"
        attributes = escape(canonical_json(self.attributes)) if self.attributes else "\\N"
        described = max(self.name_at, self.attributes_at) or "\\N"
        return (
            f"\t{market}\t{kind}\t{escape(external_id)}\t{self.first}\t{self.last}\t{name}\t{attributes}\t{described}\n"
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """The entities that rows touch, by number, with their rows for COPY; for each row the numbers in its order."""

    numbers: dict[Key, int]
    rests: list[str]
    touched: list[tuple[int, ...]]


def gather_entities(rows: Iterable[EventRow]) -> Gathered:
    """Return each entity that the rows touch, once, ready for COPY."""
    found, touched = see_entities(rows)
    rests = [seen.rest(key) for key, seen in found.items()]
    return Gathered({key: seen.number for key, seen in found.items()}, rests, touched)


def see_entities(rows: Iterable[EventRow]) -> tuple[dict[Key, Seen], list[tuple[int, ...]]]:
    """Return each entity that the rows touch with when it was seen and what is told of it, and by row its numbers."""
    found: dict[Key, Seen] = {}
    touched: list[tuple[int, ...]] = []
    for _external_id, _type, at, market, _payload, touches in rows:
        numbers = []
        for _role, kind, external_id, name, attributes in touches:
            key = (market, kind, external_id)
            seen = found.get(key)
            if seen is None:
                seen = found[key] = Seen(len(found), at)
            elif at > seen.last:
                seen.last = at
            elif at < seen.first:
                seen.first = at
            if name is not None or attributes is not None:
                seen.describe(at, name, attributes)
            numbers.append(seen.number)
        touched.append(tuple(numbers))
    return found, touched


def store_entities(cursor: Any, gathered: Gathered) -> list[int]:
    """Make or update the entities on an open stage; return their keys by number.

    Another loader may make the same entity at the same moment: then its row is found in a second look, once
    that loader has committed.
    """
    rests = gathered.rests
    copy_lines(cursor, COPY_STAGED, [f"{number}{rest}" for number, rest in enumerate(rests)])
    ids = [0] * len(rests)
    changes: list[tuple[int, int]] = []
    cursor.execute(FIND_KNOWN)
    missing = len(rests) - _note(cursor, ids, changes)
    while missing:
        lacking = [number for number, entity_id in enumerate(ids) if not entity_id]
        cursor.execute(INSERT_NEW, [lacking])
        for market, kind, external_id, entity_id in cursor:
            ids[gathered.numbers[market, kind, external_id]] = entity_id
            missing -= 1
        if missing:
            cursor.execute(FIND_KNOWN + ONLY, [[number for number in lacking if not ids[number]]])
            missing -= _note(cursor, ids, changes)
    if changes:
        copy_lines(cursor, COPY_CHANGES, [f"{entity_id}{rests[number]}" for entity_id, number in sorted(changes)])
        cursor.execute(CHANGE_KNOWN)
    return ids


def _note(cursor: Any, ids: list[int], changes: list[tuple[int, int]]) -> int:
    """Note what FIND_KNOWN found: keys by number, and (key, number) of what changes; return how many it found."""
    found = cursor.fetchall()
    for number, entity_id, is_changed in found:
        ids[number] = entity_id
        if is_changed:
            changes.append((entity_id, number))
    return len(found)
