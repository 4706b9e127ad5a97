"""Entities: the accounts and things of the marketplace, and the ties between them."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from risk.domain.vocabulary import EntityType


class Entity(models.Model):
    """One account or thing, known by (market, type, external id). Attributes may change, the key may not.

    The same account in two markets is two rows, so that nothing leaks from market to market; a link ties them.
    """

    market = models.ForeignKey(  # checked at ingest; an index of few values and a check per row cost a third of it
        "governance.Market", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    type = models.CharField(max_length=24, choices=[(item.value, item.value) for item in EntityType])
    external_id = models.CharField(max_length=128)
    name = models.CharField(max_length=240, blank=True)
    attributes = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()  # by the data's clock
    last_seen_at = models.DateTimeField()
    described_at = models.DateTimeField(null=True)  # of the newest event that told its name or attributes

    class Meta:
        verbose_name_plural = "entities"
        constraints = [models.UniqueConstraint(fields=["market", "type", "external_id"], name="entity_key")]
        indexes = [
            # Every event moves last_seen_at: an index over it, or over the trigrams of ids, halves ingest.
            models.Index(fields=["type", "-first_seen_at", "-id"], name="entity_newest"),
            models.Index(OpClass(Upper("external_id"), name="text_pattern_ops"), name="entity_id_prefix"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="entity_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class EntityUse(models.Model):
    """An account uses a device, payment account or address, as its events show. Derived; only the times change."""

    # Both are read from their rows in the statement that writes the use, so checking them again is in vain.
    via = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    account = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["via", "account"], name="use_once")]

    def __str__(self) -> str:
        return f"{self.account_id} uses {self.via_id}"


class EntityLink(models.Model):
    """Two accounts that used the same device, payment account or address. `low` has the smaller key.

    Derived from EntityUse: first seen when the second of them used it, last seen when either did. Gone when too
    many share the thing.
    """

    low = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    high = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    via = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)  # type of the entity that ties them
    is_hard = models.BooleanField()  # bank, phone, identity: one of them proves it; device, address: weighs
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high", "via"], name="link_once"),
            models.CheckConstraint(condition=models.Q(low_id__lt=models.F("high_id")), name="link_is_ordered"),
        ]
        indexes = [models.Index(fields=["high", "low"], name="link_by_high")]

    def __str__(self) -> str:
        return f"{self.low_id}-{self.high_id} ({self.kind})"
