"""Runs of a rule over the events that are stored."""

from django.db import models

from risk.domain.rule_runs import RunState

ACTIVE = [RunState.WAITING.value, RunState.RUNNING.value]


class RuleRun(models.Model):
    """One run of the text of a rule version over stored events or signals. Its progress changes until it ends.

    text is what the version said when a worker took the run up, for a draft may be saved meanwhile. result is
    what risk.domain.rule_runs.RunTally counts, by market. first_at and last_at are by the data's clock.
    """

    version = models.ForeignKey("policies.RuleVersion", on_delete=models.PROTECT, related_name="+")
    text = models.JSONField(default=dict)
    compared_to = models.ForeignKey("policies.RuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=[(item.value, item.value) for item in RunState])
    rows_done = models.BigIntegerField(default=0)
    permille = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField()  # a run that was not touched for long has lost its worker
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version"], condition=models.Q(state__in=ACTIVE), name="one_active_run"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.version_id}"
