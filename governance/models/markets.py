"""Markets: the countries in which the marketplace runs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Market(models.Model):
    """One market with its clock, money and legal regimes. May change; every change is audited."""

    code = models.CharField(max_length=2, primary_key=True)  # ISO 3166-1 alpha-2
    name = models.CharField(max_length=80)
    locale = models.CharField(max_length=16, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3)  # ISO 4217
    regimes = ArrayField(models.CharField(max_length=32), default=list, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Z]{2}$"), name="market_code_is_iso"),
        ]

    def __str__(self) -> str:
        return self.code
