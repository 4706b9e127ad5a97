from datetime import UTC, date, datetime

import pytest

from dashboards.domain.periods import MOST_DAYS, Days, change, read_days

TODAY = date(2026, 11, 22)


def test_without_dates_it_is_the_last_thirty_days():
    days = read_days("", "", today=TODAY)
    assert (days.first, days.last, days.count) == (date(2026, 10, 24), TODAY, 30)


def test_the_named_days_are_taken():
    assert read_days("2026-11-01", "2026-11-07", today=TODAY) == Days(date(2026, 11, 1), date(2026, 11, 7))


@pytest.mark.parametrize(("first", "last"), [("nonsense", "2026-13-40"), ("2026-12-01", ""), ("", "2027-01-01")])
def test_what_cannot_be_falls_back(first: str, last: str):
    assert read_days(first, last, today=TODAY) == read_days("", "", today=TODAY)


def test_a_period_is_bounded():
    assert read_days("2000-01-01", "", today=TODAY).count == MOST_DAYS


def test_the_period_before_has_the_same_length_and_touches():
    days = Days(date(2026, 11, 1), date(2026, 11, 7))
    assert days.before() == Days(date(2026, 10, 25), date(2026, 10, 31))
    assert days.starts_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert days.ends_at == datetime(2026, 11, 8, tzinfo=UTC)
    assert days.each()[0] == days.first
    assert days.each()[-1] == days.last
    assert days.ending(date(2018, 8, 31)) == Days(date(2018, 8, 25), date(2018, 8, 31))


@pytest.mark.parametrize(("now", "before", "share"), [(110, 100, 0.1), (0, 50, -1.0), (5, 0, None), (None, 5, None)])
def test_a_change_is_a_share_of_before_or_nothing(now, before, share):
    assert change(now, before) == share
