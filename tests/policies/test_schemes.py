"""What a violation costs."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from policies.domain.schemes import RepeatRule, SchemeSpec, parse_scheme, points_for
from policies.domain.severity import Severity, severities_between
from tests.builders.policies import SCHEME


def scheme(**changes: Any) -> SchemeSpec:
    points = {
        "default": {"low": 1, "medium": 4, "high": 12, "critical": 48},
        "policies": {"IP-COUNTERFEIT": {"medium": 6, "high": 24, "critical": 48}},
    }
    repeat = {"within_days": 90, "multipliers": [1, 1.5, 2]}
    found = parse_scheme(SCHEME | {"points": points, "repeat": repeat} | changes)
    assert isinstance(found, SchemeSpec), found
    return found


@pytest.mark.parametrize(
    ("policy", "severity", "prior", "points"),
    [
        ("PERF-LATE", Severity.LOW, 0, 1),
        ("PERF-LATE", Severity.LOW, 1, 2),  # 1.5, halves go up
        ("PERF-LATE", Severity.MEDIUM, 1, 6),
        ("PERF-LATE", Severity.HIGH, 2, 24),
        ("PERF-LATE", Severity.HIGH, 9, 24),  # the last multiplier holds for all beyond
        ("IP-COUNTERFEIT", Severity.MEDIUM, 0, 6),
        ("IP-COUNTERFEIT", Severity.LOW, 0, 1),  # no row of its own: the default
        ("IP-COUNTERFEIT", Severity.HIGH, 2, 48),
        ("IP-COUNTERFEIT", Severity.CRITICAL, 2, 48),  # never more than the scheme has
    ],
)
def test_points(policy: str, severity: Severity, prior: int, points: int) -> None:
    assert points_for(scheme(), policy, severity, prior) == points


def test_halves_go_up_and_not_to_the_even_number() -> None:
    once_half = replace(scheme(), repeat=RepeatRule(90, (Decimal("2.5"),)))
    assert points_for(once_half, "PERF-LATE", Severity.LOW, 0) == 3


def test_depleting_scheme_costs_points_too() -> None:
    health = scheme(direction="deplete", start=200, maximum=1000, milestones=_below(150))
    assert points_for(health, "PERF-LATE", Severity.CRITICAL, 2) == 96


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="prior_violations is -1"):
        points_for(scheme(), "PERF-LATE", Severity.LOW, -1)


def test_severities_between() -> None:
    assert severities_between(Severity.MEDIUM, Severity.HIGH) == (Severity.MEDIUM, Severity.HIGH)
    assert severities_between(Severity.HIGH, Severity.LOW) == ()


def _below(standing: int) -> list[dict[str, Any]]:
    return [{"at": standing, "actions": [{"kind": "campaign_block", "days": 7}]}]
