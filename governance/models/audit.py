"""The audit log: what happened, chained by hashes so that a change behind its back shows."""

import pgtrigger
from django.db import models

SEAL_FUNCTION = """
    INSERT INTO governance_audithead (id, seq, hash) VALUES (1, 0, '\\x') ON CONFLICT (id) DO NOTHING;
    SELECT seq, hash INTO STRICT head_seq, head_hash FROM governance_audithead WHERE id = 1 FOR UPDATE;
    head_seq := head_seq + 1;
    head_hash := sha256(head_hash || convert_to(jsonb_build_object(
        'id', NEW.id, 'at', extract(epoch FROM NEW.at), 'actor_kind', NEW.actor_kind, 'actor_id', NEW.actor_id,
        'actor_label', NEW.actor_label, 'action', NEW.action, 'subject_kind', NEW.subject_kind,
        'subject_id', NEW.subject_id, 'subject_label', NEW.subject_label, 'market', NEW.market,
        'before', NEW.before, 'after', NEW.after, 'reason', NEW.reason, 'request_id', NEW.request_id
    )::text, 'UTF8'));
    INSERT INTO governance_auditseal (seq, entry_id, hash) VALUES (head_seq, NEW.id, head_hash);
    UPDATE governance_audithead SET seq = head_seq, hash = head_hash WHERE id = 1;
    RETURN NULL;
"""

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class AuditEntry(models.Model):
    """One thing that was done, by whom, to what, with the state before and after. Never changes.

    The chain is not on the row: a deferred trigger seals each entry while its transaction commits, so the
    order of the chain is the order of commits and the lock on the head is held for the commit only.
    """

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=160)
    action = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=240)
    market = models.CharField(max_length=2, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
        ]
        triggers = [
            APPEND_ONLY,
            pgtrigger.Trigger(
                name="seal",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("head_seq", "bigint"), ("head_hash", "bytea")],
                func=SEAL_FUNCTION,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_label} {self.action} {self.subject_label}"


class AuditSeal(models.Model):
    """The link of the chain for one entry: sha256(hash before + canonical JSON of the entry). Never changes."""

    seq = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    class Meta:
        ordering = ["seq"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.seq)


class AuditHead(models.Model):
    """The one row that says how long the chain is and how it ends; changed by the seal trigger only."""

    seq = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return str(self.seq)
