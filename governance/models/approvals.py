"""Four eyes: one person asks, another decides."""

from django.db import models


class Approval(models.Model):
    """One request for a second pair of eyes. Changes once, when it is decided or withdrawn."""

    class State(models.TextChoices):
        """Where the request stands."""

        PENDING = "pending"
        APPROVED = "approved"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    action = models.CharField(max_length=64)  # what will happen once approved, such as release_rule
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=240)
    subject_url = models.CharField(max_length=240, blank=True)
    markets = models.JSONField(default=list)  # empty: every market
    summary = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    requested_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("requested_by"))
                | models.Q(state="withdrawn"),
                name="approval_needs_another_person",
            ),
            models.UniqueConstraint(
                fields=["action", "subject_kind", "subject_id"],
                condition=models.Q(state="pending"),
                name="approval_pending_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_label} {self.state}"
