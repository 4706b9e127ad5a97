"""Count the events of a batch into the days of their markets."""

from django.db import connection

from risk.models import IngestBatch

ADD = """
    INSERT INTO risk_eventday AS known (market_id, day, type, events)
    SELECT e.market_id, (e.occurred_at AT TIME ZONE m.time_zone)::date, e.type, count(*)
    FROM risk_event e JOIN governance_market m ON m.code = e.market_id
    WHERE e.batch_id = %(batch)s AND e.occurred_at BETWEEN %(first)s AND %(last)s AND e.superseded_at IS NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (market_id, day, type) DO UPDATE SET events = known.events + excluded.events
"""


def count_batch(*, batch_id: int) -> None:
    """Add the batch to the counts. Not repeatable: call it in the transaction that consumes the batch's fact."""
    batch = IngestBatch.objects.get(pk=batch_id)
    if batch.first_occurred_at is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(ADD, {"batch": batch_id, "first": batch.first_occurred_at, "last": batch.last_occurred_at})
