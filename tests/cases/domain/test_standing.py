from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.domain.ledger import LedgerLine, adjustments_due, balance_of, cost_of
from cases.domain.lifecycle import LedgerKind
from cases.domain.milestones import newly_crossed, sanctions_due, sanctions_of
from cases.domain.planning import violation_line
from cases.domain.standing import Expiry, Zone, standing_at
from policies.domain.schemes import Milestone, MilestoneAction, MilestoneActionKind, SchemeSpec
from policies.domain.severity import Severity
from tests.cases.domain.schemes import accumulate, deplete

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCHEMES = st.sampled_from([accumulate(), deplete(), accumulate(no_expiry_from=None), accumulate(no_expiry_from=24)])


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def violate(
    lines: list[LedgerLine], spec: SchemeSpec, severity: Severity, at: datetime, policy: str = "OTHER"
) -> LedgerLine:
    line = violation_line(lines, spec, policy, severity, at)
    lines.append(replace(line, decision_id=line.id))
    return lines[-1]


def reverse(lines: list[LedgerLine], entry: LedgerLine, at: datetime) -> None:
    """Take an entry back as the ledger does: a reversal, then what repeats cost without it."""
    number = max(line.id for line in lines) + 1
    back = replace(
        entry, id=number, kind=LedgerKind.REVERSAL, points=-balance_of(lines, entry), at=at, reverses_id=entry.id
    )
    lines.append(back)
    for adjustment in adjustments_due(lines):
        number += 1
        lines.append(replace(adjustment.line, id=number, kind=LedgerKind.ADJUSTMENT, points=adjustment.points, at=at))


def test_violations_add_up_and_expire_to_the_day():
    spec, lines = accumulate(), []
    violate(lines, spec, Severity.MEDIUM, day(0))
    violate(lines, spec, Severity.HIGH, day(10), policy="SECOND")
    standing = standing_at(lines, spec, day(10))
    assert (standing.value, standing.points, standing.zone) == (16, 16, Zone.RESTRICTED)
    assert (standing.reached, standing.next_milestone, standing.distance) == ((12,), 24, 8)
    assert standing.next_expiry == Expiry(4, day(90))
    assert standing.violations_by_policy == {"OTHER": 1, "SECOND": 1}
    assert standing_at(lines, spec, day(90) - timedelta(seconds=1)).value == 16
    assert standing_at(lines, spec, day(90)).value == 12
    gone = standing_at(lines, spec, day(100))
    assert (gone.value, gone.zone, gone.next_expiry) == (0, Zone.GOOD, None)


def test_a_depleting_scheme_falls_from_its_start_and_comes_back():
    spec, lines = deplete(), []
    violate(lines, spec, Severity.HIGH, day(0))
    standing = standing_at(lines, spec, day(0))
    assert (standing.value, standing.points, standing.reached, standing.distance) == (150, 50, (150,), 50)
    assert standing_at(lines, spec, day(180)).value == 200


def test_the_value_stays_on_the_scale_though_more_is_owed():
    spec, lines = accumulate(no_expiry_from=None), []
    violate(lines, spec, Severity.CRITICAL, day(0))
    violate(lines, spec, Severity.CRITICAL, day(1))
    assert standing_at(lines, spec, day(1)).value == 48
    assert standing_at(lines, spec, day(90)).value == 48
    assert standing_at(lines, spec, day(91)).value == 0


def test_at_the_cap_nothing_expires_any_more():
    spec, lines = accumulate(), []
    violate(lines, spec, Severity.CRITICAL, day(0))
    violate(lines, spec, Severity.LOW, day(50))
    standing = standing_at(lines, spec, day(1000))
    assert (standing.value, standing.points, standing.zone) == (48, 50, Zone.FINAL)
    assert (standing.is_expiry_stopped, standing.next_expiry, standing.next_milestone) == (True, None, None)


def test_expiry_runs_again_once_what_led_to_the_cap_is_reversed():
    spec, lines = accumulate(), []
    first = violate(lines, spec, Severity.MEDIUM, day(0))
    worst = violate(lines, spec, Severity.CRITICAL, day(1), policy="WORST")
    assert standing_at(lines, spec, day(200)).value == 48
    reverse(lines, worst, day(201))
    assert standing_at(lines, spec, day(201)).value == 0
    assert standing_at(lines, spec, first.at).value == 4


@pytest.mark.parametrize(
    ("severities", "zone"),
    [
        ([], Zone.GOOD),
        ([Severity.LOW], Zone.NOTED),
        ([Severity.MEDIUM, Severity.LOW, Severity.LOW], Zone.AT_RISK),
        ([Severity.HIGH], Zone.RESTRICTED),
        ([Severity.CRITICAL], Zone.FINAL),
    ],
)
def test_zones_are_called_by_the_way_to_the_next_milestone(severities: list[Severity], zone: Zone):
    spec, lines = accumulate(), []
    for number, severity in enumerate(severities):
        violate(lines, spec, severity, day(number), policy=f"P{number}")
    if zone is Zone.AT_RISK:
        violate(lines, spec, Severity.LOW, day(9), policy="P9")
    assert standing_at(lines, spec, day(10)).zone is zone


def test_a_reward_counts_the_other_way():
    spec, lines = deplete(), []
    violate(lines, spec, Severity.HIGH, day(0))
    lines.append(replace(lines[0], id=7, kind=LedgerKind.REWARD, points=20, decision_id=None, at=day(1)))
    standing = standing_at(lines, spec, day(1))
    assert (standing.value, standing.points, standing.violations_by_policy) == (170, 50, {"OTHER": 1})
    assert not adjustments_due(lines)


def test_repeats_cost_more_and_a_reversal_takes_the_surcharge_back():
    spec, lines = accumulate(), []
    first = violate(lines, spec, Severity.MEDIUM, day(0))
    second = violate(lines, spec, Severity.MEDIUM, day(1))
    third = violate(lines, spec, Severity.MEDIUM, day(2))
    assert [first.points, second.points, third.points] == [4, 6, 8]
    assert not adjustments_due(lines)
    reverse(lines, first, day(3))
    assert standing_at(lines, spec, day(3)).value == 4 + 6
    reverse(lines, second, day(4))
    assert standing_at(lines, spec, day(4)).value == 4
    reverse(lines, third, day(5))
    assert standing_at(lines, spec, day(5)).value == 0
    assert sum(line.points for line in lines) == 0


def test_only_violations_within_the_window_are_repeats():
    spec, lines = accumulate(), []
    violate(lines, spec, Severity.MEDIUM, day(0))
    assert cost_of(lines, spec, "OTHER", Severity.MEDIUM, day(90)) == 6
    assert cost_of(lines, spec, "OTHER", Severity.MEDIUM, day(90.01)) == 4
    assert cost_of(lines, spec, "ANOTHER", Severity.MEDIUM, day(1)) == 4


@given(spec=SCHEMES, values=st.lists(st.integers(-50, 1100), min_size=2, max_size=12))
def test_a_way_crosses_each_milestone_that_lies_between_its_ends_exactly_once(spec: SchemeSpec, values: list[int]):
    is_up = spec.direction == "accumulate"
    way = sorted(values, reverse=not is_up)
    steps = [milestone.at for before, after in pairwise(way) for milestone in newly_crossed(spec, before, after)]
    between = [
        milestone.at
        for milestone in spec.milestones
        if (way[0] < milestone.at <= way[-1] if is_up else way[-1] <= milestone.at < way[0])
    ]
    assert steps == between
    assert not [found for before, after in pairwise(reversed(way)) for found in newly_crossed(spec, before, after)]


def test_of_several_milestones_at_once_the_longest_sanction_of_each_kind_is_taken():
    spec = accumulate()
    due = sanctions_of(newly_crossed(spec, 0, 24), 5, day(0))
    assert {(sanction.kind, sanction.milestone, sanction.ends_at) for sanction in due} == {
        (MilestoneActionKind.CAMPAIGN_BLOCK, 24, day(14)),
        (MilestoneActionKind.SUBSIDY_BLOCK, 12, day(7)),
        (MilestoneActionKind.LISTING_CREATE_BLOCK, 24, day(14)),
    }


def test_a_milestone_that_points_fell_back_from_is_crossed_again():
    spec, lines = accumulate(), []
    violate(lines, spec, Severity.HIGH, day(0), policy="A")
    violate(lines, spec, Severity.HIGH, day(100), policy="A")
    assert [(sanction.decision_id, sanction.milestone) for sanction in sanctions_due(lines)] == [
        (1, 12),
        (1, 12),
        (2, 12),
        (2, 12),
    ]


def test_reversing_the_first_moves_later_milestones_to_what_they_would_have_been():
    spec, lines = accumulate(), []
    first = violate(lines, spec, Severity.HIGH, day(0), policy="A")
    violate(lines, spec, Severity.HIGH, day(1), policy="B")
    assert {sanction.milestone for sanction in sanctions_due(lines) if sanction.decision_id == 2} == {24}
    reverse(lines, first, day(2))
    assert {(sanction.decision_id, sanction.milestone) for sanction in sanctions_due(lines)} == {(2, 12)}


def test_what_was_written_later_does_not_count_before_its_time():
    spec, lines = accumulate(), []
    violate(lines, spec, Severity.MEDIUM, day(0))
    violate(lines, spec, Severity.HIGH, day(10))
    assert standing_at(lines, spec, day(5)).value == 4


def test_points_without_an_end_stay():
    spec, lines = accumulate(), []
    violate(lines, spec, Severity.MEDIUM, day(0))
    lines[0] = replace(lines[0], expires_at=None)
    standing = standing_at(lines, spec, day(2000))
    assert (standing.value, standing.next_expiry) == (4, None)


def test_a_violation_that_no_decision_stands_behind_brings_no_sanction():
    spec, lines = accumulate(), []
    violate(lines, spec, Severity.HIGH, day(0))
    assert sanctions_due(lines)
    assert not sanctions_due([replace(lines[0], decision_id=None)])


def test_the_first_of_two_milestones_keeps_its_sanction_when_it_is_longer():
    longer = Milestone(12, (MilestoneAction(MilestoneActionKind.CAMPAIGN_BLOCK, None),))
    spec = accumulate(milestones=(longer, *accumulate().milestones[1:]))
    due = {sanction.kind: sanction for sanction in sanctions_of(newly_crossed(spec, 0, 24), 5, day(0))}
    assert due[MilestoneActionKind.CAMPAIGN_BLOCK].ends_at is None
    assert due[MilestoneActionKind.CAMPAIGN_BLOCK].milestone == 12


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["PERF-LATE", "OTHER"]),
        st.sampled_from(list(Severity)),
        st.floats(0.1, 60, allow_nan=False),
        st.one_of(st.none(), st.integers(0, 11)),
    ),
    min_size=1,
    max_size=12,
)


@given(spec=SCHEMES, steps=STEPS)
def test_after_any_decisions_and_reversals_all_is_as_if_the_reversed_had_never_been_made(spec: SchemeSpec, steps):
    lines: list[LedgerLine] = []
    made: list[tuple[LedgerLine, str, Severity]] = []
    gone: set[int] = set()
    now = START
    for policy, severity, days, target in steps:
        now += timedelta(days=days)
        if target is not None and made:
            entry = made[target % len(made)][0]
            if entry.id not in gone:
                reverse(lines, entry, now)
                gone.add(entry.id)
            continue
        made.append((violate(lines, spec, severity, now, policy), policy, severity))

    without: list[LedgerLine] = []
    renamed = {}
    for entry, policy, severity in made:
        if entry.id not in gone:
            renamed[violate(without, spec, severity, entry.at, policy).id] = entry.decision_id
    for days in (0, 1, 45, 89.9, 90, 179, 400):
        at = now + timedelta(days=days)
        assert standing_at(lines, spec, at) == standing_at(without, spec, at)
    expected = [replace(sanction, decision_id=renamed[sanction.decision_id]) for sanction in sanctions_due(without)]
    assert list(sanctions_due(lines)) == expected
    assert sum(line.points for line in lines) == sum(line.points for line in without)
