"""How the work on a batch is cut into parts, and which of them are done."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models


class BatchPart(models.Model):
    """A part of a batch: worked on in one transaction, which also marks it as done, so it counts once.

    Links and events are those that occurred from `begins_at` to before `ends_at`; accounts are named. Changes once,
    when it is done; `ruleset_number` is the rule set that was asked. Removed some days after its batch was processed.
    """

    class Stage(models.IntegerChoices):
        """What is done to it; all parts of a stage come before those of the next."""

        LINKS = 1
        ACCOUNTS = 2
        EVENTS = 3

    batch = models.ForeignKey("risk.IngestBatch", on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField(choices=Stage)
    number = models.PositiveIntegerField()  # in its stage, from 0
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    entity_type = models.CharField(max_length=24, blank=True)
    entity_ids = ArrayField(models.BigIntegerField(), default=list)
    ruleset_number = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["stage", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "stage", "number"], name="batch_part")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.stage}/{self.number}"

    def span(self) -> tuple[datetime, datetime]:
        """Return from when to before when its events occurred; not for accounts."""
        if self.begins_at is None or self.ends_at is None:
            message = f"part {self} has no span"
            raise ValueError(message)
        return self.begins_at, self.ends_at
