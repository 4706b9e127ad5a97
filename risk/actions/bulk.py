"""Load checked events into PostgreSQL by COPY and set-based statements, once each, whoever else is loading.

Locks are taken in one order by everybody, so loaders wait for each other but never in a circle: event keys (by
id), then new entities (by key), then entities that change (by row number). That order holds for one load in a
transaction: a second one in the same transaction would begin with event keys again. Partitions are made before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from risk.actions.copying import copy_lines, open_stage
from risk.actions.entity_rows import gather_entities, store_entities
from risk.actions.partitions import ensure_partitions
from risk.actions.preparing import PreparedRows, prepare_rows
from risk.domain.event_rows import EventRow

NEXT_IDS = "SELECT nextval('risk_event_id_seq') FROM generate_series(1, %s)"
COPY_KEYS = "COPY risk_eventkey (event_id, source, external_id, occurred_at, digest) FROM STDIN"
STAGE_KEYS = "COPY ingest_key (number, external_id, occurred_at, digest) FROM STDIN"
INSERT_KEYS = """
INSERT INTO risk_eventkey (source, external_id, event_id, occurred_at, digest)
SELECT %s, external_id, nextval('risk_event_id_seq'), occurred_at, digest
FROM ingest_key ORDER BY external_id COLLATE "C"
ON CONFLICT (source, external_id) DO NOTHING
RETURNING external_id, event_id
"""
KNOWN_KEYS = """
SELECT staged.number, staged.digest = known.digest
FROM ingest_key AS staged
CROSS JOIN LATERAL (
    SELECT digest FROM risk_eventkey WHERE source = %s AND external_id = staged.external_id LIMIT 1
) AS known
WHERE staged.number = ANY(%s)
"""
COPY_EVENTS = """
COPY risk_event (id, occurred_at, market_id, external_id, type, payload, roles, received_at, source, batch_id)
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
        self._expects_known = False

    def load(self, rows: Sequence[EventRow]) -> LoadResult:
        """Store the events that are new, with their entities and touches, all in one transaction or none.

        At most once in a transaction (see above), after `make_room`; ten thousand rows are a good measure.
        """
        return self.load_prepared(prepare_rows(rows))

    def load_prepared(self, prepared: PreparedRows) -> LoadResult:
        """As `load`, with rows that were made ready before."""
        rows = prepared.rows
        if not rows:
            return LoadResult(0, (), (), None, None)
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            open_stage(cursor)
            fresh, duplicates, conflicts = self._claim_keys(cursor, prepared)
            if fresh:
                is_all = len(fresh) == len(prepared.firsts)
                gathered = prepared.gathered if is_all else gather_entities(rows[number] for number, _id in fresh)
                ids = store_entities(cursor, gathered)
                self._copy_events(cursor, prepared, fresh, gathered.touched, ids)
        moments = [rows[number][2] for number, _event_id in fresh]
        return LoadResult(
            accepted=len(fresh),
            duplicates=tuple(sorted([*prepared.duplicates, *duplicates])),
            conflicts=tuple(sorted([*prepared.conflicts, *conflicts])),
            first_at=datetime.fromisoformat(min(moments)) if moments else None,
            last_at=datetime.fromisoformat(max(moments)) if moments else None,
        )

    def _claim_keys(self, cursor: Any, prepared: PreparedRows) -> tuple[list[tuple[int, int]], list[int], list[int]]:
        """Take the ids of the events for us; return (row, event id) of the new ones, known ones, conflicts."""
        if not self._expects_known:
            try:
                return self._claim_all(cursor, prepared), [], []
            except IntegrityError:  # one of them is there already
                self._expects_known = True
        copy_lines(cursor, STAGE_KEYS, [f"{number}{end}" for number, end in prepared.keys])
        cursor.execute(INSERT_KEYS, [self.source])
        firsts = prepared.firsts
        fresh = sorted((firsts[external_id], event_id) for external_id, event_id in cursor.fetchall())
        duplicates: list[int] = []
        conflicts: list[int] = []
        if len(fresh) < len(firsts):
            known = sorted(set(firsts.values()).difference(number for number, _event_id in fresh))
            cursor.execute(KNOWN_KEYS, [self.source, known])
            for number, is_same in cursor.fetchall():
                (duplicates if is_same else conflicts).append(number)
        else:
            self._expects_known = False
        return fresh, duplicates, conflicts

    def _claim_all(self, cursor: Any, prepared: PreparedRows) -> list[tuple[int, int]]:
        """Take ids that all are new, which is the rule and costs half; raises IntegrityError when one is not."""
        cursor.execute(NEXT_IDS, [len(prepared.keys)])
        event_ids = sorted(event_id for (event_id,) in cursor.fetchall())
        by_row = dict(zip(sorted(prepared.firsts.values()), event_ids, strict=True))
        lines = [f"{by_row[number]}\t{self.source}{end}" for number, end in prepared.keys]
        with transaction.atomic():
            copy_lines(cursor, COPY_KEYS, lines)
        return list(by_row.items())

    def _copy_events(
        self,
        cursor: Any,
        prepared: PreparedRows,
        fresh: Sequence[tuple[int, int]],
        touched: Sequence[tuple[int, ...]],
        ids: Sequence[int],
    ) -> None:
        """Write the events and their touches straight into the partitions; `touched` goes with `fresh`."""
        events: list[str] = []
        touches: list[tuple[int, str]] = []
        rows, bodies = prepared.rows, prepared.bodies
        end = f"\t{self.received_at}\t{self.source}\t{self.batch_id}\n"
        for (number, event_id), numbers in zip(fresh, touched, strict=True):
            _external_id, kind, at, _market, _payload, row_touches = rows[number]
            roles = []
            middle = f"\t{at}\t{event_id}\t"
            for touch, entity in zip(row_touches, numbers, strict=True):
                role, entity_id = touch[0], ids[entity]
                roles.append(f'"{role}":{entity_id}')
                touches.append((entity_id, f"{entity_id}{middle}{role}\t{kind}\n"))
            events.append(f"{event_id}{bodies[number]}{{{','.join(roles)}}}{end}")
        copy_lines(cursor, COPY_EVENTS, events)
        touches.sort()
        copy_lines(cursor, COPY_TOUCHES, [line for _entity_id, line in touches])


def make_room(rows: Iterable[EventRow]) -> None:
    """Make the partitions that the rows need; call before the transaction that loads them."""
    months = {row[2][:7] for row in rows}
    ensure_partitions(months=[date(int(month[:4]), int(month[5:]), 1) for month in months])
