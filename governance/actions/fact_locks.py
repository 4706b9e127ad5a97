"""Keep two workers from the same fact: locks of PostgreSQL that end with the connection of whoever holds them."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.db import connection

# The highest 16 bits keep these locks apart from other advisory locks; 16 bits for the consumer and 32 for the
# fact follow, which PostgreSQL shows as the two halves `classid` and `objid`.
_FACT_LOCKS = 0x4641
_LOW = 2**32 - 1


def take_fact(fact_id: int, consumer: str) -> bool:
    """Hold the fact for `consumer` until the transaction ends; False when another connection holds it."""
    return _say("SELECT pg_try_advisory_xact_lock(%s)", fact_id, consumer)


@contextmanager
def hold_fact(fact_id: int, consumer: str) -> Iterator[bool]:
    """Hold the fact for `consumer` over several transactions; gives False when another connection holds it."""
    is_ours = _say("SELECT pg_try_advisory_lock(%s)", fact_id, consumer)
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            _say("SELECT pg_advisory_unlock(%s)", fact_id, consumer)


def facts_in_work() -> list[int]:
    """Return the facts that some connection to this database holds for some consumer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND classid::bigint >> 16 = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [_FACT_LOCKS],
        )
        return [fact_id for (fact_id,) in cursor.fetchall()]


def _say(statement: str, fact_id: int, consumer: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_key(fact_id, consumer)])
        return bool(cursor.fetchone()[0])


def _key(fact_id: int, consumer: str) -> int:
    code = int.from_bytes(sha256(consumer.encode()).digest()[:2])
    return _FACT_LOCKS << 48 | code << 32 | fact_id & _LOW
