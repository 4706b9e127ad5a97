"""Put what was counted into words: the result of a backtest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from policies.engines.backtest.request import Grouping, Request
from policies.engines.backtest.tally import Counts, LabelTally, Tally

_MOST_OVERLAPS = 1_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Result:
    """What a backtest counted, in how many seconds, with how much memory in its largest process, in MB."""

    request: Request
    tally: Tally
    seconds: float
    peak_memory_mb: float
    processes: int

    @property
    def rules(self) -> list[str]:
        """Identifiers of the rules in their order."""
        return [rule.id for rule in self.request.program.rules]

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain data; what is told by rule maps the identifier of the rule to a figure."""
        tally = self.tally
        made: dict[str, Any] = {
            "rows": tally.rows,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(tally.rows / self.seconds) if self.seconds else None,
            "peak_memory_mb": round(self.peak_memory_mb, 1),
            "processes": self.processes,
            "rows_skipped": tally.skipped_rows,
            "outcomes": {name: count for name, count in sorted(tally.outcomes.items()) if count},
            "hits": self._by_rule(tally.hits),
        }
        for grouping in self.request.groupings:
            made[f"by_{grouping}"] = self.hits_by(grouping)
        if self.request.sample:
            made["sample"] = dict(zip(self.rules, map(_samples, tally.samples), strict=True))
        if tally.labels is not None:
            made |= self._measures(tally.labels)
        return made

    def hits_by(self, grouping: Grouping) -> dict[str, dict[str, int]]:
        """Return the hits of each rule by day (`2026-01-31`) or by market, only those that are not zero."""
        sums: dict[str, Counts] = {}
        for (day, market), counts in self.tally.groups.items():
            name = _day(day) if grouping is Grouping.DAY else market
            key = "unknown" if name is None else name
            sums[key] = sums.get(key, 0) + counts
        return {
            rule: {name: int(sums[name][place]) for name in sorted(sums) if sums[name][place]}
            for place, rule in enumerate(self.rules)
        }

    def _by_rule(self, counts: Counts) -> dict[str, int]:
        return dict(zip(self.rules, counts.tolist(), strict=True))

    def _measures(self, labels: LabelTally) -> dict[str, Any]:
        """Return how good the rules are by the labels that occur in the events."""
        found = np.count_nonzero(labels.found, axis=1)
        seen = int(np.count_nonzero(labels.seen))
        hits, true = self.tally.hits.tolist(), labels.true.tolist()
        return {
            "precision": {rule: _share(true[place], hits[place]) for place, rule in enumerate(self.rules)},
            "recall": {rule: _share(int(found[place]), seen) for place, rule in enumerate(self.rules)},
            "true_positives": self._by_rule(labels.true),
            "incremental": self._by_rule(labels.alone),
            "recall_by_abuse": {rule: self._recall_by_kind(labels, place) for place, rule in enumerate(self.rules)},
            "overlap": list(self._overlaps()),
            "labels": {
                "given": len(labels.seen),
                "occurring": seen,
                "by_abuse": self._kinds(labels.seen),
                "labelled_events": labels.labelled,
                "all_rules": {
                    "events_hit": labels.hit,
                    "precision": _share(labels.true_hit, labels.hit),
                    "recall": _share(int(np.count_nonzero(labels.found.any(axis=0))), seen),
                    "found": self._kinds(labels.found.any(axis=0)),
                },
            },
        }

    def _recall_by_kind(self, labels: LabelTally, place: int) -> dict[str, float | None]:
        occurring = self._kinds(labels.seen)
        return {kind: _share(count, occurring[kind]) for kind, count in self._kinds(labels.found[place]).items()}

    def _kinds(self, which: Any) -> dict[str, int]:
        kinds = self.request.labels.kinds if self.request.labels is not None else ()
        counts: dict[str, int] = {}
        for number in np.flatnonzero(which).tolist():
            counts[kinds[number]] = counts.get(kinds[number], 0) + 1
        return dict(sorted(counts.items()))

    def _overlaps(self) -> Iterator[dict[str, Any]]:
        """Yield for two rules the events that both hit and their share of those that either hits, largest first."""
        overlap, hits = self.tally.overlap, self.tally.hits
        if overlap is None:
            return
        pairs = [(int(a), int(b)) for a, b in np.argwhere(np.triu(overlap, k=1)).tolist()]
        shares = {(a, b): overlap[a, b] / (hits[a] + hits[b] - overlap[a, b]) for a, b in pairs}
        for a, b in sorted(pairs, key=lambda pair: (-shares[pair], pair))[:_MOST_OVERLAPS]:
            both = int(overlap[a, b])
            yield {"rules": [self.rules[a], self.rules[b]], "hits": both, "share": round(float(shares[a, b]), 6)}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _day(number: int | None) -> str | None:
    return None if number is None else str(_EPOCH + timedelta(days=number))


def _samples(kept: Any) -> list[dict[str, Any]]:
    return [{"id": one.event_id, "file": one.file, "row": one.row} for one in kept]
