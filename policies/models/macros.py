"""Macros: rationales that reviewers use again and again."""

from django.db import models


class Macro(models.Model):
    """One rationale text for the policies of a taxonomy node and an outcome. May change."""

    code = models.CharField(max_length=48, unique=True)
    node = models.ForeignKey("policies.TaxonomyNode", on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    text = models.TextField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code
