"""Look back from every event at the earlier events of the same owner, all at once."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DAY = 86_400


class History:
    """The events of each owner in the order of time.

    `owners` has one key per event, -1 for none, `times` whole seconds, both in the order of time. Results have one
    value per event, 0 or -1 where the event has no owner. An event that occurs in the same second counts as known;
    one exactly a window earlier does not.
    """

    def __init__(self, owners: Ints, times: Ints) -> None:
        """Sort the events by owner and find where each moment ends."""
        self.size = len(owners)
        rows = np.flatnonzero(owners >= 0)
        self._rows = rows[np.argsort(owners[rows], kind="stable")]
        self._owners = owners[self._rows].astype(np.int64)
        self._begin = int(times[0]) if len(times) else 0
        self._stride = int(times[-1]) - self._begin + 2 if len(times) else 2
        self._since = times[self._rows] - self._begin
        self._keys = self._owners * self._stride + self._since
        self._ends = np.searchsorted(self._keys, self._keys, side="right")
        self._firsts = np.searchsorted(self._keys, self._owners * self._stride, side="left")
        self._starts: dict[int, Ints] = {}

    def count(self, flags: Flags, window_days: int | None = None) -> Ints:
        """Count the flagged events of the owner up to each event: in (event - window, event], or ever."""
        running = np.concatenate([[0], np.cumsum(flags[self._rows], dtype=np.int64)])
        starts = self._firsts if window_days is None else self._find_starts(window_days)
        return self._spread(running[self._ends] - running[starts], 0)

    def count_moments(self, owners: Ints, times: Ints, window_days: int) -> Ints:
        """Count, as `count`, moments that are no events themselves, such as deadlines that have passed."""
        since = times - self._begin
        is_within = (since >= 0) & (since < self._stride - 1)
        keys = np.sort((owners * self._stride + since)[is_within])
        low = self._owners * self._stride + np.maximum(self._since - window_days * DAY, -1)
        found = np.searchsorted(keys, self._keys, side="right") - np.searchsorted(keys, low, side="right")
        return self._spread(found.astype(np.int64), 0)

    def count_distinct(self, values: Ints) -> Ints:
        """Count the different values, -1 aside, that the owner has had up to each event."""
        return self.count(self.find_firsts(values))

    def find_firsts(self, values: Ints) -> Flags:
        """Flag the first event of the owner with each value, -1 aside."""
        taken = np.flatnonzero(values[self._rows] >= 0)
        own, value = self._owners[taken], values[self._rows][taken]
        order = np.lexsort((value, own))
        is_new = np.ones(len(order), dtype=np.bool_)
        is_new[1:] = (own[order][1:] != own[order][:-1]) | (value[order][1:] != value[order][:-1])
        flags = np.zeros(self.size, dtype=np.bool_)
        flags[self._rows[taken[order[is_new]]]] = True
        return flags

    def find_previous(self, flags: Flags) -> Ints:
        """Return for each event the row of the owner's last flagged event before it, -1 for none.

        Of events in the same second, the ones before it in the table.
        """
        places = np.arange(len(self._rows))
        last = np.maximum.accumulate(np.where(flags[self._rows], places, -1)) if len(places) else places
        before = np.concatenate([[-1], last[:-1]]) if len(places) else last
        found = np.where(before >= self._firsts, self._rows[before] if len(places) else before, -1)
        return self._spread(found, -1)

    def find_next(self, flags: Flags) -> Ints:
        """Return for each event the row of the owner's first flagged event after it in the table, -1 for none."""
        places = np.arange(len(self._rows))
        if not len(places):
            return np.full(self.size, -1, dtype=np.int64)
        ahead = np.minimum.accumulate(np.where(flags[self._rows], places, len(places))[::-1])[::-1]
        after = np.concatenate([ahead[1:], [len(places)]])
        is_own = (after < len(places)) & (self._owners[np.minimum(after, len(places) - 1)] == self._owners)
        return self._spread(np.where(is_own, self._rows[np.minimum(after, len(places) - 1)], -1), -1)

    def find_lowest(self, values: NDArray[np.float64], window_days: int) -> NDArray[np.float64]:
        """Return the lowest value in force in the window before each event, itself aside; NaN for none.

        A value is in force until the owner's next one, so that the last one before the window counts too.
        """
        places = np.arange(len(self._rows))
        starts = np.maximum(self._find_starts(window_days) - 1, self._firsts)
        lengths = places - starts
        lowest = np.full(len(places), np.nan)
        level, table = 0, values[self._rows]
        while len(places) and (1 << level) <= int(lengths.max()):
            width = 1 << level
            chosen = np.flatnonzero((lengths >= width) & (lengths < 2 * width))
            lowest[chosen] = np.fmin(table[starts[chosen]], table[places[chosen] - width])
            table = np.fmin(table[: max(len(table) - width, 0)], table[width:])
            level += 1
        result = np.full(self.size, np.nan)
        result[self._rows] = lowest
        return result

    def _find_starts(self, window_days: int) -> Ints:
        if window_days not in self._starts:
            low = self._owners * self._stride + np.maximum(self._since - window_days * DAY, -1)
            self._starts[window_days] = np.searchsorted(self._keys, low, side="right")
        return self._starts[window_days]

    def _spread(self, values: Ints, filling: int) -> Ints:
        result = np.full(self.size, filling, dtype=np.int64)
        result[self._rows] = values
        return result
