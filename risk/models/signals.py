"""Signals and scores: what is known of an entity as of a moment."""

import pgtrigger
from django.db import models

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class SignalDefinition(models.Model):
    """One version of a named signal. Never changes; the newest version of a name holds.

    definition: {"count": {...}} or {"rate": {"numerator": {...}, "denominator": {...}}}, each with `event` and
    an optional `where` in the rule language (policies.domain.packs.SignalSpec).
    """

    name = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120, default="", blank=True)
    entity_type = models.CharField(max_length=24)
    role = models.CharField(max_length=24)
    unit = models.CharField(max_length=16)
    window_days = models.PositiveIntegerField()
    min_volume = models.PositiveIntegerField()
    null_meaning = models.TextField()
    doc = models.TextField()
    owner = models.CharField(max_length=80)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="signal_version")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class SignalSnapshot(models.Model):
    """The signals of an entity as of a moment of the data's clock. Computed again, it gives the same.

    values: signal → number or null; volumes: signal → the number of events that it rests on (for rates the
    denominator), counts: signal → the numerator.
    """

    entity = models.ForeignKey(  # the account has a state, which is checked; a check per row costs too much
        "risk.Entity", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    as_of = models.DateTimeField()
    values = models.JSONField()
    volumes = models.JSONField()
    counts = models.JSONField()
    versions = models.JSONField()  # signal → version of its definition

    class Meta:
        ordering = ["entity_id", "-as_of"]
        constraints = [models.UniqueConstraint(fields=["entity", "as_of"], name="snapshot_once")]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.as_of}"


class EntityState(models.Model):
    """The newest snapshot and score of an entity in one row, for reading fast. Derived; may be rebuilt."""

    entity = models.OneToOneField("risk.Entity", on_delete=models.CASCADE, primary_key=True, related_name="state")
    as_of = models.DateTimeField()
    values = models.JSONField(default=dict)
    volumes = models.JSONField(default=dict)
    score = models.PositiveSmallIntegerField(null=True)
    band = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-score", "entity"], name="state_by_score")]

    def __str__(self) -> str:
        return str(self.entity_id)


class Scorecard(models.Model):
    """One version of the scorecard (policies.domain.packs.ScorecardSpec in `definition`). Never changes."""

    entity_type = models.CharField(max_length=24)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity_type", "version"], name="scorecard_version")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.entity_type} v{self.version}"


class Score(models.Model):
    """The score of an entity as of a moment: 0 to 1000 with what contributed. Never changes."""

    entity = models.ForeignKey(  # the account has a state, which is checked; a check per row costs too much
        "risk.Entity", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    as_of = models.DateTimeField()
    value = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=16)
    contributions = models.JSONField()  # [{signal, value, points, text}], adding up to value
    scorecard = models.ForeignKey(
        Scorecard, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        ordering = ["entity_id", "-as_of"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "as_of", "scorecard"], name="score_once"),
            models.CheckConstraint(condition=models.Q(value__lte=1000), name="score_at_most_1000"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.value}"
