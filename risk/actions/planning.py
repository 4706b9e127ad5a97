"""Cut a batch into parts, so that several workers share a large one and none is done twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from governance.actions import outbox
from risk.actions.signals import accounts_of_batch
from risk.models import BatchPart, IngestBatch
from risk.queries.signals import signals_in_force

EVENTS_A_PART = 5_000
ACCOUNTS_A_PART = 2_000
TOUCHES_A_PART = 10_000  # about as much work as EVENTS_A_PART
INSTANT = timedelta(microseconds=1)
KEEP_PARTS = timedelta(days=7)  # longer than any fact about them is delivered again

# Where the parts begin; events of one moment stay together.
BEGINNINGS = """
    SELECT DISTINCT min(occurred_at) FROM (
        SELECT occurred_at, (row_number() OVER (ORDER BY occurred_at) - 1) / %(size)s AS part FROM risk_event
        WHERE batch_id = %(batch)s AND occurred_at BETWEEN %(first)s AND %(last)s
    ) AS numbered
    GROUP BY part ORDER BY 1
"""


def plan_batch(batch_id: int) -> None:
    """Store the parts of a batch; again, or for one that was processed, it changes nothing.

    Those of a large batch are told of, stage by stage (see `open_next`). Rules on events do not run over events
    that were decided as they came.
    """
    with transaction.atomic():
        batch = IngestBatch.objects.select_for_update().get(pk=batch_id)
        if batch.first_occurred_at is None or batch.processed_at or BatchPart.objects.filter(batch=batch).exists():
            return
        spans = _spans(batch, batch.first_occurred_at, batch.last_occurred_at or batch.first_occurred_at)
        parts = [_span(batch, BatchPart.Stage.LINKS, number, span) for number, span in enumerate(spans)]
        parts += _account_parts(batch)
        if not batch.is_decided:
            parts += [_span(batch, BatchPart.Stage.EVENTS, number, span) for number, span in enumerate(spans)]
        BatchPart.objects.bulk_create(parts)
        if is_shared(batch):
            open_next(batch)


def is_shared(batch: IngestBatch) -> bool:
    """Say whether the parts of the batch go to whoever is free, each as a task of its own."""
    return batch.accepted > EVENTS_A_PART


def open_next(batch: IngestBatch) -> bool:
    """Tell of the parts of the first stage that is not done; return whether there is one.

    Call it when a stage was planned or done, with the batch locked: of two that finish the last parts of a stage at
    the same moment the second sees the work of the first.
    """
    waiting = BatchPart.objects.filter(batch=batch, done_at=None)
    first = waiting.first()
    if first is None:
        return False
    for key in waiting.filter(stage=first.stage).values_list("pk", flat=True):
        outbox.emit("batch_part_ready", {"part_id": key})
    return True


def remove_old_parts(*, now: datetime) -> int:
    """Remove the parts of batches that were processed a week ago; return how many. The batches tell that they were."""
    count, _ = BatchPart.objects.filter(batch__processed_at__lt=now - KEEP_PARTS).delete()
    return count


def _spans(batch: IngestBatch, first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
    begins = [first]
    if is_shared(batch):
        with connection.cursor() as cursor:
            given: dict[str, Any] = {"batch": batch.pk, "first": first, "last": last, "size": EVENTS_A_PART}
            cursor.execute(BEGINNINGS, given)
            begins = [first, *(at for (at,) in cursor.fetchall() if at > first)]
    return list(zip(begins, [*begins[1:], last + INSTANT], strict=True))


def _span(batch: IngestBatch, stage: BatchPart.Stage, number: int, span: tuple[datetime, datetime]) -> BatchPart:
    return BatchPart(batch=batch, stage=stage, number=number, begins_at=span[0], ends_at=span[1])


def _account_parts(batch: IngestBatch) -> list[BatchPart]:
    """Return the parts by account, those with most to do first, so that no worker is left alone with a large one."""
    types = sorted({spec.entity_type for spec in signals_in_force()})
    found = accounts_of_batch(batch, types)
    pieces = [(touches, kind, keys) for kind, accounts in found.items() for touches, keys in _pieces(accounts)]
    return [
        BatchPart(batch=batch, stage=BatchPart.Stage.ACCOUNTS, number=number, entity_type=kind, entity_ids=keys)
        for number, (_, kind, keys) in enumerate(sorted(pieces, key=lambda piece: -piece[0]))
    ]


def _pieces(accounts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Cut accounts, each with how often it is touched, into pieces; yield how often each is touched, and its keys."""
    keys: list[int] = []
    sum_of_touches = 0
    for key, touches in accounts:
        if keys and (len(keys) == ACCOUNTS_A_PART or sum_of_touches + touches > TOUCHES_A_PART):
            yield sum_of_touches, keys
            keys, sum_of_touches = [], 0
        keys.append(key)
        sum_of_touches += touches
    if keys:
        yield sum_of_touches, keys
