"""Looking back from every event at once gives what looking back from each event alone gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.domain.demo.features.history import DAY, History

WINDOW = 3
EVENTS = st.lists(
    st.tuples(
        st.integers(-1, 3),  # owner
        st.integers(0, 8 * DAY // 3_600).map(lambda hours: hours * 3_600),
        st.booleans(),
        st.integers(-1, 3),  # value
    ),
    max_size=40,
).map(lambda rows: sorted(rows, key=lambda row: row[1]))


def unpack(rows):
    owners, times, flags, values = (np.array(column) for column in zip(*rows, strict=True)) if rows else ([],) * 4
    return (
        np.array(owners, dtype=np.int64),
        np.array(times, dtype=np.int64) + 1_800_000_000,
        np.array(flags, dtype=bool),
        np.array(values, dtype=np.int64),
    )


def known_to(row, owners, times):
    """Rows of the same owner up to the moment of this one."""
    if owners[row] < 0:
        return []
    return [other for other in range(len(owners)) if owners[other] == owners[row] and times[other] <= times[row]]


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_counts(rows) -> None:
    owners, times, flags, values = unpack(rows)
    history = History(owners, times)
    ever, windowed = history.count(flags), history.count(flags, WINDOW)
    distinct = history.count_distinct(values)
    for row in range(len(owners)):
        known = known_to(row, owners, times)
        flagged = [other for other in known if flags[other]]
        assert ever[row] == len(flagged)
        assert windowed[row] == sum(times[other] > times[row] - WINDOW * DAY for other in flagged)
        assert distinct[row] == len({int(values[other]) for other in known} - {-1})


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_neighbours(rows) -> None:
    owners, times, flags, _values = unpack(rows)
    history = History(owners, times)
    previous, following = history.find_previous(flags), history.find_next(flags)
    for row in range(len(owners)):
        own = [other for other in range(len(owners)) if owners[row] >= 0 and owners[other] == owners[row]]
        assert previous[row] == max((other for other in own if other < row and flags[other]), default=-1)
        assert following[row] == min((other for other in own if other > row and flags[other]), default=-1)


@settings(max_examples=200, deadline=None)
@given(EVENTS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12 * DAY)), max_size=10))
def test_moments_that_are_no_events(rows, moments) -> None:
    owners, times, _flags, _values = unpack(rows)
    who = np.array([owner for owner, _at in moments], dtype=np.int64)
    when = np.array([at for _owner, at in moments], dtype=np.int64) + 1_800_000_000
    counted = History(owners, times).count_moments(who, when, WINDOW)
    begin = int(times[0]) if len(times) else 0
    for row, owner in enumerate(owners):
        due = [at for name, at in zip(who, when, strict=True) if name == owner and begin <= at <= times[row]]
        assert counted[row] == sum(at > times[row] - WINDOW * DAY for at in due)


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_the_lowest_value_in_force(rows) -> None:
    owners, times, _flags, values = unpack(rows)
    prices = values + 2.0
    lowest = History(owners, times).find_lowest(prices, WINDOW)
    for row in range(len(owners)):
        before = [other for other in range(row) if owners[row] >= 0 and owners[other] == owners[row]]
        within = [other for other in before if times[other] > times[row] - WINDOW * DAY]
        older = [other for other in before if other not in within]
        wanted = [prices[other] for other in [*within, *older[-1:]]]
        assert (np.isnan(lowest[row]) and not wanted) or lowest[row] == min(wanted)


def test_an_event_exactly_a_window_earlier_does_not_count() -> None:
    times = np.array([0, 1, WINDOW * DAY], dtype=np.int64)
    assert History(np.zeros(3, dtype=np.int64), times).count(np.ones(3, dtype=bool), WINDOW).tolist() == [1, 2, 2]


@pytest.mark.parametrize("owners", [[], [-1, -1]])
def test_nothing_to_look_back_at(owners) -> None:
    size = len(owners)
    history = History(np.array(owners, dtype=np.int64), np.arange(size))
    assert history.count(np.ones(size, dtype=bool)).tolist() == [0] * size
    assert history.find_previous(np.ones(size, dtype=bool)).tolist() == [-1] * size
    assert history.find_next(np.ones(size, dtype=bool)).tolist() == [-1] * size
    assert np.isnan(history.find_lowest(np.ones(size), WINDOW)).all()


@pytest.mark.parametrize("size", range(1, 18))
def test_the_lowest_value_of_one_owner_whatever_the_number_of_events(size) -> None:
    prices = np.array([(place * 7) % 5 for place in range(size)], dtype=float)
    lowest = History(np.zeros(size, dtype=np.int64), np.arange(size)).find_lowest(prices, WINDOW)
    assert np.isnan(lowest[0])
    assert lowest[1:].tolist() == [prices[:place].min() for place in range(1, size)]
