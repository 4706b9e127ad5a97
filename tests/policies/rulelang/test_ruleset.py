"""Rules are combined: the severest outcome wins, the allow lane ends the matter, what is unknown does not hit."""

import pytest

from policies.rulelang import Hit, Lane, MissingListError, Record, RuleSet, RuleSetError, RuleSpec, Verdict, verdict
from tests.policies.rulelang.market import SCHEMA, VALUES, record

RULES = (
    RuleSpec("LABEL", "amount > 100", "label"),
    RuleSpec("HOLD", "amount > 200", "hold"),
    RuleSpec("REVIEW", "shipping > 10", "review", priority=5),
    RuleSpec("NEVER", "amount > 1000", "block"),
    RuleSpec("ALLOW", "country == 'ID'", "allow", lane=Lane.ALLOW),
    RuleSpec("ALLOW2", "country in ['ID', 'MY']", "allow", lane=Lane.ALLOW, priority=1),
)


def decide(**changes):
    return verdict(RuleSet.build(RULES, SCHEMA), record(**changes))


def test_the_severest_outcome_wins_and_every_hit_is_recorded():
    assert decide() == Verdict("hold", (Hit("REVIEW", "review"), Hit("LABEL", "label"), Hit("HOLD", "hold")))


def test_without_a_hit_the_outcome_is_allow():
    assert decide(amount=1, shipping=1) == Verdict("allow", ())


def test_unknown_is_no_hit():
    assert decide(amount=None, shipping=None) == Verdict("allow", ())
    assert decide(amount=None) == Verdict("review", (Hit("REVIEW", "review"),))


def test_a_hit_in_the_allow_lane_ends_the_matter():
    assert decide(country="ID") == Verdict("allow", (Hit("ALLOW2", "allow"), Hit("ALLOW", "allow")))
    assert decide(country="MY") == Verdict("allow", (Hit("ALLOW2", "allow"),))
    assert decide(country=None).outcome == "hold"


def test_the_order_of_outcomes_can_be_another():
    ruleset = RuleSet.build(RULES[:2], SCHEMA, outcomes=("label", "hold"))
    assert verdict(ruleset, record()).outcome == "label"


def test_a_verdict_is_plain_data():
    assert decide(amount=150, shipping=1).as_json() == {
        "outcome": "label",
        "hits": [{"rule": "LABEL", "outcome": "label"}],
    }


def test_a_set_knows_the_lists_it_needs():
    rules = (RuleSpec("A", "id in lists.words", "hold"), RuleSpec("B", "quantity in lists.codes", "hold"))
    ruleset = RuleSet.build(rules, SCHEMA)
    assert ruleset.lists_used == {"words", "codes"}
    assert RuleSet.build((), SCHEMA).lists_used == frozenset()
    with pytest.raises(MissingListError):
        verdict(ruleset, Record(VALUES))


def test_everything_that_is_wrong_is_reported_at_once():
    rules = (
        RuleSpec("A", "amout > 1", "hold"),
        RuleSpec("A", "amount > 1", "hold"),
        RuleSpec("B", "amount > 1", "hodl"),
        RuleSpec("C", "amount > 1", "allow"),
        RuleSpec("D", "amount > 1", "hold", lane=Lane.ALLOW),
    )
    with pytest.raises(RuleSetError) as caught:
        RuleSet.build(rules, SCHEMA, outcomes=("hold", "hold", "warn"))
    assert caught.value.faults == (
        "outcomes: each stands once, and allow is not among them, as it means that no rule hit",
        "A: this identifier is used twice; give each rule its own",
        "B: the outcome 'hodl' is not known; known are hold, hold, warn",
        "C: the outcome allow belongs to the allow lane; write lane: allow",
        "D: a rule of the allow lane has the outcome allow",
    )
    assert [problem.code for problem in caught.value.problems["A"]] == ["unknown-name"]
    assert "A: line 1, column 1: `amout` is not known" in str(caught.value)
