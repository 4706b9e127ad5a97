"""Write numbers, money and times for people, in the viewer's language; "no data" is a dash, never 0."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from datetime import timedelta

Number = int | float | Decimal | None

NO_DATA: Final = "\u2013"
MINUS: Final = "\u2212"
# Currencies whose amounts are written without a fraction in the markets that use them.
_WHOLE_CURRENCIES: Final = frozenset({"CLP", "COP", "IDR", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"})
_STEPS: Final = (("d", 86_400), ("h", 3_600), ("min", 60))
_COMPACT: Final = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))
_NOW_SECONDS: Final = 45
_RELATIVE_WORDS: Final = {
    "time.now": gettext_noop("just now"),
    "time.ago": gettext_noop("{amount} ago"),
    "time.in": gettext_noop("in {amount}"),
    "time.d": gettext_noop("{n} d"),
    "time.h": gettext_noop("{n} h"),
    "time.min": gettext_noop("{n} min"),
    "time.s": gettext_noop("{n} s"),
}


def format_number(value: Number, places: int | None = None) -> str:
    """Write a number with grouped digits; places None keeps whole numbers whole and gives others up to 2."""
    if value is None:
        return NO_DATA
    if places is None:
        places = 0 if value == int(value) else 2
    quantum = Decimal(1).scaleb(-places)
    rounded = Decimal(str(value)).quantize(quantum, rounding=ROUND_HALF_UP)
    written = formats.number_format(abs(rounded), decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{MINUS}{written}" if rounded < 0 else written


def format_compact(value: Number) -> str:
    """Write a large number short: 12.3K, 4.5M."""
    if value is None:
        return NO_DATA
    exact = Decimal(str(value))
    for size, suffix in _COMPACT:
        if abs(exact) >= size:
            return f"{format_number(exact / size, 1)}{suffix}"
    return format_number(value)


def format_percent(value: Number, places: int = 1) -> str:
    """Write a share (0.142) as a percentage (14.2 %), as rules and notices do."""
    return NO_DATA if value is None else f"{format_number(Decimal(str(value)) * 100, places)}\u00a0%"


def format_points(value: Number, places: int = 1) -> str:
    """Write the difference of two shares in percentage points, with its sign."""
    if value is None:
        return NO_DATA
    written = format_number(Decimal(str(value)) * 100, places)
    return _("%(value)s pp") % {"value": written if value < 0 else f"+{written}"}


def format_money(amount: Number, currency: str) -> str:
    """Write an amount with its ISO 4217 code before it: SGD 1,204.50."""
    if amount is None:
        return NO_DATA
    return f"{currency}\u00a0{format_number(amount, 0 if currency in _WHOLE_CURRENCIES else 2)}"


def format_seconds(seconds: Number) -> str:
    """Write a length of time in its two largest units: 2 d 4 h, 12 min, 40 s."""
    if seconds is None:
        return NO_DATA
    rest = round(abs(Decimal(str(seconds))))
    parts: list[str] = []
    for unit, size in (*_STEPS, ("s", 1)):
        count, rest = divmod(rest, size)
        if count and len(parts) < 2:
            parts.append(_amount(unit, count))
        elif parts:
            break
    written = " ".join(parts) or _amount("s", 0)
    return f"{MINUS}{written}" if seconds < 0 else written


def format_duration(length: timedelta | None) -> str:
    """Write a timedelta like `format_seconds`."""
    return NO_DATA if length is None else format_seconds(length.total_seconds())


def format_relative(moment: datetime, now: datetime | None = None) -> str:
    """Write how long ago or how far ahead a moment is: 3 h ago, in 2 d. The browser uses the same words."""
    seconds = round(((now or timezone.now()) - moment).total_seconds())
    distance = abs(seconds)
    if distance < _NOW_SECONDS:
        return _(_RELATIVE_WORDS["time.now"])
    unit, size = next(((unit, size) for unit, size in _STEPS if distance >= size), _STEPS[-1])
    amount = _amount(unit, max(1, distance // size))
    pattern = _(_RELATIVE_WORDS["time.ago" if seconds >= 0 else "time.in"])
    return pattern.replace("{amount}", amount)


def format_moment(moment: datetime | date | None) -> str:
    """Write a moment in the current time zone with its zone's name, a date without."""
    if moment is None:
        return NO_DATA
    if not isinstance(moment, datetime):
        return formats.date_format(moment, "DATE_FORMAT")
    local = timezone.localtime(moment)
    return f"{formats.date_format(local, 'DATE_FORMAT')}, {local:%H:%M} {local.tzname()}"


def relative_words() -> dict[str, str]:
    """Return the words of relative times, shared with the browser; {n} and {amount} are filled in."""
    return {key: _(words) for key, words in _RELATIVE_WORDS.items()}


def _amount(unit: str, count: int) -> str:
    return _(_RELATIVE_WORDS[f"time.{unit}"]).replace("{n}", str(count))
