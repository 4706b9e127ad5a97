"""Named lists that rules can ask: blocked words, trusted sellers."""

from django.db import models


class NamedList(models.Model):
    """One list. Its version grows by one with each change of its entries."""

    name = models.CharField(max_length=48, unique=True)
    title = models.CharField(max_length=160)
    doc = models.TextField(blank=True)
    value_type = models.CharField(max_length=16, default="string")
    version = models.PositiveIntegerField(default=1)
    pack_digest = models.CharField(max_length=64, blank=True)  # of its form in the pack that was loaded last

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ListEntry(models.Model):
    """One value of a list. It ends by `removed_at` or `expires_at`; rows stay."""

    list = models.ForeignKey(NamedList, on_delete=models.PROTECT, related_name="entries")
    value = models.CharField(max_length=240)
    note = models.CharField(max_length=240, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.CharField(max_length=160)
    expires_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["value"]
        constraints = [
            models.UniqueConstraint(
                fields=["list", "value"], condition=models.Q(removed_at__isnull=True), name="list_value_once"
            ),
        ]

    def __str__(self) -> str:
        return self.value
