"""Times are read as RFC 3339 and CEL write them, to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.rulelang.moments import (
    format_duration,
    format_timestamp,
    parse_duration,
    parse_timestamp,
)

MAX, MIN = 2**63 - 1, -(2**63)
T = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T08:30:00Z", T),
        ("2026-01-31t08:30:00z", T),
        ("2026-01-31T08:30:00.123456789Z", T.replace(microsecond=123456)),
        ("2026-01-31T08:30:00.5+00:00", T.replace(microsecond=500_000)),
        ("2026-02-01T00:00:00+15:30", T),
    ],
)
def test_reading_a_point_in_time(text, moment):
    assert parse_timestamp(text) == moment
    assert parse_timestamp(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026-01-31 08:30:00Z",
        "2026-01-31T08:30:00",
        "2026-01-31T24:00:00Z",
        "2026-01-31T08:30:60Z",
        "2026-02-30T08:30:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "2026-01-31T08:30:00+24:00",
        "٢٠٢٦-01-31T08:30:00Z",
        "2026-01-31T08:30:00Z\n",
        "",
    ],
)
def test_no_point_in_time(text):
    with pytest.raises(ValueError, match="is no point in time"):
        parse_timestamp(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("36h", timedelta(hours=36)),
        ("1h30m", timedelta(minutes=90)),
        ("-1.5s", timedelta(seconds=-1.5)),
        ("+1h", timedelta(hours=1)),
        ("0", timedelta()),
        (".5s", timedelta(milliseconds=500)),
        ("1.s", timedelta(seconds=1)),
        ("1000ns", timedelta(microseconds=1)),
        ("5us7ms", timedelta(microseconds=7005)),
    ],
)
def test_reading_a_length_of_time(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7d", "is no length of time"),
        ("", "is no length of time"),
        ("1h 30m", "is no length of time"),
        ("h", "is no length of time"),
        ("1h" * 100, "is no length of time"),
        ("1ns", "is finer than a microsecond"),
        ("0.0000001s", "is finer than a microsecond"),
        ("999999999999h", "is longer than ten thousand years"),
    ],
)
def test_no_length_of_time(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_duration(text)


def test_writing_times():
    assert format_timestamp(T) == "2026-01-31T08:30:00Z"
    assert format_timestamp(T.replace(microsecond=5)) == "2026-01-31T08:30:00.000005Z"
    for text in ("36h", "1h30m", "-2h5m10.5s", "0s", "1h0.000001s"):
        assert format_duration(parse_duration(text)) == text
