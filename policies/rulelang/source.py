"""Hold a condition's text, point into it, and describe what is wrong there."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from policies.rulelang.wording import NOTHING, Text, say_as_is


def shorten(words: str, limit: int = 60) -> str:
    """Return words with the middle cut out when they are longer than `limit`."""
    half = (limit - 1) // 2
    return words if len(words) <= limit else f"{words[:half]}…{words[-half:]}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the text: offsets in characters, `end` not included."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """Return the span from the start of this one to the end of the other."""
        return Span(self.start, other.end)

    def holds(self, offset: int) -> bool:
        """Tell whether an offset lies inside."""
        return self.start <= offset < self.end


@dataclass(frozen=True, slots=True)
class Position:
    """A place as an editor shows it: line and column count from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Source:
    """The text of one condition."""

    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(at + 1 for at, char in enumerate(self.text) if char == "\n")]

    def position(self, offset: int) -> Position:
        """Return line and column of an offset; the end of the text has a position too."""
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def slice(self, span: Span) -> str:
        """Return the text of a span."""
        return self.text[span.start : span.end]

    def excerpt(self, span: Span, limit: int = 60) -> str:
        """Return the text of a span on one line, shortened in the middle when it is longer than `limit`."""
        return shorten(" ".join(self.slice(span).split()), limit)


class Severity(StrEnum):
    """Whether a problem forbids the condition or is only worth a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    `code` is stable and for programs; `message` and `hint` are for people and translatable.
    """

    source: Source = field(repr=False)
    span: Span
    code: str
    text: Text
    advice: Text = NOTHING
    severity: Severity = Severity.ERROR

    @property
    def message(self) -> str:
        """Say in English what is wrong."""
        return str(self.text)

    @property
    def hint(self) -> str:
        """Say in English what to do; empty when there is nothing to advise."""
        return str(self.advice)

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.span.start).line

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.position(self.span.start).column

    def as_json(self, translate: Callable[[str], str] = say_as_is) -> dict[str, object]:
        """Return the problem as plain data for the editor, the API and the command line."""
        end = self.source.position(self.span.end)
        return {
            "line": self.line,
            "column": self.column,
            "end_line": end.line,
            "end_column": end.column,
            "start": self.span.start,
            "end": self.span.end,
            "code": self.code,
            "severity": str(self.severity),
            "message": self.text.render(translate),
            "hint": self.advice.render(translate),
        }

    def __str__(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        return f"line {self.line}, column {self.column}: {self.message}.{hint}"


class ConditionError(ValueError):
    """A condition that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
