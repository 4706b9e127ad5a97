"""The period that a page looks at, and the one before it to compare with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DEFAULT_DAYS = 30
MOST_DAYS = 400


@dataclass(frozen=True)
class Days:
    """Whole days, both ends included; day borders are in UTC."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """Return how many days there are."""
        return (self.last - self.first).days + 1

    @property
    def starts_at(self) -> datetime:
        """Return the beginning of the first day."""
        return datetime.combine(self.first, time.min, UTC)

    @property
    def ends_at(self) -> datetime:
        """Return the end of the last day, which is not part of it."""
        return datetime.combine(self.last, time.min, UTC) + timedelta(days=1)

    def before(self) -> "Days":
        """Return the period of the same length that ends where this one begins."""
        return Days(self.first - timedelta(days=self.count), self.first - timedelta(days=1))

    def each(self) -> list[date]:
        """Return every day in order."""
        return [self.first + timedelta(days=offset) for offset in range(self.count)]

    def ending(self, last: date) -> "Days":
        """Return the same number of days up to another day."""
        return Days(last - timedelta(days=self.count - 1), last)


def read_days(first: str, last: str, *, today: date) -> Days:
    """Return the days that ISO dates name; what is missing, wrong or too long falls back to the last thirty days.

    A period never ends after today and never has more than MOST_DAYS days: the first day moves.
    """
    end = min(_day(last) or today, today)
    start = _day(first) or end - timedelta(days=DEFAULT_DAYS - 1)
    if start > end:
        start = end - timedelta(days=DEFAULT_DAYS - 1)
    return Days(max(start, end - timedelta(days=MOST_DAYS - 1)), end)


def change(now: float | None, before: float | None) -> float | None:
    """Return the change against before as a share (0.1: ten per cent more); None when it cannot be said."""
    if now is None or not before:
        return None
    return (now - before) / before


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
