import pytest

from cases.domain.facts import FACTS
from cases.domain.lifecycle import OPEN_STATES, STEPS, CaseState, check_step
from governance.domain.errors import Conflict


@pytest.mark.parametrize("before", list(CaseState))
@pytest.mark.parametrize("after", list(CaseState))
def test_a_case_takes_only_the_steps_of_its_life(before: CaseState, after: CaseState):
    if after in STEPS[before]:
        check_step(before, after)
    else:
        with pytest.raises(Conflict, match=before):
            check_step(before, after)


def test_an_open_case_can_be_decided_by_its_reviewer_and_a_decided_one_is_not_open():
    assert CaseState.DECIDED in STEPS[CaseState.IN_REVIEW]
    assert CaseState.DECIDED not in OPEN_STATES


def test_facts_are_past_tense_and_named_once():
    assert len(set(FACTS)) == len(FACTS)
    assert all(name.endswith(("ed", "made", "held")) for name in FACTS)
