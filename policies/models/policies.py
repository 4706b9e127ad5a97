"""Policies: what is required on the marketplace, in versions that never change."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class TaxonomyNode(models.Model):
    """One place in the taxonomy of policies. May be renamed; its code stays."""

    code = models.CharField(max_length=40, primary_key=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Policy(models.Model):
    """One policy; everything that it says is in its versions."""

    code = models.CharField(max_length=48, unique=True)
    node = models.ForeignKey(TaxonomyNode, on_delete=models.PROTECT, related_name="+")
    subject_types = ArrayField(models.CharField(max_length=24))  # entity types that it speaks of
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.code


class PolicyVersion(models.Model):
    """One wording of a policy, cited by decisions. Never changes; a new wording is a new version.

    Keys of `titles`, `texts` and `notices` are locales. `digest` is the SHA-256 of its form in the pack
    (policies.domain.policies.PolicySpec), by which loading twice is noticed.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    titles = models.JSONField()
    texts = models.JSONField()
    notices = models.JSONField()
    markets = ArrayField(models.CharField(max_length=2), default=list)  # empty: every market
    legal_basis = models.TextField(blank=True)
    severity_default = models.CharField(max_length=16)
    severity_min = models.CharField(max_length=16)
    severity_max = models.CharField(max_length=16)
    tree = models.JSONField()
    examples = models.JSONField(default=dict)
    dsa_ground = models.CharField(max_length=48, blank=True)
    dsa_category = models.CharField(max_length=96, blank=True)
    dsa_keyword = models.CharField(max_length=96, blank=True)
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)
    created_by = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["policy_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"
