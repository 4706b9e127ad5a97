from hypothesis import given
from hypothesis import strategies as st

from policies.domain.signals import ScorecardSpec, parse_scorecard
from risk.domain.scoring import Scorer

CARD = parse_scorecard(
    {
        "entity_type": "seller",
        "version": 1,
        "effective_from": "2026-01-01",
        "maximum": 1000,
        "bands": [{"name": "low", "starts_at": 0}, {"name": "high", "starts_at": 600}],
        "parts": [
            {
                "signal": "late",
                "null_points": 50,
                "bins": [{"starts_at": 0, "points": 0}, {"starts_at": 0.1, "points": 600}],
            },
            {
                "signal": "bad",
                "null_points": 0,
                "bins": [{"starts_at": 0, "points": 10}, {"starts_at": 0.5, "points": 400}],
            },
        ],
    }
)


def test_a_value_falls_into_the_last_step_that_it_reaches():
    assert isinstance(CARD, ScorecardSpec)
    result = Scorer(CARD).score({"late": 0.1, "bad": 0.49})
    assert (result.value, result.band) == (610, "high")
    assert [(part.signal, part.points) for part in result.contributions] == [("late", 600), ("bad", 10)]


def test_no_data_is_not_zero():
    assert Scorer(CARD).score({"late": None}).value == 50
    assert Scorer(CARD).score({"late": 0.0, "bad": None}).value == 0


@given(st.dictionaries(st.sampled_from(["late", "bad"]), st.none() | st.floats(0, 1)))
def test_contributions_add_up_to_the_score(values):
    result = Scorer(CARD).score(values)
    assert sum(part.points for part in result.contributions) == result.value
    assert 0 <= result.value <= 1000
