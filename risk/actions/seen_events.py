"""Read the events of accounts that signals count."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from psycopg2 import sql

from policies.domain.signals import SignalSpec
from risk.actions.compiled import compile_where
from risk.domain.readings import Condition, SeenEvent, kinds_of
from risk.domain.records import event_values
from risk.domain.vocabulary import PAYLOAD_FIELDS

ROWS_A_FETCH = 2_000

# What is merely counted is known from the touches; the events themselves are read where a `where` asks for them.
TOUCHES = """
    SELECT t.entity_id, t.role, t.type, t.occurred_at FROM risk_eventtouch t
    WHERE t.entity_id = ANY(%(entities)s) AND (t.role, t.type) IN %(kinds)s
      AND t.occurred_at > %(after)s AND t.occurred_at <= %(until)s
"""
EVENTS = """
    SELECT t.entity_id, t.role, t.type, t.occurred_at, e.external_id, e.market_id, {payload}
    FROM risk_eventtouch t
    JOIN risk_event e ON e.occurred_at = t.occurred_at AND e.id = t.event_id
    WHERE t.entity_id = ANY(%(entities)s) AND (t.role, t.type) IN %(kinds)s
      AND t.occurred_at > %(after)s AND t.occurred_at <= %(until)s
"""


class SeenEvents:
    """The events of some accounts in a span of time that signals count, read when they are gone through.

    Those later than `after` up to `until`, in no order, with only those payload fields that a `where` asks for.
    """

    def __init__(
        self, specs: Sequence[SignalSpec], entities: Sequence[int], *, after: datetime, until: datetime
    ) -> None:
        kinds = kinds_of(specs)
        wheres = {text: compile_where(text) for texts in kinds.values() for text in texts}
        self.conditions: Mapping[str, Condition] = {text: where.holds for text, where in wheres.items()}
        self._fields = sorted({name for where in wheres.values() for name in where.fields & PAYLOAD_FIELDS.keys()})
        self._counted = tuple(kind for kind, texts in kinds.items() if not texts)
        self._judged = tuple(kind for kind, texts in kinds.items() if texts)
        self._span: dict[str, Any] = {"entities": list(entities), "after": after, "until": until}

    def __iter__(self) -> Iterator[SeenEvent]:
        if self._counted:
            for entity_id, role, event_type, occurred_at in self._rows(TOUCHES, self._counted):
                yield SeenEvent(entity_id, role, event_type, occurred_at, {})
        if self._judged:
            yield from self._with_values()

    def _with_values(self) -> Iterator[SeenEvent]:
        columns = sql.SQL(", ").join(sql.SQL("e.payload->{}").format(sql.Literal(name)) for name in self._fields)
        query = sql.SQL(EVENTS).format(payload=sql.SQL("jsonb_build_array({})").format(columns))
        for entity_id, role, event_type, occurred_at, external_id, market, found in self._rows(query, self._judged):
            values = event_values(
                external_id=external_id,
                event_type=event_type,
                market=market,
                occurred_at=occurred_at,
                payload=dict(zip(self._fields, orjson.loads(found), strict=True)),
                roles={},
            )
            yield SeenEvent(entity_id, role, event_type, occurred_at, values)

    def _rows(self, query: str | sql.Composed, kinds: tuple[tuple[str, str], ...]) -> Iterator[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query, self._span | {"kinds": kinds})
            while rows := cursor.fetchmany(ROWS_A_FETCH):
                yield from rows
