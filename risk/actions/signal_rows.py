"""Store readings and scores in few, large statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from psycopg2 import sql

from governance.domain.chunks import in_chunks
from risk.domain.readings import Reading
from risk.domain.scoring import ScoreResult

ROWS_A_STATEMENT = 10_000

# Rows come as arrays; what many of them share (most buyers have the same few figures) is sent and read once, as
# [values, volumes, counts, score, band, contributions].
ROWS = sql.SQL("""
    FROM unnest(%(entities)s::bigint[], %(times)s::timestamptz[], %(forms_of_rows)s::integer[])
        AS given (entity_id, as_of, form_number)
    JOIN jsonb_array_elements(%(forms)s::jsonb) WITH ORDINALITY AS shared (form, number) ON number = form_number
""")

SNAPSHOTS = sql.SQL("""
    INSERT INTO risk_signalsnapshot (entity_id, as_of, values, volumes, counts, versions)
    SELECT entity_id, as_of, form->0, form->1, form->2, %(versions)s::jsonb {rows}
    ON CONFLICT (entity_id, as_of) DO UPDATE SET values = excluded.values, volumes = excluded.volumes,
        counts = excluded.counts, versions = excluded.versions
""").format(rows=ROWS)

# A score never changes: read again after a late event, the moment keeps the score that was known then.
SCORES = sql.SQL("""
    INSERT INTO risk_score (entity_id, as_of, value, band, contributions, scorecard_id)
    SELECT entity_id, as_of, (form->>3)::smallint, form->>4, form->5, %(scorecard)s {rows}
    ON CONFLICT (entity_id, as_of, scorecard_id) DO NOTHING
""").format(rows=ROWS)

STATES = sql.SQL("""
    INSERT INTO risk_entitystate AS known (entity_id, as_of, values, volumes, score, band)
    SELECT entity_id, as_of, form->0, form->1, (form->>3)::smallint, form->>4 {rows}
    ON CONFLICT (entity_id) DO UPDATE SET as_of = excluded.as_of, values = excluded.values,
        volumes = excluded.volumes, score = excluded.score, band = excluded.band
    WHERE known.as_of <= excluded.as_of
""").format(rows=ROWS)


@dataclass(frozen=True, slots=True)
class Known:
    """A reading with the score that follows from it, None for types without a scorecard."""

    reading: Reading
    score: ScoreResult | None


def store_known(known: Sequence[Known], versions: dict[str, int], scorecard_id: int | None) -> None:
    """Store readings that one run made, the scores that are new, and the newest of each account as its state.

    A reading that is there already is brought up to date; a state stays when a newer one is there. Readings are in
    the order of time for each account, and all of them or none have scores.
    """
    for piece in in_chunks(known, ROWS_A_STATEMENT):
        rows = _rows(piece)
        _execute(SNAPSHOTS, rows | {"versions": orjson.dumps(versions).decode()})
        if scorecard_id is not None:
            _execute(SCORES, rows | {"scorecard": scorecard_id})
    newest = {one.reading.entity_id: one for one in known}
    for piece in in_chunks(list(newest.values()), ROWS_A_STATEMENT):
        _execute(STATES, _rows(piece))


def _rows(known: Sequence[Known]) -> dict[str, Any]:
    """Return what ROWS asks for."""
    places: dict[int, int] = {}
    forms: list[tuple[Any, ...]] = []
    numbers = []
    for one in known:
        place = places.get(id(one.reading.figures))
        if place is None:
            forms.append(_form(one))
            place = places[id(one.reading.figures)] = len(forms)
        numbers.append(place)
    return {
        "entities": _array(one.reading.entity_id for one in known),
        "times": _array(one.reading.as_of.isoformat() for one in known),
        "forms_of_rows": _array(numbers),
        "forms": orjson.dumps(forms).decode(),
    }


def _form(one: Known) -> tuple[Any, ...]:
    figures, score = one.reading.figures, one.score
    scored = (score.value, score.band, score.contributions) if score else (None, "", None)
    return (figures.values, figures.volumes, figures.counts, *scored)


def _array(items: Iterable[object]) -> str:
    """Return items without commas, quotes or braces as PostgreSQL writes an array."""
    return "{" + ",".join(map(str, items)) + "}"


def _execute(statement: sql.Composed, given: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
