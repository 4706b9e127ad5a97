"""Walking a reviewer guide."""

import pytest

from policies.domain.trees import DecisionTree, GuideEndedError, OutcomeKind, TreeNode, TreeOutcome, parse_tree
from tests.builders.policies import POLICY


def tree() -> DecisionTree:
    found = parse_tree(POLICY["tree"])
    assert isinstance(found, DecisionTree)
    return found


def test_answers_lead_to_the_open_question_and_then_to_the_outcome() -> None:
    start, step, end = (tree().follow(answers) for answers in ([], ["yes"], ["yes", "no"]))
    assert isinstance(start, TreeNode)
    assert isinstance(step, TreeNode)
    assert isinstance(end, TreeOutcome)
    assert (start.id, step.id, end.id, end.kind) == ("late", "excused", "guilty", OutcomeKind.VIOLATION)


def test_no_answers_after_the_outcome() -> None:
    with pytest.raises(GuideEndedError, match="ended at clean"):
        tree().follow(["no", "yes"])


def test_an_answer_is_yes_or_no() -> None:
    with pytest.raises(KeyError):
        tree().follow(["maybe"])


def test_paths_are_all_ways_through() -> None:
    ways = {tuple(answer for _, answer in way): outcome.id for way, outcome in tree().paths()}
    assert ways == {("no",): "clean", ("yes", "yes"): "clean", ("yes", "no"): "guilty"}


def test_a_tree_may_be_a_single_outcome_only_with_a_question() -> None:
    found = parse_tree(POLICY["tree"] | {"start": "guilty"})
    assert isinstance(found, tuple)
    assert {problem.path for problem in found} == {"nodes[0]", "nodes[1]", "outcomes[1]"}
