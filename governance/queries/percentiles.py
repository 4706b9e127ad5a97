"""Percentiles in the database."""

from typing import Any

from django.db.models import Aggregate


class Percentile(Aggregate):
    """The value below which a share of the rows lies (0 to 1), interpolated: Percentile("hours", 0.95)."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    allow_distinct = False

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f"a share lies between 0 and 1, not {share}")
        super().__init__(expression, share=float(share), **extra)
