"""Events: what happened on the marketplace, in partitions by month of the data's clock.

The tables are made by hand in the migrations (partitions, sequences); the models describe them for reading.
Writing goes through COPY in risk.actions.ingest.
"""

from django.db import models


class Event(models.Model):
    """One version of an event. Never changes, but for the moment when another version took its place.

    Unique by (source, external id) among those that were not superseded, which EventKey enforces over all partitions.
    """

    pk = models.CompositePrimaryKey("occurred_at", "id")
    id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    market = models.ForeignKey("governance.Market", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    source = models.CharField(max_length=48)
    external_id = models.CharField(max_length=160)
    type = models.CharField(max_length=48)
    payload = models.JSONField(default=dict)
    roles = models.JSONField(default=dict)  # role → key of the Entity
    batch = models.ForeignKey("risk.IngestBatch", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "risk_event"

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class EventTouch(models.Model):
    """An event touches an entity in a role: the way from an entity to its events.

    Never changes; gone when the event was superseded, so that signals and timelines see one version.
    """

    pk = models.CompositePrimaryKey("entity_id", "occurred_at", "event_id", "role")
    entity = models.ForeignKey("risk.Entity", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    occurred_at = models.DateTimeField()
    event_id = models.BigIntegerField()
    role = models.CharField(max_length=24)
    type = models.CharField(max_length=48)  # the event's type, so that windows are read from the index

    class Meta:
        db_table = "risk_eventtouch"

    def __str__(self) -> str:
        return f"{self.entity_id} {self.role} {self.event_id}"


class EventKey(models.Model):
    """The identity of an event over all partitions: what makes ingesting twice harmless.

    Names the newest version of the event; changes only when a decision is asked for about another one.
    """

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.CharField(max_length=48)
    external_id = models.CharField(max_length=160)
    event_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    digest = models.BinaryField()  # of the canonical event: tells a resent event from another one under its id
    version = models.PositiveSmallIntegerField(db_default=1)

    class Meta:
        db_table = "risk_eventkey"

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
