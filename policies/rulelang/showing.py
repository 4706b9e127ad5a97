"""Show values and names of fields to people: shares as percent, times in UTC, names in words."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from policies.rulelang.moments import format_duration, format_timestamp
from policies.rulelang.quoting import quote
from policies.rulelang.record import UNKNOWN
from policies.rulelang.schema import Field
from policies.rulelang.wording import Text, gettext_noop, verbatim

SHARE, COUNT = "share", "count"
_UNITS_NOT_SHOWN = frozenset({"", COUNT, "text", "id"})
_WINDOW = re.compile(r"(?P<name>.+)_(?P<days>\d+)d", re.ASCII)
_SHOWN_ENTRIES = 5
_MOST_PLACES = 6
_SHORT_TEXT = 60


def show_value(value: Any, unit: str = "") -> Text:
    """Show a value of the language, null and unknown included."""
    if value is UNKNOWN:
        return Text(gettext_noop("unknown"))
    if value is None:
        return Text(gettext_noop("no data"))
    if isinstance(value, bool):
        return Text(gettext_noop("true")) if value else Text(gettext_noop("false"))
    if isinstance(value, int | float):
        return verbatim(show_number(value, unit))
    return _show_other(value, unit)


def _show_other(value: Any, unit: str) -> Text:
    if isinstance(value, str):
        return verbatim(quote(value if len(value) <= 200 else f"{value[:199]}…"))
    if isinstance(value, datetime):
        return verbatim(format_timestamp(value))
    if isinstance(value, timedelta):
        return verbatim(format_duration(value))
    entries = sorted(value) if isinstance(value, frozenset) else list(value)
    if not entries:
        return Text(gettext_noop("nothing"))
    shown = ", ".join(str(show_value(entry, unit)) for entry in entries[:_SHOWN_ENTRIES])
    if len(entries) <= _SHOWN_ENTRIES:
        return verbatim(shown)
    more = len(entries) - _SHOWN_ENTRIES
    return Text(gettext_noop("%(shown)s and %(more)s more"), {"shown": shown, "more": more})


def show_measured(value: Any, unit: str = "", limits: Sequence[float] = ()) -> Text:
    """Show a value that was found: a long text by its beginning, a share to one decimal.

    A share gets as many decimals as tell it from the limits that it stands by.
    """
    if isinstance(value, str) and len(value) > _SHORT_TEXT:
        return verbatim(quote(f"{value[: _SHORT_TEXT - 1].rstrip()}…"))
    if unit != SHARE or isinstance(value, bool) or not isinstance(value, int | float):
        return show_value(value, unit)
    percent = value * 100
    for places in range(1, _MOST_PLACES):
        rounded = round(percent, places)
        if (rounded or not percent) and all(_stands_alike(rounded, value, limit) for limit in limits):
            return verbatim(f"{_digits(rounded)} %")
    return show_value(value, unit)


def _stands_alike(percent: float, share: float, limit: float) -> bool:
    """Say whether a rounded per cent lies on the same side of a limit as the share that it stands for."""
    bound = round(limit * 100, 9)
    return (percent > bound, percent < bound) == (share > limit, share < limit)


def show_number(value: float, unit: str = "") -> str:
    """Show a number with its unit; a share as percent."""
    if unit == SHARE:
        return f"{_digits(value * 100)} %"
    return _digits(value) if unit in _UNITS_NOT_SHOWN else f"{_digits(value)} {unit}"


def _digits(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}" if abs(value) < 1e6 else f"{value:.15g}"


def show_field(name: str, field: Field) -> Text:
    """Name a field in words: its label, or words made of its name (`the seller's late rate over 30 days`)."""
    if field.label:
        return verbatim(field.label)
    *roles, last = name.split(".")
    window = _WINDOW.fullmatch(last)
    words: Text = verbatim((window["name"] if window else last).replace("_", " "))
    if window:
        words = Text(gettext_noop("%(name)s over %(days)s days"), {"name": words, "days": window["days"]})
    if not roles:
        return words
    role = " ".join(roles).replace("_", " ")
    return Text(gettext_noop("the %(role)s's %(name)s"), {"role": role, "name": words})
