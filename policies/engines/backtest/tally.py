"""Count what rules hit: plain sums, so that the parts of several processes add up to the same, however cut."""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from policies.engines.backtest.reading import Groups
from policies.engines.columnar.vectors import Mask
from policies.engines.errors import DataError

Counts: TypeAlias = NDArray[np.int64]
Key: TypeAlias = tuple[int | None, str | None]

MOST_GROUPS = 20_000
MOST_OVERLAPPING_RULES = 300
"""Up to this many rules, events that two of them hit are counted: the work grows with the square."""

_MOST_FOUND = 200_000_000
_MOST_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, order=True)
class SampleHit:
    """One hit of a rule. `draw` is a number that depends on file and row only: the lowest ones are kept."""

    draw: int
    file: str
    row: int
    event_id: str | None = None


@dataclass
class LabelTally:
    """What rules found of what was to be found.

    `true` and `alone` count events by rule: labelled ones, and those that no other rule hits. `found[rule]`
    says which labels a rule found, `seen` which occur in the events at all. `labelled` counts events.
    """

    true: Counts
    alone: Counts
    found: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    labelled: int = 0
    hit: int = 0
    """Events that any rule hits."""
    true_hit: int = 0
    """Labelled events that any rule hits."""

    @classmethod
    def empty(cls, rules: int, labels: int) -> "LabelTally":
        """Return the tally of nothing.

        Raises:
            DataError: there are more rules and labels than memory can hold.
        """
        if rules * labels > _MOST_FOUND:
            raise DataError(f"{rules} rules and {labels} labels are too many at once; run fewer rules")
        return cls(
            np.zeros(rules, np.int64),
            np.zeros(rules, np.int64),
            np.zeros((rules, labels), np.bool_),
            np.zeros(labels, np.bool_),
        )

    def add(self, other: "LabelTally") -> None:
        """Add what another part counted."""
        self.true += other.true
        self.alone += other.alone
        self.found |= other.found
        self.seen |= other.seen
        self.labelled += other.labelled
        self.hit += other.hit
        self.true_hit += other.true_hit


@dataclass
class Tally:
    """What was counted in some rows. `rows` were asked of the rules, or skipped as none can hit there."""

    hits: Counts
    sample_size: int
    rows: int = 0
    skipped_rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    groups: dict[Key, Counts] = field(default_factory=dict)
    samples: list[list[SampleHit]] = field(default_factory=list)
    labels: LabelTally | None = None
    overlap: Counts | None = None

    @classmethod
    def empty(cls, rules: int, sample_size: int) -> "Tally":
        """Return the tally of nothing."""
        return cls(np.zeros(rules, np.int64), sample_size, samples=[[] for _ in range(rules)])

    def add(self, other: "Tally") -> None:
        """Add what another part counted."""
        self.hits += other.hits
        self.rows += other.rows
        self.skipped_rows += other.skipped_rows
        self.outcomes.update(other.outcomes)
        for key, counts in other.groups.items():
            self._group(key)[:] += counts
        for mine, theirs in zip(self.samples, other.samples, strict=True):
            mine[:] = heapq.nsmallest(self.sample_size, [*mine, *theirs])
        if other.labels is not None:
            if self.labels is None:
                self.labels = LabelTally.empty(*other.labels.found.shape)
            self.labels.add(other.labels)
        if other.overlap is not None:
            self.overlap = other.overlap if self.overlap is None else self.overlap + other.overlap

    def counts_by_key(self, groups: Groups) -> Counts | None:
        """Return a table of zeros, rules by keys, to count a batch in; None where it would be too large."""
        cells = len(self.hits) * len(groups.keys)
        return np.zeros((len(self.hits), len(groups.keys)), np.int64) if cells <= _MOST_CELLS else None

    def add_counts(self, groups: Groups, counts: Counts) -> None:
        """Add a table of `counts_by_key`."""
        for code in np.flatnonzero(counts.any(axis=0)).tolist():
            self._group(groups.keys[code])[:] += counts[:, code]

    def count_hits(self, rule: int, mask: Mask, groups: Groups, counts: Counts | None = None) -> None:
        """Count the rows that a rule hits; by day and market in the table, if there is one."""
        count = int(np.count_nonzero(mask))
        if not count:
            return
        self.hits[rule] += count
        if groups.codes is None:
            if groups.keys != ((None, None),):
                self._group(groups.keys[0])[rule] += count
            return
        if groups.runs is not None:
            for first, end, code in groups.runs:
                self._group(groups.keys[code])[rule] += np.count_nonzero(mask[first:end])
            return
        by_code = np.bincount(groups.codes[np.flatnonzero(mask)], minlength=len(groups.keys))
        if counts is not None:
            counts[rule] = by_code
            return
        for code in np.flatnonzero(by_code).tolist():
            self._group(groups.keys[code])[rule] += by_code[code]

    def count_labels(self, masks: list[Mask], rows: Any, numbers: Any, how_many: Counts) -> None:
        """Count what rules found: `rows` and `numbers` pair events with labels, `how_many` rules hit each event."""
        if self.labels is None:
            return
        self.labels.seen[numbers] = True
        is_labelled = np.zeros(len(how_many), np.bool_)
        is_labelled[rows] = True
        self.labels.labelled += int(np.count_nonzero(is_labelled))
        self.labels.hit += int(np.count_nonzero(how_many))
        self.labels.true_hit += int(np.count_nonzero(how_many[is_labelled]))
        is_alone = is_labelled & (how_many == 1)
        for rule, mask in enumerate(masks):
            true = int(np.count_nonzero(mask & is_labelled))
            if true:
                self.labels.true[rule] += true
                self.labels.alone[rule] += int(np.count_nonzero(mask & is_alone))
                self.labels.found[rule, numbers[mask[rows]]] = True

    def count_overlap(self, masks: list[Mask], how_many: Counts) -> None:
        """Count the events that two rules hit, for each two rules; the first of the two is the row of the table."""
        if self.overlap is None or not (how_many > 1).any():
            return
        # As bits, 64 events to the word: a product of matrices would start threads in every process.
        packed = np.zeros((len(masks), -(-len(how_many) // 64) * 8), np.uint8)
        for place, mask in enumerate(masks):
            packed[place, : -(-len(mask) // 8)] = np.packbits(mask)
        words = packed.view(np.uint64)
        for place in range(len(masks) - 1):
            both = np.bitwise_count(words[place] & words[place + 1 :])
            self.overlap[place, place + 1 :] += both.sum(axis=1, dtype=np.int64)

    def _group(self, key: Key) -> Counts:
        found = self.groups.get(key)
        if found is None:
            if len(self.groups) >= MOST_GROUPS:
                raise DataError(f"there are more than {MOST_GROUPS} days and markets; group by fewer")
            found = self.groups[key] = np.zeros(len(self.hits), np.int64)
        return found
