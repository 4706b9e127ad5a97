import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from risk.domain.windows import MICROSECONDS_A_DAY, Moments, count_in_windows

DAY = MICROSECONDS_A_DAY
moments = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40 * 4).map(lambda q: q * DAY // 4)), max_size=60)


def as_moments(pairs: list[tuple[int, int]]) -> Moments:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Moments(table[:, 0], table[:, 1])


@given(events=moments, as_of=moments, days=st.integers(1, 30))
def test_counts_equal_a_plain_count(events, as_of, days):
    expected = [
        sum(owner == at_owner and at - days * DAY < time <= at for owner, time in events) for at_owner, at in as_of
    ]
    assert count_in_windows(as_moments(events), as_moments(as_of), days).tolist() == expected


def test_the_edges_of_the_window():
    events = as_moments([(0, 10 * DAY), (0, 5 * DAY), (0, 10 * DAY + 1)])
    assert count_in_windows(events, as_moments([(0, 10 * DAY)]), 5).tolist() == [1]
    assert count_in_windows(events, as_moments([(0, 10 * DAY)]), 6).tolist() == [2]


def test_no_key_overflows_with_many_entities_over_many_years():
    years = 35 * 365 * DAY
    owners = np.arange(7_999, dtype=np.int64)
    events = Moments(np.repeat(owners, 2), np.tile(np.array([0, years], dtype=np.int64), 7_999))
    assert count_in_windows(events, Moments(owners, np.full(7_999, years)), 1).tolist() == [1] * 7_999
