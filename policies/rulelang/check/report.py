"""Collect the problems of one condition."""

from dataclasses import dataclass, field

from policies.rulelang.limits import MAX_PROBLEMS
from policies.rulelang.source import Problem, Severity, Source, Span
from policies.rulelang.wording import NOTHING, Text


@dataclass
class Report:
    """The problems found so far in a text; beyond the limit they are dropped."""

    source: Source
    problems: list[Problem] = field(default_factory=list)

    def error(self, span: Span, code: str, text: Text, advice: Text = NOTHING) -> None:
        """Report what forbids the condition."""
        self._add(Problem(self.source, span, code, text, advice))

    def warn(self, span: Span, code: str, text: Text, advice: Text = NOTHING) -> None:
        """Report what is allowed but most likely not meant."""
        self._add(Problem(self.source, span, code, text, advice, Severity.WARNING))

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid the condition, in the order of the text."""
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems worth a look, in the order of the text."""
        return self._of(Severity.WARNING)

    def _of(self, severity: Severity) -> tuple[Problem, ...]:
        found = [problem for problem in self.problems if problem.severity is severity]
        return tuple(sorted(found, key=lambda problem: problem.span))
