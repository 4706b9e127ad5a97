import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.domain.lifecycle import SANCTION_STEPS, SanctionState, check_sanction_step
from cases.domain.sanctions import NO_RESTRICTIONS, SANCTION_KINDS, Feature, restrictions_of
from cases.domain.wording import WORDINGS
from governance.domain.errors import Conflict
from policies.domain.schemes import MilestoneActionKind

KINDS = st.sampled_from(list(MilestoneActionKind))


def test_every_kind_of_the_schemes_is_known_and_named_in_every_language():
    assert set(SANCTION_KINDS) == set(MilestoneActionKind)
    for locale, wording in WORDINGS.items():
        assert set(wording.kinds) == set(MilestoneActionKind), locale
        assert len(wording.months) == 12


def test_severe_kinds_need_a_second_person():
    severe = {kind for kind, entry in SANCTION_KINDS.items() if entry.is_severe}
    assert severe == {
        MilestoneActionKind.SHOP_SUSPENSION,
        MilestoneActionKind.SHOP_TERMINATION,
        MilestoneActionKind.LEGAL_REFERRAL,
    }


@given(steps=st.lists(st.tuples(KINDS, st.one_of(st.none(), st.integers(0, 9))), max_size=20))
def test_in_any_order_what_is_lifted_leaves_exactly_what_was_not(steps):
    carried, in_force = NO_RESTRICTIONS, []
    for kind, target in steps:
        if target is not None and in_force:
            carried = SANCTION_KINDS[in_force[target % len(in_force)]].reverse(carried)
            in_force.pop(target % len(in_force))
        else:
            carried = SANCTION_KINDS[kind].apply(carried)
            in_force.append(kind)
        assert carried == restrictions_of(in_force)


def test_lifting_one_of_two_leaves_the_other():
    kind = SANCTION_KINDS[MilestoneActionKind.CAMPAIGN_BLOCK]
    assert kind.reverse(kind.apply(kind.apply({}))) == {Feature.CAMPAIGNS: 1}


def test_nothing_is_lifted_that_was_not_put_on():
    with pytest.raises(ValueError, match="campaigns"):
        SANCTION_KINDS[MilestoneActionKind.CAMPAIGN_BLOCK].reverse({})


@pytest.mark.parametrize("before", list(SanctionState))
@pytest.mark.parametrize("after", list(SanctionState))
def test_a_sanction_takes_only_the_steps_of_its_life(before: SanctionState, after: SanctionState):
    if after in SANCTION_STEPS[before]:
        check_sanction_step(before, after)
    else:
        with pytest.raises(Conflict, match=before):
            check_sanction_step(before, after)
