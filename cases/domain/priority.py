"""In which order cases are worked: severity, P(violation), exposure and age multiplied, each explained."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from policies.domain.rules import OPENS_CASE, SEVEREST_FIRST, Outcome
from policies.domain.severity import Severity

# Harm of one violation in relation to a low one: roughly tripled from step to step.
SEVERITY_WEIGHT: Mapping[Severity, float] = {
    Severity.LOW: 1.0,
    Severity.MEDIUM: 3.0,
    Severity.HIGH: 10.0,
    Severity.CRITICAL: 30.0,
}

# How often a hit is a violation before anything else is known; the outcome says how sure its author was.
# Stated beforehand; the measured precision of each rule takes their place once decisions come back as labels.
PROBABILITY_BY_OUTCOME: Mapping[Outcome, float] = {Outcome.REVIEW: 0.4, Outcome.HOLD: 0.6, Outcome.BLOCK: 0.8}
MOST_PROBABLE = 0.99

# Share of the time allowed that has passed → how much more pressing the case has become.
AGE_STEPS: tuple[tuple[float, float], ...] = ((0.0, 1.0), (0.5, 1.5), (0.8, 2.0), (1.0, 3.0))


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the order of a case rests on: rules that fired (code → severest outcome), score 0-1000, volume.

    `volume` is the largest number of events that one of its signals rests on, 0 when there is none.
    """

    rules: Mapping[str, Outcome]
    score: int | None
    volume: int

    def merged_with(self, other: "Suspicion") -> "Suspicion":
        """Return both together: every rule with its severest outcome, the highest score and volume."""
        rules = dict(self.rules)
        for code, outcome in other.rules.items():
            rules[code] = severer(outcome, rules[code]) if code in rules else outcome
        scores = [score for score in (self.score, other.score) if score is not None]
        return Suspicion(rules, max(scores, default=None), max(self.volume, other.volume))


@dataclass(frozen=True, slots=True)
class Priority:
    """The factors of a case's place in the queue; the value is their product."""

    severity_weight: float
    probability: float
    exposure: float
    age_factor: float

    @property
    def value(self) -> float:
        """Return the product of the factors."""
        return self.severity_weight * self.probability * self.exposure * self.age_factor


def severer(one: Outcome, other: Outcome) -> Outcome:
    """Return the severer of two outcomes."""
    return min(one, other, key=_place)


def _place(outcome: Outcome) -> int:
    return SEVEREST_FIRST.index(outcome) if outcome in SEVEREST_FIRST else len(SEVEREST_FIRST)


def rank_case(suspicion: Suspicion, severity: Severity, age_factor: float) -> Priority:
    """Return the factors of a case's priority."""
    return Priority(
        severity_weight=SEVERITY_WEIGHT[severity],
        probability=probability_of(suspicion),
        exposure=exposure_of(suspicion.volume),
        age_factor=age_factor,
    )


def probability_of(suspicion: Suspicion) -> float:
    """Return P(violation): rules and score as independent witnesses: 1 - product of (1 - p).

    A rule that fired counts with PROBABILITY_BY_OUTCOME, the score with its value ÷ 1000. At most 0.99: nothing
    is certain before somebody has looked.
    """
    doubts = [1 - PROBABILITY_BY_OUTCOME[outcome] for outcome in suspicion.rules.values() if outcome in OPENS_CASE]
    if suspicion.score is not None:
        doubts.append(1 - min(max(suspicion.score, 0), 1000) / 1000)
    return round(min(1 - math.prod(doubts), MOST_PROBABLE), 4)


def exposure_of(volume: int) -> float:
    """Return how far the harm reaches, as orders of magnitude of the volume: 0 → 1, 99 → 3, 9,999 → 5."""
    return round(1 + math.log10(1 + max(volume, 0)), 4)


@dataclass(frozen=True, slots=True)
class Age:
    """How pressing a case is by its age, and when that changes next (None: no more)."""

    factor: float
    changes_at: datetime | None


def age_of(opened_at: datetime, due_at: datetime, now: datetime) -> Age:
    """Return the age factor: 1 when fresh, 1.5 from half, 2 from four fifths of the time allowed, 3 when overdue.

    It moves in steps so that a case is re-ranked three times in its life, whatever the size of the queue.
    """
    allowed = max(due_at - opened_at, timedelta(0))
    factor = AGE_STEPS[0][1]
    for share, later_factor in AGE_STEPS[1:]:
        starts_at = opened_at + allowed * share
        if now < starts_at:
            return Age(factor, starts_at)
        factor = later_factor
    return Age(factor, None)


def parts_form(suspicion: Suspicion, priority: Priority) -> dict[str, Any]:
    """Return the JSON form that is kept with the case: the factors and what they rest on."""
    return {
        "severity_weight": priority.severity_weight,
        "probability": priority.probability,
        "exposure": priority.exposure,
        "age_factor": priority.age_factor,
        "rules": {code: outcome.value for code, outcome in sorted(suspicion.rules.items())},
        "score": suspicion.score,
        "volume": suspicion.volume,
    }


def suspicion_from(parts: Mapping[str, Any]) -> Suspicion:
    """Return what `parts_form` kept."""
    rules = {code: Outcome(outcome) for code, outcome in parts.get("rules", {}).items()}
    return Suspicion(rules, parts.get("score"), parts.get("volume", 0))
