"""Turn the values of a pack back into the plain form of its files, ready for JSON."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum

from policies.domain.signals import RateDefinition


def to_form(value: object) -> object:
    """Return texts, numbers, lists and mappings that the matching `parse_…` function reads back as `value`.

    Exact decimals become int or float, dates ISO texts, and an empty `markets` the word "all".
    """
    if isinstance(value, RateDefinition):
        return {"rate": {"numerator": to_form(value.numerator), "denominator": to_form(value.denominator)}}
    if is_dataclass(value):
        form = {field.name: to_form(getattr(value, field.name)) for field in fields(value)}
        return form | {"markets": "all"} if form.get("markets") == [] else form
    if isinstance(value, Mapping):
        return {str(key): to_form(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [to_form(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return _to_scalar(value)


def _to_scalar(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, dt.date) else value
