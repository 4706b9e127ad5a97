"""Rules: conditions written by policy managers, in versions, with their life cycle."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from policies.domain.rules import Outcome, RuleState

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
TEXT_COLUMNS = (
    "condition",
    "event_types",
    "entity_type",
    "markets",
    "outcome",
    "lane",
    "priority",
    "reason",
    "reasons",
    "editors",
    "pack_digest",
)


class Rule(models.Model):
    """One rule of a policy. `live` points at the version that fires, null when none does (draft, paused)."""

    code = models.CharField(max_length=48, unique=True)
    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    created_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    live = models.ForeignKey("policies.RuleVersion", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class RuleVersion(models.Model):
    """One text of a rule. The text never changes once it was asked for approval; `state` follows the life cycle.

    Exactly one of `event_types` (evaluated on each such event) and `entity_type` (evaluated when signals of such
    an entity are refreshed) says what it looks at. Empty `markets` are every market. `editors` are the keys of
    all who wrote on it: the database refuses any of them as `approved_by`. A version that a pack brought has no
    author and keeps the digest of its form in the pack.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    condition = models.TextField()
    event_types = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    entity_type = models.CharField(max_length=24, blank=True)
    markets = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    outcome = models.CharField(max_length=16, choices=[(item.value, item.value) for item in Outcome])
    lane = models.CharField(max_length=16, default="main")
    priority = models.IntegerField(default=100)
    reason = models.TextField()  # English
    reasons = models.JSONField(default=dict, blank=True)  # locale → the same in another language
    state = models.CharField(max_length=16, choices=[(item.value, item.value) for item in RuleState])
    author = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    editors = ArrayField(models.BigIntegerField(), default=list, blank=True)
    approved_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    pack_digest = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)  # compare-and-swap: grows with each change of the draft
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["rule_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_number"),
            models.UniqueConstraint(fields=["rule"], condition=models.Q(state="live"), name="one_live_version"),
            models.UniqueConstraint(
                fields=["rule"], condition=models.Q(state__in=["draft", "in_review"]), name="one_open_version"
            ),
            models.CheckConstraint(
                condition=models.Q(author__isnull=True)
                | models.Q(approved_by__isnull=False)
                | ~models.Q(state__in=["approved", "live", "paused"]),
                name="rule_fires_when_approved",
            ),
            models.CheckConstraint(
                condition=models.Q(entity_type="") ^ models.Q(event_types__len=0), name="rule_has_one_target"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="four_eyes",
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.approved_by_id = ANY(NEW.editors)"),
            ),
            pgtrigger.Protect(
                name="text_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'draft' AND "
                    f"({', '.join(f'OLD.{name}' for name in TEXT_COLUMNS)}) IS DISTINCT FROM "
                    f"({', '.join(f'NEW.{name}' for name in TEXT_COLUMNS)})"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.number}"


class RuleChange(models.Model):
    """One step of a rule version's life: what flipped, who did it and why. Never changes."""

    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="changes")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor_label = models.CharField(max_length=160)
    actor = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.version_id} {self.from_state}→{self.to_state}"


class RulesetVersion(models.Model):
    """The rule versions that fire together from a moment on; the newest row holds. Never changes."""

    number = models.BigIntegerField(unique=True)
    members = ArrayField(models.BigIntegerField())  # keys of RuleVersion
    lists = models.JSONField(default=dict)  # name → version of each list, so that a change of a list is a new set
    created_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=240)

    class Meta:
        ordering = ["-number"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return str(self.number)


class SavedTestEvent(models.Model):
    """A record that a rule must or must not hit before it may be released. May change while in draft."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="test_events")
    title = models.CharField(max_length=120)
    record = models.JSONField()
    is_hit_expected = models.BooleanField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
