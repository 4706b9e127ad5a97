"""Counts per day: what health pages read instead of counting events."""

from django.db import models


class EventDay(models.Model):
    """How many events of a type happened in a market on a day of its clock. Derived; grows with each batch, once."""

    market = models.ForeignKey("governance.Market", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    type = models.CharField(max_length=48)
    events = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["market", "day", "type"], name="event_day_once")]
        indexes = [models.Index(fields=["day", "market"], name="event_day_range")]

    def __str__(self) -> str:
        return f"{self.market_id} {self.day} {self.type}"
