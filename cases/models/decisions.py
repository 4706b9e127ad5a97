"""Decisions and the notices that tell the affected party."""

import pgtrigger
from django.db import models
from django.db.models import F

from cases.domain.lifecycle import DecisionOutcome

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Decision(models.Model):
    """One decision on a case, citing a policy version. Never changes; a later one supersedes it."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="decisions")
    # That of its case, which never changes, so that figures by market need not read the cases.
    market = models.ForeignKey("governance.Market", on_delete=models.PROTECT, related_name="+", db_index=False)
    policy_version = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=[(item.value, item.value) for item in DecisionOutcome])
    severity = models.CharField(max_length=16, blank=True)
    tree_path = models.JSONField()  # [{node, question, answer}]
    rationale = models.TextField(blank=True)
    actions = models.JSONField(default=list)  # what the scheme proposed and the decision took: kind, days, points
    decided_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(F("decided_at").desc(), name="decision_recent", include=["market", "outcome", "supersedes"]),
            # Whoever could not tell is not given the case again.
            models.Index(
                fields=["decided_by", "case"],
                name="decision_could_not_tell",
                condition=models.Q(outcome=DecisionOutcome.CANNOT_TELL.value),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class DecisionNotice(models.Model):
    """What the affected party is told about a decision, in its language. Never changes."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="notices")
    entity = models.ForeignKey("risk.Entity", on_delete=models.PROTECT, related_name="+")
    locale = models.CharField(max_length=16)
    title = models.CharField(max_length=240)
    body = models.TextField()  # Markdown
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.title
