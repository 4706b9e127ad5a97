"""Close the batches that decisions fill, so that workers take them up, and tell of the hits in them."""

from django.db import connection, transaction

from governance.actions import outbox
from governance.domain.chunks import in_chunks
from risk.models import IngestBatch

HITS_A_FACT = 2_000
# Decisions that are being stored share this lock: having it alone means that none will come any more.
LOCK_ALONE = "SELECT pg_advisory_xact_lock(hashtext('risk_decisions'), (%s %% 2147483647)::integer)"
NEW_HITS = """
    SELECT unnest(d.new_hit_ids) FROM risk_decision AS d
    WHERE d.batch_id = %s AND d.new_hit_ids <> '{}'
        AND NOT EXISTS (SELECT FROM risk_decision AS next WHERE next.supersedes_id = d.id)
    ORDER BY 1
"""
COUNT = """
    WITH added AS (
        SELECT count(*) AS accepted, min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at
        FROM risk_decision AS d
        JOIN risk_event AS e ON e.occurred_at = d.occurred_at AND e.id = d.event_id AND e.batch_id = d.batch_id
        WHERE d.batch_id = %(batch)s
    )
    UPDATE risk_ingestbatch SET accepted = added.accepted, last_occurred_at = added.last_at,
        first_occurred_at = CASE WHEN added.accepted > 0 THEN least(first_occurred_at, added.first_at) END
    FROM added WHERE id = %(batch)s
"""


def close_decided_batches() -> int:
    """Close every batch that is open and tell of it; return how many.

    Each in a transaction of its own: what is cut off is closed the next time. The hits of decisions that were
    superseded meanwhile are kept, but nobody is told of them.
    """
    closed = 0
    for batch_id in IngestBatch.objects.filter(is_open=True).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            closed += _close(batch_id)
    return closed


def count_decided(*, batch_id: int) -> None:
    """Write the counts of a closed batch; again, it changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"batch": batch_id})


def _close(batch_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ALONE, [batch_id])
        if not IngestBatch.objects.filter(pk=batch_id, is_open=True).update(is_open=False):
            return 0  # closed by another
        cursor.execute(NEW_HITS, [batch_id])
        hits = [key for (key,) in cursor.fetchall()]
    for chunk in in_chunks(hits, HITS_A_FACT):
        outbox.emit("rules_hit", {"hit_ids": list(chunk), "batch_id": batch_id})
    outbox.emit("events_ingested", {"batch_id": batch_id})
    return 1
