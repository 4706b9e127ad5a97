"""How events came in: batches, file imports, and what was refused."""

from django.db import models


class ImportRun(models.Model):
    """One import of files. Its progress changes until it ends; it can be resumed from `checkpoint`."""

    class State(models.TextChoices):
        """Where the import stands."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    digest = models.CharField(max_length=64)  # of mapping and files: the same import is resumed, not begun again
    mapping_name = models.CharField(max_length=160)
    mapping = models.TextField()
    files = models.JSONField(default=list)  # [{name, path, bytes, sha256}]
    is_dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    checkpoint = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)  # read, accepted, rejected, duplicates, by_kind
    bytes_total = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)
    rejects_path = models.CharField(max_length=500, blank=True)
    started_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["digest"], name="import_by_digest")]

    def __str__(self) -> str:
        return f"{self.mapping_name} #{self.pk}"


class IngestBatch(models.Model):
    """Events that came in together: an API call, a whole import, or decisions of a few seconds.

    Counts change while it is filled; those of decided events are written when it is processed.
    """

    source = models.CharField(max_length=48)
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")
    api_key_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    accepted = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    first_occurred_at = models.DateTimeField(null=True)
    last_occurred_at = models.DateTimeField(null=True)
    processed_at = models.DateTimeField(null=True)  # signals and rules have run over it
    is_decided = models.BooleanField(default=False)  # rules on events were asked as each event came
    is_open = models.BooleanField(default=False)  # decided events are still added to it

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "ingest batches"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "api_key_id"],
                condition=models.Q(is_open=True),
                nulls_distinct=False,
                name="one_open_batch",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} #{self.pk}"


class RejectedEvent(models.Model):
    """One item that was refused, as it came, with the reasons. Changes when it is replayed or dismissed."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open"
        REPLAYED = "replayed"
        DISMISSED = "dismissed"

    source = models.CharField(max_length=48)
    market = models.CharField(max_length=2, blank=True)  # as far as it could be read
    batch = models.ForeignKey(IngestBatch, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=240)  # index in the batch, or file and line
    raw = models.TextField()
    problems = models.JSONField()  # [{field, message, hint}]
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("governance.User", on_delete=models.PROTECT, null=True, related_name="+")
    settled_note = models.TextField(blank=True, default="")  # why it was dismissed

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="rejected_by_state")]

    def __str__(self) -> str:
        return f"{self.source} {self.place}"
