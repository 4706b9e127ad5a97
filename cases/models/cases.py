"""Cases: what is suspected of whom under which policy."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F

from cases.domain.lifecycle import OPEN_STATES, CaseState

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
OPEN = models.Q(state__in=sorted(state.value for state in OPEN_STATES))


class Queue(models.Model):
    """One queue: the policies of some taxonomy nodes, with the hours in which a case is to be decided."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    nodes = ArrayField(models.CharField(max_length=40))
    sla_hours = models.JSONField()  # severity → hours
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title


class Case(models.Model):
    """One suspicion about one entity under one policy. Its state changes; its evidence only grows."""

    entity = models.ForeignKey("risk.Entity", on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey("governance.Market", on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, related_name="+")
    policy_version = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=[(item.value, item.value) for item in CaseState])
    severity = models.CharField(max_length=16)
    title = models.CharField(max_length=240)
    priority = models.FloatField()
    priority_parts = models.JSONField(default=dict)  # factor → value, so that the order can be explained
    age_changes_at = models.DateTimeField(null=True)  # when its age next moves it up; null: never again
    score = models.PositiveSmallIntegerField(null=True)
    as_of = models.DateTimeField()  # data's clock at the first hit
    opened_at = models.DateTimeField()
    sla_due_at = models.DateTimeField()
    last_hit_at = models.DateTimeField()  # data's clock at the newest hit
    hit_count = models.PositiveIntegerField(default=0)
    assignee = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    lease_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    # Compare-and-swap: grows with each change that a reviewer has to know of (not with a further hit of the same rule).
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-priority", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "policy"],
                condition=OPEN,
                name="one_open_case",
            ),
        ]
        indexes = [
            # What is open, in the order of work: by itself, by market, by queue.
            models.Index(fields=["-priority", "id"], name="case_open_order", condition=OPEN),
            models.Index(fields=["market", "-priority", "id"], name="case_market_open_order", condition=OPEN),
            models.Index(fields=["queue", "-priority", "id"], name="case_queue_open_order", condition=OPEN),
            models.Index(fields=["state", "-priority", "id"], name="case_state_order"),
            models.Index(fields=["entity", "-id"], name="case_by_entity"),
            models.Index(fields=["assignee", "state"], name="case_by_assignee"),
            models.Index(F("opened_at").desc(), F("id").desc(), name="case_recent", include=["market"]),
            models.Index(F("decided_at").desc(), name="case_decided", include=["market", "opened_at", "sla_due_at"]),
            models.Index(
                fields=["policy", "-decided_at"], name="case_precedent", condition=models.Q(decided_at__isnull=False)
            ),
            models.Index(fields=["sla_due_at"], name="case_due", condition=OPEN),
            models.Index(fields=["age_changes_at"], name="case_ageing", condition=OPEN),
            models.Index(fields=["lease_until"], name="case_leased", condition=models.Q(lease_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"


class CaseEvidence(models.Model):
    """One piece of evidence, frozen when it was added. Never changes.

    kind is hit (rule, trace, signals with their volumes, score, the event with its content) or entity (the
    entity as it was); content is complete in itself, so that it can be shown when its source is gone.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=16)
    hit_id = models.BigIntegerField(null=True)
    as_of = models.DateTimeField()
    content = models.JSONField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["case_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "hit_id"], condition=models.Q(hit_id__isnull=False), name="evidence_once"
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class CaseTransition(models.Model):
    """One step of a case's life: what flipped, who did it and why. Never changes."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor_label = models.CharField(max_length=160)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_state}→{self.to_state}"


class CaseNote(models.Model):
    """One note by a reviewer. Never changes."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey("governance.User", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.case_id} {self.author_id}"
