"""The points ledger and the sanctions: what standing is made of."""

import pgtrigger
from django.db import models

from cases.domain.lifecycle import LedgerKind, ReversedBy, SanctionState


class LedgerEntry(models.Model):
    """Points that an entity was given or given back under a scheme. Never changes.

    points is signed in the direction of the scheme's arithmetic: a violation adds under an accumulating scheme
    and subtracts under a depleting one; a reversal entry carries the opposite sign and names what it reverses. An
    adjustment changes what the violation of the same decision costs, because an earlier one came or went and
    repeats cost more. `at` is when the entry counts from. Reversals and adjustments expire with the violation that
    they belong to, so that at any time the sum of what has not expired is what is in force.
    """

    entity = models.ForeignKey("risk.Entity", on_delete=models.PROTECT, related_name="+")
    scheme_version = models.ForeignKey("policies.PenaltySchemeVersion", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=[(item.value, item.value) for item in LedgerKind])
    points = models.IntegerField()
    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, null=True, related_name="+")
    severity = models.CharField(max_length=16, blank=True)
    decision = models.ForeignKey("cases.Decision", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["entity", "at"], name="ledger_by_entity")]
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=models.Q(kind="violation"), name="points_once_per_decision"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="reversal", reverses__isnull=False)
                | (~models.Q(kind="reversal") & models.Q(reverses__isnull=True)),
                name="reversal_names_entry",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.points:+d}"


class Sanction(models.Model):
    """One restriction of an entity. Its state follows proposed → (held) → active → expired or reversed.

    `reversed_by` says whether a person took it back, which holds, or the ledger did because its milestone is no
    longer crossed, which ends when it is again.
    """

    entity = models.ForeignKey("risk.Entity", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey("cases.Decision", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=48)
    milestone = models.IntegerField(null=True)  # the standing that was crossed, null when decided by itself
    days = models.PositiveIntegerField(null=True)  # null: without an end
    state = models.CharField(max_length=16, choices=[(item.value, item.value) for item in SanctionState])
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)  # null while active: until reversed
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.CharField(
        max_length=8, choices=[(item.value, item.value) for item in ReversedBy], blank=True, default=""
    )
    reversal_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["entity", "state"], name="sanction_by_entity"),
            models.Index(fields=["state", "ends_at"], name="sanction_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.kind} {self.state}"
