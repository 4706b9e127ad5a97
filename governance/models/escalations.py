"""Escalations: what needs more people than the one who saw it."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from governance.domain.escalations import EscalationState, Severity


class Escalation(models.Model):
    """One escalation about any subject. Its state changes; every change is an EscalationUpdate as well."""

    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=240)
    subject_url = models.CharField(max_length=240, blank=True)
    market = models.ForeignKey("governance.Market", on_delete=models.PROTECT, null=True, related_name="+")
    severity = models.PositiveSmallIntegerField(choices=[(int(level), level.name) for level in Severity])
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in EscalationState])
    summary = models.CharField(max_length=240)
    details = models.TextField(blank=True)
    owner = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    next_update_due_at = models.DateTimeField(null=True)  # null once resolved
    participants = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "next_update_due_at"], name="escalation_clock"),
            models.Index(fields=["subject_kind", "subject_id"], name="escalation_subject"),
        ]

    def __str__(self) -> str:
        return f"SEV{self.severity} {self.summary}"


class EscalationUpdate(models.Model):
    """One line of an escalation's timeline: a step of its life or a written update. Never changes."""

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="updates")
    at = models.DateTimeField()
    author = models.ForeignKey("governance.User", on_delete=models.PROTECT, related_name="+")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    was_late = models.BooleanField(default=False)  # after the update clock had run out

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.to_state}"
