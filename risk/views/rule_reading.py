"""Show conditions: with their problems at the place, in plain words, and against their test events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext

from policies.domain.conditions import moment_of
from policies.domain.rules import Expectation
from policies.queries.lists import lists_in_force
from policies.rulelang import Record, check, compile_condition, describe, explain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policies.domain.conditions import RuleTest
    from policies.rulelang import Problem, Schema


@dataclass(frozen=True)
class TextPiece:
    """A stretch of a condition; problem is what is wrong with it, empty when nothing is."""

    text: str
    problem: str
    is_warning: bool


@dataclass(frozen=True)
class ConditionView:
    """A condition as the page shows it. plain is empty while it has errors."""

    pieces: tuple[TextPiece, ...]
    plain: str
    errors: tuple[dict[str, Any], ...]  # line, column, message, hint in the viewer's language
    warnings: tuple[dict[str, Any], ...]

    @property
    def is_sound(self) -> bool:
        """Say whether nothing forbids the condition."""
        return not self.errors


@dataclass(frozen=True)
class RuleTestResult:
    """How a test event came out; found is None while the condition has errors. says is the reason in words."""

    test: RuleTest
    found: bool | None
    says: str

    @property
    def record(self) -> str:
        """Return the test event as it was written, laid out."""
        return json.dumps(self.test.values, indent=2, ensure_ascii=False)

    @property
    def is_passed(self) -> bool:
        """Say whether the rule does what the test expects."""
        return self.found is (self.test.expectation is Expectation.HIT)


def read_condition(text: str, schema: Schema) -> ConditionView:
    """Return the condition with its problems at their places and, when it is sound, in plain words."""
    found = check(text, schema)
    problems = (*found.problems, *found.warnings)
    return ConditionView(
        pieces=tuple(_pieces(text, problems)),
        plain=describe(found.checked).render(gettext) if found.checked else "",
        errors=tuple(problem.as_json(gettext) for problem in found.problems),
        warnings=tuple(problem.as_json(gettext) for problem in found.warnings),
    )


def run_tests(text: str, schema: Schema, tests: Sequence[RuleTest]) -> list[RuleTestResult]:
    """Return how each test event comes out on the condition."""
    checked = check(text, schema).checked
    if checked is None:
        return [RuleTestResult(test, None, "") for test in tests]
    holds, lists = compile_condition(checked), lists_in_force(timezone.now()).entries
    results = []
    for test in tests:
        record = Record(test.values, moment_of(test.values), lists)
        says = "; ".join(part.sentence.render(gettext) for part in explain(checked, record).decisive())
        results.append(RuleTestResult(test, holds(record) is True, says))
    return results


def _pieces(text: str, problems: Sequence[Problem]) -> Iterator[TextPiece]:
    """Cut the text at the problems; of two that overlap the first one is shown at the place."""
    at = 0
    for problem in sorted(problems, key=lambda one: (one.span, one.severity)):
        start, end = problem.span.start, max(problem.span.end, problem.span.start + 1)
        if start < at:
            continue
        if start > at:
            yield TextPiece(text[at:start], "", is_warning=False)
        words = f"{problem.text.render(gettext)}. {problem.advice.render(gettext)}".strip()
        yield TextPiece(text[start:end] or " ", words, is_warning=problem.severity == "warning")
        at = end
    if at < len(text):
        yield TextPiece(text[at:], "", is_warning=False)
