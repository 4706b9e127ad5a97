"""Read and write points in time (RFC 3339) and lengths of time (CEL's `1h30m`), to the microsecond."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from policies.rulelang.limits import MAX_DURATION_SECONDS

_TIMESTAMP = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[Tt](?P<time>(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)"
    r"(?:\.(?P<fraction>\d{1,9}))?(?P<zone>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_NUMBER = r"\d{1,18}(?:\.\d{0,9})?|\.\d{1,9}"
_UNIT = "ns|us|ms|s|m|h"
_PIECE = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>{_UNIT})", re.ASCII)
_DURATION = re.compile(rf"(?P<sign>[-+]?)(?P<pieces>(?:(?:{_NUMBER})(?:{_UNIT}))+)|0", re.ASCII)
_MICROSECONDS = {
    "ns": Decimal("0.001"),
    "us": Decimal(1),
    "ms": Decimal(1_000),
    "s": Decimal(1_000_000),
    "m": Decimal(60_000_000),
    "h": Decimal(3_600_000_000),
}
_MAX_DURATION = timedelta(seconds=MAX_DURATION_SECONDS)
MICROSECOND = timedelta(microseconds=1)


def parse_timestamp(text: str) -> datetime:
    """Read a point in time such as `2026-01-31T08:00:00Z` and return it in UTC.

    Digits beyond the microsecond are cut off.

    Raises:
        ValueError: the text is not of this form, or there is no such day.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        message = f"{text[:40]!r} is no point in time; write it as 2026-01-31T08:00:00Z"
        raise ValueError(message)
    fraction = (match["fraction"] or "0")[:6].ljust(6, "0")
    zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
    try:
        moment = datetime.fromisoformat(f"{match['day']}T{match['time']}.{fraction}{zone}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{text[:40]!r} is no point in time: there is no such day between the years 1 and 9999"
        raise ValueError(message) from None


def parse_duration(text: str) -> timedelta:
    """Read a length of time such as `36h`, `1h30m` or `-1.5s`.

    Raises:
        ValueError: the text is not of this form, is finer than a microsecond, or is too long.
    """
    match = _DURATION.fullmatch(text) if len(text) <= 100 else None
    if match is None:
        message = f"{text[:40]!r} is no length of time; write hours, minutes and seconds such as 36h or 1h30m"
        raise ValueError(message)
    total = sum(
        (Decimal(piece["number"]) * _MICROSECONDS[piece["unit"]] for piece in _PIECE.finditer(match["pieces"] or "")),
        start=Decimal(0),
    )
    if total != total.to_integral_value():
        message = f"{text[:40]!r} is finer than a microsecond; write at most microseconds"
        raise ValueError(message)
    if total > MAX_DURATION_SECONDS * 1_000_000:
        message = f"{text[:40]!r} is longer than ten thousand years"
        raise ValueError(message)
    span = timedelta(microseconds=int(total))
    return -span if match["sign"] == "-" else span


def is_duration_in_range(span: timedelta) -> bool:
    """Tell whether a length of time lies within the range of the language."""
    return -_MAX_DURATION <= span <= _MAX_DURATION


def format_timestamp(moment: datetime) -> str:
    """Write a point in time in UTC, with a fraction only when there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def format_duration(span: timedelta) -> str:
    """Write a length of time as `2h5m10.5s`; a zero is `0s`."""
    total = abs(span) // MICROSECOND
    seconds, micros = divmod(total, 1_000_000)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    pieces = [f"{hours}h"] if hours else []
    pieces += [f"{minutes}m"] if minutes else []
    pieces += [f"{seconds}{fraction}s"] if seconds or micros or not total else []
    return ("-" if span < timedelta() else "") + "".join(pieces)
