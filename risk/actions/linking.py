"""Tie accounts that use the same device, payment account or address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from risk.domain.linking import ACTING, MAX_TIED
from risk.domain.vocabulary import ACCOUNT_TYPES, HARD_LINKS, LINKING_TYPES

GATHER = """
CREATE TEMP TABLE batch_use ON COMMIT DROP AS
WITH touched AS (
    SELECT event.id AS event_id, event.type AS event_type, event.occurred_at, entity.id, entity.type
    FROM risk_event AS event
    CROSS JOIN LATERAL jsonb_each_text(event.roles) AS role
    JOIN risk_entity AS entity ON entity.id = role.value::bigint
    WHERE event.batch_id = %(batch)s AND event.occurred_at >= %(begin)s AND event.occurred_at < %(end)s
        AND entity.type = ANY(%(types)s)
), actor AS (
    SELECT event_id, min(id) AS account_id
    FROM touched
    WHERE type = ANY(%(accounts)s) AND NOT %(acting)s::jsonb ? event_type
    GROUP BY event_id
    HAVING count(DISTINCT id) = 1
    UNION
    SELECT event_id, id FROM touched WHERE type = %(acting)s::jsonb ->> event_type
)
SELECT thing.id AS via_id, thing.type AS kind, actor.account_id,
    min(thing.occurred_at) AS first_seen_at, max(thing.occurred_at) AS last_seen_at
FROM touched AS thing JOIN actor USING (event_id)
WHERE thing.type = ANY(%(linking)s)
GROUP BY 1, 2, 3
"""
# Whoever links over a thing holds its row: two batches that bring one account each see each other's.
LOCK_THINGS = """
SELECT count(*) FROM (
    SELECT FROM risk_entity WHERE id IN (SELECT via_id FROM batch_use) ORDER BY id FOR NO KEY UPDATE
) AS locked
"""
STORE_USES = """
INSERT INTO risk_entityuse AS known (via_id, account_id, first_seen_at, last_seen_at)
SELECT via_id, account_id, first_seen_at, last_seen_at FROM batch_use ORDER BY via_id, account_id
ON CONFLICT (via_id, account_id) DO UPDATE SET
    first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
WHERE known.first_seen_at > excluded.first_seen_at OR known.last_seen_at < excluded.last_seen_at
"""
# Counting stops one beyond the limit, so that a thing that everybody uses costs no more than one that many use.
FIND_HUBS = """
CREATE TEMP TABLE batch_hub ON COMMIT DROP AS
SELECT via_id FROM (SELECT DISTINCT via_id FROM batch_use) AS thing
WHERE (
    SELECT count(*) FROM (
        SELECT FROM risk_entityuse WHERE risk_entityuse.via_id = thing.via_id LIMIT %(limit)s + 1
    ) AS users
) > %(limit)s
"""
STORE_LINKS = """
INSERT INTO risk_entitylink AS known (low_id, high_id, via_id, kind, is_hard, first_seen_at, last_seen_at)
SELECT DISTINCT least(one.account_id, other.account_id), greatest(one.account_id, other.account_id),
    here.via_id, here.kind, here.kind = ANY(%(hard)s),
    greatest(one.first_seen_at, other.first_seen_at), greatest(one.last_seen_at, other.last_seen_at)
FROM batch_use AS here
JOIN risk_entityuse AS one ON one.via_id = here.via_id AND one.account_id = here.account_id
JOIN risk_entityuse AS other ON other.via_id = here.via_id AND other.account_id <> here.account_id
WHERE here.via_id NOT IN (SELECT via_id FROM batch_hub)
ORDER BY 1, 2, 3
ON CONFLICT (low_id, high_id, via_id) DO UPDATE SET
    first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at
WHERE (known.first_seen_at, known.last_seen_at) <> (excluded.first_seen_at, excluded.last_seen_at)
"""
DROP_HUB_LINKS = "DELETE FROM risk_entitylink WHERE via_id IN (SELECT via_id FROM batch_hub)"


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking a batch changed: uses and links written, links removed because too many share the thing."""

    uses: int
    links: int
    removed: int


def link_span(*, batch_id: int, begin: datetime, end: datetime) -> Linked:
    """Tie the accounts of a batch to what they used, and to who else used it; again, it changes nothing.

    Of the batch the events from begin to before end are taken, best some ten thousand. A thing that more than MAX_TIED
    accounts used ties nobody, and the links that it made before are removed.
    """
    accounts, linking = [kind.value for kind in ACCOUNT_TYPES], sorted(kind.value for kind in LINKING_TYPES)
    parameters: dict[str, Any] = {
        "batch": batch_id,
        "begin": begin,
        "end": end,
        "accounts": accounts,
        "linking": linking,
        "types": [*accounts, *linking],
        "acting": orjson.dumps({kind.value: account.value for kind, account in ACTING.items()}).decode(),
        "hard": sorted(kind.value for kind in HARD_LINKS),
        "limit": MAX_TIED,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS batch_use, batch_hub")
        cursor.execute(GATHER, parameters)
        if not cursor.rowcount:
            return Linked(0, 0, 0)
        cursor.execute(LOCK_THINGS)
        cursor.execute(STORE_USES)
        uses = cursor.rowcount
        cursor.execute(FIND_HUBS, parameters)
        cursor.execute(STORE_LINKS, parameters)
        links = cursor.rowcount
        cursor.execute(DROP_HUB_LINKS)
        return Linked(uses, links, cursor.rowcount)
