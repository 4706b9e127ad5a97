"""Make the monthly partitions of the event tables before anything is written into them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection

MONTHS_AHEAD = 3
TABLES = ("risk_event", "risk_eventtouch")


def ensure_partitions(*, months: Iterable[date]) -> int:
    """Make the partitions that are missing for the months of the given days; return how many tables were made.

    Call before the transaction that writes events, or as its first step: making one waits for nobody who reads
    or writes, but keeps other makers waiting until the end of the transaction.
    """
    firsts = sorted({day.replace(day=1) for day in months})
    names = [f"{table}_{first:%Y%m}" for first in firsts for table in TABLES]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(to_regclass(name)) FROM unnest(%s::text[]) AS name", [names])
        if cursor.fetchone()[0] == len(names):
            return 0
        made = 0
        for first in firsts:
            cursor.execute("SELECT risk_make_partitions(%s, %s)", [first, first])
            made += cursor.fetchone()[0]
    return made


def make_partitions_ahead(*, today: date | None = None) -> int:
    """Make the partitions of this month and the next three; return how many tables were made."""
    first = (today or datetime.now(UTC).date()).replace(day=1)
    coming = range(first.month - 1, first.month + MONTHS_AHEAD)
    return ensure_partitions(months=[date(first.year + month // 12, month % 12 + 1, 1) for month in coming])
