"""Time several engines in turns, so that what else the machine does falls on all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROUNDS = 5
_SECONDS_A_TURN = 0.08
_LEAST_EVENTS = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """Processor time of one engine, in microseconds per event, one value per round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.rounds)

    def ratio_to(self, other: "Pace") -> float:
        """Return how many times as long as the other it took: the median of the ratios within a round."""
        return statistics.median(a / b for a, b in zip(self.rounds, other.rounds, strict=True))


def time_in_turns(
    engines: Mapping[str, Callable[[Any], object]], events: Sequence[Any], *, scale: float
) -> dict[str, Pace]:
    """Let each engine evaluate a stretch of events per round; a slow one gets fewer of them.

    The stretch is chosen to take about a twelfth of a second, times the scale.
    """
    sizes = {name: _choose_size(evaluate, events, scale) for name, evaluate in engines.items()}
    rounds: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(ROUNDS):
        for name, evaluate in engines.items():
            first = number * 997 % max(1, len(events) - sizes[name])
            rounds[name].append(_run(evaluate, events[first : first + sizes[name]], _passes(sizes[name], events)))
    return {name: Pace(tuple(values)) for name, values in rounds.items()}


def _choose_size(evaluate: Callable[[Any], object], events: Sequence[Any], scale: float) -> int:
    trial = events[:_LEAST_EVENTS]
    _run(evaluate, trial, 1)
    pace = min(_run(evaluate, trial, 1), _run(evaluate, trial, 1))
    return max(_LEAST_EVENTS, min(len(events), round(_SECONDS_A_TURN * scale * 1e6 / max(pace, 0.1))))


def _passes(size: int, events: Sequence[Any]) -> int:
    """Return how often a stretch is gone through: a fast engine that takes all events does so several times."""
    return 3 if size == len(events) else 1


def _run(evaluate: Callable[[Any], object], events: Sequence[Any], passes: int) -> float:
    began = time.process_time()
    for _ in range(passes):
        for event in events:
            evaluate(event)
    return (time.process_time() - began) / (passes * len(events)) * 1e6
