"""Store readings and scores in few, large statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from psycopg2.extras import execute_values

from risk.domain.readings import Reading
from risk.domain.scoring import ScoreResult

ROWS_A_STATEMENT = 2_000

SNAPSHOTS = """
    INSERT INTO risk_signalsnapshot (entity_id, as_of, values, volumes, counts, versions) VALUES %s
    ON CONFLICT (entity_id, as_of) DO UPDATE SET values = excluded.values, volumes = excluded.volumes,
        counts = excluded.counts, versions = excluded.versions
"""

# A score never changes: read again after a late event, the moment keeps the score that was known then.
SCORES = """
    INSERT INTO risk_score (entity_id, as_of, value, band, contributions, scorecard_id) VALUES %s
    ON CONFLICT (entity_id, as_of, scorecard_id) DO NOTHING
"""

STATES = """
    INSERT INTO risk_entitystate AS known (entity_id, as_of, values, volumes, score, band) VALUES %s
    ON CONFLICT (entity_id) DO UPDATE SET as_of = excluded.as_of, values = excluded.values,
        volumes = excluded.volumes, score = excluded.score, band = excluded.band
    WHERE known.as_of <= excluded.as_of
"""


@dataclass(frozen=True)
class Known:
    """A reading with the score that follows from it, None for types without a scorecard."""

    reading: Reading
    score: ScoreResult | None


def store_snapshots(known: Sequence[Known], versions: dict[str, int]) -> None:
    """Store the readings; one that is there already is brought up to date."""
    shared = _json(versions)
    rows = (
        (
            one.reading.entity_id,
            one.reading.as_of,
            _json(one.reading.values),
            _json(one.reading.volumes),
            _json(one.reading.counts),
            shared,
        )
        for one in known
    )
    _execute(SNAPSHOTS, rows)


def store_scores(known: Sequence[Known], scorecard_id: int) -> None:
    """Store the scores that are new."""
    rows = (
        (
            one.reading.entity_id,
            one.reading.as_of,
            one.score.value,
            one.score.band,
            _json(one.score.contributions),
            scorecard_id,
        )
        for one in known
        if one.score is not None
    )
    _execute(SCORES, rows)


def store_states(known: Sequence[Known]) -> None:
    """Bring each account's state to its newest reading, unless a newer one is there."""
    newest = {one.reading.entity_id: one for one in known}
    rows = (
        (
            entity_id,
            one.reading.as_of,
            _json(one.reading.values),
            _json(one.reading.volumes),
            one.score.value if one.score else None,
            one.score.band if one.score else "",
        )
        for entity_id, one in newest.items()
    )
    _execute(STATES, rows)


def _execute(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, statement, rows, page_size=ROWS_A_STATEMENT)


def _json(value: Any) -> str:
    """Return JSON text; dataclasses become objects."""
    return orjson.dumps(value).decode()
