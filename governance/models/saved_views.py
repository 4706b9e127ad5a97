"""What a person keeps of the lists: filters and sort under a name."""

from django.db import models


class SavedView(models.Model):
    """One view of a list that a person named. Theirs alone; saving under the same name replaces it."""

    user = models.ForeignKey("governance.User", on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)  # of the address, without page and size
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "list_name", "title"], name="view_once_per_title")]

    def __str__(self) -> str:
        return self.title
