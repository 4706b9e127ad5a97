"""Follow the reviewer guide of the cited policy version with the answers that were given."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.domain.errors import FieldProblem, InvalidInput
from policies.domain.severity import Severity
from policies.domain.trees import DecisionTree, OutcomeKind, TreeNode, TreeOutcome

ANSWERS = ("yes", "no")


@dataclass(frozen=True, slots=True)
class PathStep:
    """One question as it was asked, and the answer."""

    node: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Reached:
    """The way through the guide and the outcome at its end."""

    path: tuple[PathStep, ...]
    outcome: TreeOutcome


def follow_guide(tree: DecisionTree, answers: Sequence[str]) -> Reached:
    """Return the way that the answers ("yes" or "no", from the first question on) take to its outcome.

    Raises InvalidInput for answers that are no answers, stop before an outcome or go on behind it.
    """
    path: list[PathStep] = []
    place = tree.place(tree.start)
    for number, answer in enumerate(answers, start=1):
        if not isinstance(place, TreeNode):
            raise _wrong(f"The guide ends after {len(path)} answers, there are {len(answers)}.")
        if answer not in ANSWERS:
            raise _wrong(f"Answer {number} is {answer!r}.")
        path.append(PathStep(place.id, place.question, answer))
        place = tree.place(place.next_id(answer))
    if isinstance(place, TreeNode):
        raise InvalidInput([FieldProblem("answers", f"Still open: {place.question}", "Answer yes or no.")])
    return Reached(tuple(path), place)


def severity_of(outcome: TreeOutcome, chosen: str | None, least: Severity, most: Severity) -> Severity | None:
    """Return the severity of the decision: the reviewer's own, else the guide's; None when nothing was violated.

    The policy version says how far a reviewer may go, `least` to `most`. Raises InvalidInput outside of it.
    """
    if outcome.kind is not OutcomeKind.VIOLATION:
        return None
    if not chosen:
        return outcome.severity
    if chosen not in set(Severity) or not least.rank <= Severity(chosen).rank <= most.rank:
        raise InvalidInput(
            [FieldProblem("severity", f"{chosen} is not possible here.", f"Choose from {least} to {most}.")]
        )
    return Severity(chosen)


def _wrong(message: str) -> InvalidInput:
    return InvalidInput([FieldProblem("answers", message, "Reload the case and answer yes or no again.")])
