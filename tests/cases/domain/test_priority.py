import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.domain.priority import (
    AGE_STEPS,
    Suspicion,
    age_of,
    exposure_of,
    parts_form,
    probability_of,
    rank_case,
    suspicion_from,
)
from cases.domain.sla import due_at
from policies.domain.rules import Outcome
from policies.domain.severity import Severity

OPENED = datetime(2026, 3, 1, tzinfo=UTC)
SUSPICIONS = st.builds(
    Suspicion,
    rules=st.dictionaries(st.text("ABC", min_size=1, max_size=2), st.sampled_from(list(Outcome)), max_size=4),
    score=st.one_of(st.none(), st.integers(0, 1000)),
    volume=st.integers(0, 100_000),
)


def test_the_value_is_the_product_of_its_parts():
    rank = rank_case(Suspicion({"R1": Outcome.REVIEW}, 500, 99), Severity.HIGH, 1.5)
    assert (rank.severity_weight, rank.probability, rank.exposure, rank.age_factor) == (10.0, 0.7, 3.0, 1.5)
    assert rank.value == pytest.approx(31.5)


def test_rules_and_score_are_independent_witnesses():
    assert probability_of(Suspicion({}, None, 0)) == 0
    assert probability_of(Suspicion({"R1": Outcome.REVIEW}, None, 0)) == 0.4
    assert probability_of(Suspicion({"R1": Outcome.REVIEW, "R2": Outcome.HOLD}, None, 0)) == 0.76
    assert probability_of(Suspicion({"R1": Outcome.LABEL}, None, 0)) == 0
    assert probability_of(Suspicion({"R1": Outcome.BLOCK}, 1000, 0)) == 0.99


@pytest.mark.parametrize(("volume", "exposure"), [(-3, 1), (0, 1), (9, 2), (99, 3), (9_999, 5)])
def test_exposure_counts_orders_of_magnitude(volume: int, exposure: float):
    assert exposure_of(volume) == exposure


@given(one=SUSPICIONS, other=SUSPICIONS)
def test_more_evidence_never_makes_a_case_less_pressing(one: Suspicion, other: Suspicion):
    merged = one.merged_with(other)
    assert merged == other.merged_with(one)
    for part in (one, other):
        assert probability_of(merged) >= probability_of(part)
        assert rank_case(merged, Severity.LOW, 1).value >= rank_case(part, Severity.LOW, 1).value


@given(suspicion=SUSPICIONS, severity=st.sampled_from(list(Severity)), age=st.sampled_from([1.0, 1.5, 2.0, 3.0]))
def test_the_kept_form_gives_the_suspicion_back(suspicion: Suspicion, severity: Severity, age: float):
    rank = rank_case(suspicion, severity, age)
    parts = parts_form(suspicion, rank)
    assert suspicion_from(parts) == suspicion
    factors = (parts["severity_weight"], parts["probability"], parts["exposure"], parts["age_factor"])
    assert math.prod(factors) == pytest.approx(rank.value)


def test_age_moves_in_steps_and_says_when_the_next_one_is():
    due = due_at(OPENED, {"high": 10}, Severity.HIGH)
    assert due == OPENED + timedelta(hours=10)
    now, seen = OPENED, []
    while now is not None:
        age = age_of(OPENED, due, now)
        seen.append((now - OPENED, age.factor))
        now = age.changes_at
    assert seen == [(share * (due - OPENED), factor) for share, factor in AGE_STEPS]
    assert age_of(OPENED, due, OPENED + timedelta(hours=4.99)).factor == 1


def test_a_queue_without_hours_for_a_severity_falls_back():
    assert due_at(OPENED, {}, Severity.CRITICAL) == OPENED + timedelta(hours=4)
