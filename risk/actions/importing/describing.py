"""Bring the descriptions of entities that files hold into the entities, each row told whether it was news.

All descriptions of an import are gathered first (in a temporary table) and merged by entity, later rows over earlier
ones, so that importing the same files again finds every entity as it left it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from risk.actions.copying import copy_lines, escape
from risk.domain.event_rows import canonical_json
from risk.domain.mapping.entity_rendering import Description

SLICE: Final = 20_000
_OPEN = """
DROP TABLE IF EXISTS pg_temp.import_told, pg_temp.import_merged;
CREATE TEMP TABLE import_told (
    number bigint, place bigint, market_id varchar(2), type varchar(24), external_id varchar(128),
    name varchar(240), attributes jsonb, described_at timestamptz
)
"""
_NULL: Final = "\\N"
_COPY = "COPY import_told FROM STDIN"
# Keys of an entity that is told of several times are merged key by key, the last row winning.
_MERGE = """
CREATE TEMP TABLE import_merged AS
WITH named AS (
    SELECT market_id, type, external_id, max(described_at) AS described_at, array_agg(place ORDER BY number) AS places,
        (array_agg(name ORDER BY described_at DESC NULLS LAST, number DESC) FILTER (WHERE name IS NOT NULL))[1] AS name
    FROM import_told GROUP BY market_id, type, external_id
), attributed AS (
    SELECT market_id, type, external_id,
        jsonb_object_agg(part.key, part.value ORDER BY described_at NULLS FIRST, number) AS attributes
    FROM import_told, jsonb_each(attributes) AS part GROUP BY market_id, type, external_id
)
SELECT row_number() OVER (
        ORDER BY market_id COLLATE "C", type COLLATE "C", external_id COLLATE "C"
    ) AS n, market_id, type, external_id, name, coalesce(attributes, '{}') AS attributes, described_at, places
FROM named LEFT JOIN attributed USING (market_id, type, external_id);
CREATE UNIQUE INDEX ON import_merged (n); ANALYZE import_merged
"""
# One look-up an entity by its unique key (LATERAL): in the middle of an import statistics are of before it, and a join
# planned by those may compare every description with every entity.
_MATCH = """
SELECT merged.n, merged.type, merged.places, known.id,
    CASE WHEN merged.name IS NULL OR (known.name <> '' AND NOT wins) THEN known.name ELSE merged.name END <> known.name
    OR CASE WHEN wins THEN known.attributes || merged.attributes ELSE merged.attributes || known.attributes END
        <> known.attributes
FROM import_merged AS merged
LEFT JOIN LATERAL (
    SELECT id, name, attributes, described_at FROM risk_entity
    WHERE market_id = merged.market_id AND type = merged.type AND external_id = merged.external_id LIMIT 1
) AS known ON true
LEFT JOIN LATERAL (
    SELECT coalesce(merged.described_at >= known.described_at, true) AS wins
) AS precedence ON true
WHERE merged.n > %s AND merged.n <= %s ORDER BY merged.n
"""
_INSERT = """
INSERT INTO risk_entity (market_id, type, external_id, name, attributes, first_seen_at, last_seen_at, described_at)
SELECT market_id, type, external_id, coalesce(name, ''), attributes,
    coalesce(described_at, %s), coalesce(described_at, %s), described_at
FROM import_merged WHERE n > %s AND n <= %s
ORDER BY n ON CONFLICT (market_id, type, external_id) DO NOTHING
"""
_LOCK = "SELECT id FROM risk_entity WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_UPDATE = """
UPDATE risk_entity AS known SET
    name = CASE WHEN merged.name IS NULL OR (known.name <> '' AND NOT wins) THEN known.name ELSE merged.name END,
    attributes = CASE
        WHEN wins THEN known.attributes || merged.attributes ELSE merged.attributes || known.attributes END,
    described_at = greatest(known.described_at, merged.described_at)
FROM (
    SELECT merged.*, known.id, coalesce(merged.described_at >= known.described_at, true) AS wins
    FROM import_merged AS merged
    CROSS JOIN LATERAL (
        SELECT id, described_at FROM risk_entity
        WHERE market_id = merged.market_id AND type = merged.type AND external_id = merged.external_id LIMIT 1
    ) AS known
    WHERE merged.n = ANY(%s)
) AS merged
WHERE known.id = merged.id
"""


@dataclass(frozen=True, slots=True)
class Described:
    """What became of the descriptions of one entity: its type, the places of the rows, whether it was news."""

    type: str
    places: tuple[int, ...]
    is_news: bool


class Descriptions:
    """Gathers the descriptions of an import, then stores them slice by slice."""

    def __init__(self, entity_floor: int) -> None:
        """entity_floor: the highest key of an entity when the import began; higher ones are its own."""
        self._floor = entity_floor
        self._number = 0
        _execute(_OPEN, [])

    def add(self, told: Sequence[tuple[int, Description]]) -> None:
        """Gather descriptions with the places of their rows."""
        lines = []
        for place, item in told:
            self._number += 1
            name = escape(item.name) if item.name else _NULL
            lines.append(
                f"{self._number}\t{place}\t{item.market}\t{item.type}\t{escape(item.external_id)}\t{name}\t"
                f"{escape(canonical_json(item.attributes))}\t{item.described_at or _NULL}\n"
            )
        with connection.cursor() as cursor:
            copy_lines(cursor, _COPY, lines)

    def merge(self) -> int:
        """Merge what was gathered; return the number of entities."""
        _execute(_MERGE, [])
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM import_merged")
            return int(cursor.fetchone()[0])

    def compare(self, after: int) -> list[Described]:
        """Return what a slice of entities would bring; nothing is written."""
        return self._judge(self._match(after))

    def store(self, after: int, clock: datetime) -> list[Described]:
        """Store a slice of entities inside the caller's transaction.

        clock: when an entity is taken to be seen that neither an event nor its description dates.
        """
        found = self._match(after)
        _execute(_INSERT, [clock, clock, after, after + SLICE])
        changed = [(n, known) for n, _kind, _places, known, is_changed in found if known is not None and is_changed]
        if changed:
            _execute(_LOCK, [[known for _n, known in changed]])
            _execute(_UPDATE, [[n for n, _known in changed]])
        return self._judge(found)

    def _judge(self, found: Sequence[Any]) -> list[Described]:
        return [
            Described(kind, tuple(places), known is None or known > self._floor or bool(is_changed))
            for _n, kind, places, known, is_changed in found
        ]

    def _match(self, after: int) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(_MATCH, [after, after + SLICE])
            return list(cursor.fetchall())


def highest_entity() -> int:
    """Return the highest key of an entity, 0 without any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM risk_entity")
        return int(cursor.fetchone()[0])


def _execute(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
