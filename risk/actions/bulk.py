"""Load checked events into PostgreSQL by COPY and set-based statements, once each, whoever else is loading.

Locks are taken in one order by everybody, so loaders wait for each other but never in a circle: event keys (by
id), then new entities (by key), then entities that change (by row number). That order holds for one load in a
transaction: a second one in the same transaction would begin with event keys again. Partitions are made before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from risk.actions.copying import copy_lines, escape, open_stage
from risk.actions.entity_rows import Key, store_entities
from risk.actions.partitions import ensure_partitions
from risk.domain.event_rows import EventRow, digest_of

COPY_KEYS = "COPY ingest_key (number, external_id, event_id, occurred_at, digest) FROM STDIN"
INSERT_KEYS = """
INSERT INTO risk_eventkey (source, external_id, event_id, occurred_at, digest)
SELECT %s, external_id, event_id, occurred_at, digest FROM ingest_key ORDER BY external_id COLLATE "C"
ON CONFLICT (source, external_id) DO NOTHING
"""
KNOWN_KEYS = """
SELECT staged.number, staged.digest = known.digest
FROM ingest_key AS staged
CROSS JOIN LATERAL (
    SELECT event_id, digest FROM risk_eventkey WHERE source = %s AND external_id = staged.external_id LIMIT 1
) AS known
WHERE known.event_id <> staged.event_id
"""
COPY_EVENTS = """
COPY risk_event (id, occurred_at, received_at, market_id, source, external_id, type, payload, roles, batch_id)
FROM STDIN
"""
COPY_TOUCHES = "COPY risk_eventtouch (entity_id, occurred_at, event_id, role, type) FROM STDIN"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of the rows: `accepted` counts, the others are indexes of rows.

    duplicates are known events sent again, conflicts are other events under a known id. first_at and last_at are
    the moments of the first and last accepted event, None without any.
    """

    accepted: int
    duplicates: tuple[int, ...]
    conflicts: tuple[int, ...]
    first_at: datetime | None
    last_at: datetime | None


class BulkLoader:
    """Loads rows of one source into one batch. Not to be shared between threads."""

    def __init__(self, *, source: str, batch_id: int, received_at: datetime) -> None:
        self.source = source
        self.batch_id = batch_id
        self.received_at = received_at.isoformat()

    def load(self, rows: Sequence[EventRow]) -> LoadResult:
        """Store the events that are new, with their entities and touches, all in one transaction or none.

        At most once in a transaction (see above), after `make_room`; ten thousand rows are a good measure.
        """
        if not rows:
            return LoadResult(0, (), (), None, None)
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            open_stage(cursor)
            fresh, duplicates, conflicts = self._claim_keys(cursor, rows)
            if fresh:
                ids = store_entities(cursor, (rows[number] for number, _event_id in fresh))
                self._copy_events(cursor, rows, fresh, ids)
        moments = [rows[number].at for number, _event_id in fresh]
        return LoadResult(
            accepted=len(fresh),
            duplicates=tuple(sorted(duplicates)),
            conflicts=tuple(sorted(conflicts)),
            first_at=datetime.fromisoformat(min(moments)) if moments else None,
            last_at=datetime.fromisoformat(max(moments)) if moments else None,
        )

    def _claim_keys(self, cursor: Any, rows: Sequence[EventRow]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
        """Take the ids of the events for us; return (row, event id) of the new ones, duplicates, conflicts."""
        cursor.execute("SELECT nextval('risk_event_id_seq') FROM generate_series(1, %s)", [len(rows)])
        event_ids = [row[0] for row in cursor.fetchall()]
        digests = [digest_of(row) for row in rows]
        first_of: dict[str, int] = {}
        duplicates: list[int] = []
        conflicts: list[int] = []
        for number, row in enumerate(rows):
            first = first_of.setdefault(row[0], number)
            if first != number:
                (duplicates if digests[first] == digests[number] else conflicts).append(number)
        lines = [
            f"{number}\t{escape(external_id)}\t{event_ids[number]}\t{rows[number][2]}\t\\\\x{digests[number].hex()}\n"
            for external_id, number in sorted(first_of.items())
        ]
        copy_lines(cursor, COPY_KEYS, lines)
        cursor.execute(INSERT_KEYS, [self.source])
        known: set[int] = set()
        if cursor.rowcount < len(first_of):
            cursor.execute(KNOWN_KEYS, [self.source])
            for number, is_same in cursor.fetchall():
                known.add(number)
                (duplicates if is_same else conflicts).append(number)
        fresh = [(number, event_ids[number]) for number in sorted(first_of.values()) if number not in known]
        return fresh, duplicates, conflicts

    def _copy_events(
        self, cursor: Any, rows: Sequence[EventRow], fresh: Sequence[tuple[int, int]], ids: dict[Key, int]
    ) -> None:
        """Write the events and their touches straight into the partitions."""
        events: list[str] = []
        touches: list[tuple[int, str]] = []
        end = f"\t{self.batch_id}\n"
        for number, event_id in fresh:
            external_id, kind, at, market, payload, touched = rows[number]
            roles = []
            for role, type_of, entity_external_id, _name, _attributes in touched:
                entity_id = ids[market, type_of, entity_external_id]
                roles.append(f'"{role}":{entity_id}')
                touches.append((entity_id, f"{entity_id}\t{at}\t{event_id}\t{role}\t{kind}\n"))
            events.append(
                f"{event_id}\t{at}\t{self.received_at}\t{market}\t{self.source}\t{escape(external_id)}\t{kind}\t"
                f"{escape(payload)}\t{{{','.join(roles)}}}{end}"
            )
        copy_lines(cursor, COPY_EVENTS, events)
        touches.sort()
        copy_lines(cursor, COPY_TOUCHES, [line for _entity_id, line in touches])


def make_room(rows: Iterable[EventRow]) -> None:
    """Make the partitions that the rows need; call before the transaction that loads them."""
    months = {row[2][:7] for row in rows}
    ensure_partitions(months=[date(int(month[:4]), int(month[5:]), 1) for month in months])
