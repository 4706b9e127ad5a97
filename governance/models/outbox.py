"""The outbox: facts written with the rows that they tell of, handed to workers after commit."""

from django.db import models


class OutboxFact(models.Model):
    """One fact. Written once; only `dispatched_at` and `attempts` change, when it is handed over."""

    name = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    dispatched_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(dispatched_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class FactConsumption(models.Model):
    """A consumer has worked on a fact: what makes at-least-once delivery happen once. Never changes."""

    fact = models.ForeignKey(OutboxFact, on_delete=models.CASCADE, related_name="+")
    consumer = models.CharField(max_length=96)
    consumed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "consumer"], name="fact_consumed_once")]

    def __str__(self) -> str:
        return f"{self.fact_id} {self.consumer}"
