"""Tie accounts together that use the same device, payment account or address."""

from django.db import connection, transaction

from risk.domain.vocabulary import ACCOUNT_TYPES, HARD_LINKS, LINKING_TYPES
from risk.models import IngestBatch

# What more accounts than this use is a place where people meet (a café, a carrier): it ties nobody.
HUB = 50

# Rows are written in the order of their keys, so that two batches wait for each other but never in a circle.
NOTE_USES = """
    INSERT INTO risk_entityuse AS known (via_id, account_id, first_seen_at, last_seen_at)
    SELECT v.id, a.id, min(e.occurred_at), max(e.occurred_at)
    FROM risk_event e
    CROSS JOIN LATERAL jsonb_each_text(e.roles) AS vr (role, id)
    JOIN risk_entity v ON v.id = vr.id::bigint AND v.type = ANY(%(vias)s)
    CROSS JOIN LATERAL jsonb_each_text(e.roles) AS ar (role, id)
    JOIN risk_entity a ON a.id = ar.id::bigint AND a.type = ANY(%(accounts)s)
    WHERE e.batch_id = %(batch)s AND e.occurred_at BETWEEN %(first)s AND %(last)s
    GROUP BY v.id, a.id
    ORDER BY v.id, a.id
    ON CONFLICT (via_id, account_id) DO UPDATE SET
        first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
    RETURNING known.via_id
"""

TIE = """
    INSERT INTO risk_entitylink AS known (low_id, high_id, via_id, kind, is_hard, first_seen_at, last_seen_at)
    SELECT one.account_id, other.account_id, v.id, v.type, v.type = ANY(%(hard)s),
           greatest(one.first_seen_at, other.first_seen_at), greatest(one.last_seen_at, other.last_seen_at)
    FROM risk_entity v
    JOIN risk_entityuse one ON one.via_id = v.id
    JOIN risk_entityuse other ON other.via_id = v.id AND other.account_id > one.account_id
    WHERE v.id = ANY(%(touched)s) AND (SELECT count(*) FROM risk_entityuse u WHERE u.via_id = v.id) <= %(hub)s
    ORDER BY 1, 2, 3
    ON CONFLICT (low_id, high_id, via_id) DO UPDATE SET
        last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
"""


def link_batch(*, batch_id: int) -> int:
    """Note which accounts use what by the events of a batch, and tie those with one in common; return the ties touched.

    Doing it again changes nothing. Accounts of different markets are different entities and are not tied here.
    """
    batch = IngestBatch.objects.get(pk=batch_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            NOTE_USES,
            {
                "batch": batch_id,
                "first": batch.first_occurred_at,
                "last": batch.last_occurred_at,
                "vias": sorted(LINKING_TYPES),
                "accounts": sorted(ACCOUNT_TYPES),
            },
        )
        touched = sorted({via for (via,) in cursor.fetchall()})
        if not touched:
            return 0
        cursor.execute(TIE, {"touched": touched, "hard": sorted(HARD_LINKS), "hub": HUB})
        return int(cursor.rowcount)
