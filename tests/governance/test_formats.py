from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from governance.views import formats

NO_DATA = "\u2013"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, NO_DATA),
        (0, "0"),
        (1234567, "1,234,567"),
        (3.0, "3"),
        (2.345, "2.35"),
        (-1234.5, "\u22121,234.50"),
        (Decimal("0.005"), "0.01"),
        (-0.001, "0.00"),
    ],
)
def test_numbers(value, written):
    assert formats.format_number(value) == written


def test_numbers_follow_the_language():
    with translation.override("de"):
        assert formats.format_number(1234.5) == "1.234,50"


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, NO_DATA), (999, "999"), (12_345, "12.3K"), (4_500_000, "4.5M"), (-2_000_000_000, "\u22122.0B")],
)
def test_compact_numbers(value, written):
    assert formats.format_compact(value) == written


def test_shares_are_written_as_percent():
    assert formats.format_percent(0.142) == "14.2\u00a0%"
    assert formats.format_percent(0.9, 0) == "90\u00a0%"
    assert formats.format_percent(None) == NO_DATA
    assert formats.format_points(-0.004) == "\u22120.4 pp"
    assert formats.format_points(0.01) == "+1.0 pp"
    assert formats.format_points(None) == NO_DATA


def test_money_knows_currencies_without_fraction():
    assert formats.format_money(1204.5, "SGD") == "SGD\u00a01,204.50"
    assert formats.format_money(Decimal(1500000), "IDR") == "IDR\u00a01,500,000"
    assert formats.format_money(None, "SGD") == NO_DATA


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (None, NO_DATA),
        (0, "0 s"),
        (40, "40 s"),
        (60, "1 min"),
        (3_661, "1 h 1 min"),
        (86_400 + 60, "1 d"),
        (187_200, "2 d 4 h"),
        (-90, "\u22121 min 30 s"),
    ],
)
def test_lengths_of_time(seconds, written):
    assert formats.format_seconds(seconds) == written
    if seconds is not None:
        assert formats.format_duration(timedelta(seconds=seconds)) == written


def test_no_length_is_a_dash():
    assert formats.format_duration(None) == NO_DATA


@pytest.mark.parametrize(
    ("before", "written"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(seconds=-10), "just now"),
        (timedelta(seconds=50), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=40), "40 d ago"),
        (timedelta(hours=-26), "in 1 d"),
    ],
)
def test_relative_times(before, written):
    assert formats.format_relative(NOW - before, NOW) == written


def test_absolute_times_are_in_the_viewers_zone():
    with timezone.override("Asia/Jakarta"):
        assert formats.format_moment(NOW) == "10 Mar 2026, 19:00 WIB"
    assert formats.format_moment(date(2026, 3, 10)) == "10 Mar 2026"
    assert formats.format_moment(None) == NO_DATA
