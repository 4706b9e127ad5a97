"""Read and verify the audit log."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.models import AuditEntry, AuditHead, AuditSeal
from governance.queries.scoping import within_markets

CHUNK = 20_000

# The same canonical JSON as the seal trigger's, written out here so that a changed trigger cannot vouch for itself.
LINKS = """
    SELECT s.seq, s.hash, s.entry_id, e.id, jsonb_build_object(
        'id', e.id, 'at', extract(epoch FROM e.at), 'actor_kind', e.actor_kind, 'actor_id', e.actor_id,
        'actor_label', e.actor_label, 'action', e.action, 'subject_kind', e.subject_kind,
        'subject_id', e.subject_id, 'subject_label', e.subject_label, 'market', e.market,
        'before', e.before, 'after', e.after, 'reason', e.reason, 'request_id', e.request_id
    )::text
    FROM governance_auditseal s LEFT JOIN governance_auditentry e ON e.id = s.entry_id
    ORDER BY s.seq
"""
UNSEALED = """
    SELECT e.id FROM governance_auditentry e LEFT JOIN governance_auditseal s ON s.entry_id = e.id
    WHERE s.seq IS NULL ORDER BY e.id LIMIT 1
"""


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold."""

    seq: int
    entry_id: int
    problem: str


@dataclass(frozen=True)
class Verified:
    """What a verification found: how many links hold, and the first break if there is one."""

    links: int
    first_break: Break | None


def visible_entries(actor: Actor) -> QuerySet[AuditEntry]:
    """Return the entries of the viewer's markets; entries of no market need the permission everywhere."""
    return within_markets(AuditEntry.objects.all(), actor, Permission.VIEW_AUDIT, field="market")


@dataclass(frozen=True)
class Seal:
    """The link of an entry in the chain: its place, and its hash in hex."""

    seq: int
    digest: str


def seal_of(entry_id: int) -> Seal | None:
    """Return the seal of an entry, None when it has none."""
    row = AuditSeal.objects.filter(entry_id=entry_id).first()
    return None if row is None else Seal(row.seq, bytes(row.hash).hex())


def history_of(subject_kind: str, subject_id: str, limit: int = 100) -> list[AuditEntry]:
    """Return the newest entries about a subject; the caller has checked that the viewer may see it."""
    return list(AuditEntry.objects.filter(subject_kind=subject_kind, subject_id=subject_id)[:limit])


def verify_chain() -> Verified:
    """Walk the chain from its beginning in constant memory and recompute every link.

    Finds entries that were changed, removed, put in without a seal, or reordered, a chain that was cut at its
    end, and one that goes on beyond its head. All reads see one snapshot.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        before, count = b"", 0
        for seq, stored, entry_id, found, canonical in _links():
            problem = _problem(before, count, seq, bytes(stored), found, canonical)
            if problem:
                return Verified(count, Break(seq, entry_id, problem))
            before, count = bytes(stored), count + 1
        return Verified(count, _end_problem(before, count))


def _problem(before: bytes, count: int, seq: int, stored: bytes, found: int | None, canonical: str) -> str:
    if seq != count + 1:
        return f"the chain jumps from link {count} to {seq}: links are missing"
    if found is None:
        return "the entry was removed"
    if hashlib.sha256(before + canonical.encode()).digest() != stored:
        return "the entry or its place in the order was changed"
    return ""


def _end_problem(last: bytes, count: int) -> Break | None:
    with connection.cursor() as cursor:
        cursor.execute(UNSEALED)
        unsealed = cursor.fetchone()
    if unsealed:
        return Break(count + 1, unsealed[0], "the entry was put in without a seal")
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        return Break(count, 0, "the head of the chain was removed") if count else None
    if head.seq != count:
        return Break(count + 1, 0, f"the head speaks of {head.seq} links, there are {count}: the end was cut off")
    return None if bytes(head.hash) == last else Break(count, 0, "the head does not fit the last link")


def _links() -> Iterator[tuple[int, bytes, int, int | None, str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(LINKS)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
