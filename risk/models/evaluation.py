"""Hits: where a rule fired."""

import pgtrigger
from django.db import models


class RuleHit(models.Model):
    """A rule version was true of an entity at a moment, with the trace that shows why. Never changes.

    For a rule on events `event_id` is the event; for a rule on entities it is 0 and `as_of` the moment of the
    signals. That key makes evaluating again harmless.
    """

    rule_version = models.ForeignKey("policies.RuleVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    ruleset_number = models.BigIntegerField()
    entity = models.ForeignKey("risk.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    market = models.ForeignKey("governance.Market", on_delete=models.PROTECT, related_name="+", db_index=False)
    event_id = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()  # by the data's clock
    outcome = models.CharField(max_length=16)
    is_suppressed = models.BooleanField(default=False)  # an allow rule of a higher lane ended the matter
    trace = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["rule_version", "entity", "event_id", "as_of"], name="hit_once"),
        ]
        indexes = [
            models.Index(fields=["entity", "-as_of"], name="hit_by_entity"),
            models.Index(fields=["rule_version", "-as_of"], name="hit_by_rule"),
            models.Index(fields=["market", "-as_of"], name="hit_by_market"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.rule_version_id} {self.entity_id} {self.as_of}"
