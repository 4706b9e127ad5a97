"""The shipped pack is complete and agrees with itself."""

import itertools
import re
from functools import cache

import pytest

from policies.domain import dsa
from policies.domain.forms import to_form
from policies.domain.packs import Pack
from policies.domain.policies import NEEDED_PLACEHOLDERS, PolicySpec, parse_policy
from policies.domain.queues import find_queue
from policies.domain.schemes import Direction, SchemeSpec, parse_scheme, points_for
from policies.domain.severity import severities_between
from policies.domain.signals import parse_scorecard, parse_signal
from policies.domain.trees import OutcomeKind, TreeOutcome, parse_tree
from policies.pack_files import SHIPPED_PACKS, load_pack_files

LOCALES = ("en", "pt", "id", "de")
# The areas that a marketplace must have a policy for.
AREAS = {
    "performance",
    "listings",
    "content",
    "ip",
    "prohibited",
    "reviews",
    "fraud",
    "communication",
    "promotions",
}


@cache
def shipped() -> Pack:
    pack = load_pack_files(SHIPPED_PACKS / "marketplace")
    assert isinstance(pack, Pack), [str(problem) for problem in pack]
    return pack


def policies() -> list[pytest.param]:
    return [pytest.param(policy, id=policy.code) for policy in shipped().policies]


def schemes() -> list[pytest.param]:
    return [pytest.param(scheme, id=scheme.code) for scheme in shipped().schemes]


def test_pack_covers_every_area() -> None:
    pack = shipped()
    assert len(pack.policies) >= 28
    assert {policy.node.split(".")[0] for policy in pack.policies} == AREAS
    assert {macro.node.split(".")[0] for macro in pack.macros} == AREAS
    assert len(pack.rules) >= 12


@pytest.mark.parametrize("policy", policies())
def test_every_locale_is_complete_and_of_its_own(policy: PolicySpec) -> None:
    assert tuple(policy.title) == tuple(policy.text) == tuple(policy.notice) == LOCALES
    # No locale may be a copy of another: a forgotten translation would look complete.
    for first, second in itertools.combinations(LOCALES, 2):
        assert policy.text[first] != policy.text[second]
        assert policy.notice[first].body != policy.notice[second].body
    for text in policy.text.values():
        assert len(re.findall(r"^## ", text, re.MULTILINE)) == 5, "required, why, measured, follows, appeal"


@pytest.mark.parametrize("policy", policies())
def test_notice_can_be_filled_in(policy: PolicySpec) -> None:
    filling = {
        "entity_name": "Shop",
        "policy_title": policy.title["en"],
        "facts": "F-1",
        "actions": "A-1",
        "points": "4",
        "expires_on": "2026-09-01",
        "appeal_until": "D-1",
    }
    for notice in policy.notice.values():
        body = notice.body.format(**filling)
        assert all(str(filling[name]) in body for name in NEEDED_PLACEHOLDERS)
        assert "{" not in body + notice.title.format(**filling)


@pytest.mark.parametrize("policy", policies())
def test_every_way_through_the_guide_ends(policy: PolicySpec) -> None:
    ways = list(policy.tree.paths())
    reached = {outcome.id for _, outcome in ways}
    asked = {question for way, _ in ways for question, _ in way}
    assert reached == {outcome.id for outcome in policy.tree.outcomes}
    assert asked == {node.id for node in policy.tree.nodes}
    assert max(len(way) for way, _ in ways) <= 5
    for way, outcome in ways:
        assert policy.tree.follow([answer for _, answer in way]) == outcome
        assert isinstance(outcome, TreeOutcome)


@pytest.mark.parametrize("policy", policies())
def test_a_clear_case_takes_two_answers(policy: PolicySpec) -> None:
    ways = list(policy.tree.paths())
    plain = [len(way) for way, outcome in ways if outcome.severity is policy.severity.default]
    clean = [len(way) for way, outcome in ways if outcome.kind is OutcomeKind.NO_VIOLATION]
    assert min(plain) <= 2
    assert min(clean) <= 2


@pytest.mark.parametrize("policy", policies())
def test_statement_of_reasons_codes_are_valid(policy: PolicySpec) -> None:
    assert policy.dsa_category in dsa.CATEGORIES
    if policy.dsa_keyword is not None:
        assert dsa.is_keyword_of(policy.dsa_category, policy.dsa_keyword)
    assert policy.legal_basis


@pytest.mark.parametrize("policy", policies())
def test_exactly_one_queue_serves_the_policy(policy: PolicySpec) -> None:
    pack = shipped()
    assert find_queue(policy.node, pack.taxonomy, pack.queues) is not None
    claims = [node for queue in pack.queues for node in queue.nodes]
    assert len(claims) == len(set(claims))


@pytest.mark.parametrize("scheme", schemes())
def test_points_are_defined_for_every_policy_and_severity(scheme: SchemeSpec) -> None:
    for policy in shipped().policies:
        points = [
            points_for(scheme, policy.code, severity, 0)
            for severity in severities_between(policy.severity.min, policy.severity.max)
        ]
        assert points == sorted(points)
        assert all(0 <= count <= scheme.most_points for count in points)
        assert points[-1] > 0


@pytest.mark.parametrize("scheme", schemes())
def test_milestones_are_ordered_and_reachable(scheme: SchemeSpec) -> None:
    stops = [milestone.at for milestone in scheme.milestones]
    steps = [scheme.start, *stops]
    is_rising = scheme.direction is Direction.ACCUMULATE
    assert all((later > earlier) is is_rising for earlier, later in itertools.pairwise(steps))
    assert len(set(steps)) == len(steps)
    assert stops[-1] == (scheme.maximum if is_rising else scheme.minimum)


def test_schemes_serve_their_markets() -> None:
    by_code = {scheme.code: scheme for scheme in shipped().schemes}
    assert (by_code["accumulate_48"].markets, by_code["accumulate_48"].is_default) == (("BR", "ID"), True)
    assert (by_code["deplete_1000"].markets, by_code["deplete_1000"].is_default) == (("DE", "US"), False)
    for_shops = {"affiliate_block", "listing_create_block", "livestream_demotion", "payout_hold", "shop_suspension"}
    buyers = by_code["buyers_48"]
    assert (buyers.entity_types, buyers.is_default) == (("buyer",), True)
    assert not for_shops & {action.kind.value for stop in buyers.milestones for action in stop.actions}
    assert not any("buyer" in scheme.entity_types for scheme in by_code.values() if scheme is not buyers)
    assert [milestone.at for milestone in by_code["accumulate_48"].milestones] == [12, 24, 36, 48]
    assert [milestone.at for milestone in by_code["deplete_1000"].milestones] == [150, 100, 50, 0]
    # DSA Art. 20(1): at least six months; six calendar months have at most 184 days.
    assert by_code["deplete_1000"].appeal.window_days >= 184


def test_scores_run_from_0_to_1000() -> None:
    for card in shipped().scorecards:
        assert card.maximum == 1000
        assert sum(part.most_points for part in card.parts) == 1000
        assert all(min(score_bin.points for score_bin in part.bins) == 0 for part in card.parts)


def test_stored_forms_read_back_as_the_same_values() -> None:
    pack = shipped()
    for policy in pack.policies:
        assert parse_policy(to_form(policy), pack.locales) == policy
        assert parse_tree(to_form(policy.tree)) == policy.tree
    for scheme in pack.schemes:
        assert parse_scheme(to_form(scheme)) == scheme
    for signal in pack.signals:
        assert parse_signal(to_form(signal)) == signal
    for card in pack.scorecards:
        assert parse_scorecard(to_form(card)) == card
