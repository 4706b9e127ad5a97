"""Decisions on single events, given while the sender waits."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Decision(models.Model):
    """What the rules in force said about one version of an event, as it was answered. Never changes.

    The same event sent again is answered from its row. Another version of the event gets a row of its own that
    names this one as superseded. `hits` is what the answer is made of (risk.domain.decisions.Verdict);
    `new_hit_ids` are the rows of RuleHit that this decision stored, which are told of when the batch is closed.
    `readings` says for each role as of when its signals were known.
    """

    source = models.CharField(max_length=48)
    external_id = models.CharField(max_length=160)
    digest = models.BinaryField()  # of the event, as in EventKey
    version = models.PositiveSmallIntegerField()  # of the event
    event_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    market = models.ForeignKey(
        "governance.Market", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    batch = models.ForeignKey("risk.IngestBatch", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    api_key_id = models.BigIntegerField(null=True)
    ruleset_number = models.BigIntegerField()
    outcome = models.CharField(max_length=16)
    hits = models.JSONField()
    new_hit_ids = ArrayField(models.BigIntegerField())
    readings = models.JSONField()
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["source", "external_id", "digest"], name="decision_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id} v{self.version}: {self.outcome}"
