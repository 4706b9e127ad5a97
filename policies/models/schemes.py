"""Penalty schemes: how violations turn into points and points into milestones."""

import pgtrigger
from django.db import models


class PenaltyScheme(models.Model):
    """One scheme; its figures are in its versions."""

    code = models.CharField(max_length=48, unique=True)
    title = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class PenaltySchemeVersion(models.Model):
    """One dated set of figures (policies.domain.schemes.SchemeSpec in `definition`). Never changes."""

    scheme = models.ForeignKey(PenaltyScheme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    effective_from = models.DateTimeField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["scheme_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["scheme", "number"], name="scheme_version_number")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.scheme_id} v{self.number}"


class SchemeAssignment(models.Model):
    """Which scheme holds in a market for a type of entity from a day on; the newest that has begun holds."""

    scheme = models.ForeignKey(PenaltyScheme, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey("governance.Market", on_delete=models.PROTECT, null=True, related_name="+")
    entity_type = models.CharField(max_length=24)
    effective_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["market", "entity_type", "effective_from"],
                nulls_distinct=False,
                name="scheme_once_per_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.market_id or 'all'} {self.entity_type} {self.scheme_id}"
