"""Hold two texts of a rule side by side."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from policies.domain.rules import RuleText
from policies.rulelang import ConditionError, format_text


class LineKind(StrEnum):
    """How a line of the diff differs."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """A stretch of a line; is_changed when the other side says something else there."""

    text: str
    is_changed: bool


@dataclass(frozen=True)
class DiffLine:
    """One line on both sides; a number is None where a side has no such line."""

    kind: LineKind
    left_number: int | None
    left: tuple[Piece, ...]
    right_number: int | None
    right: tuple[Piece, ...]


@dataclass(frozen=True)
class SettingDiff:
    """One setting that differs."""

    name: str
    left: str
    right: str


@dataclass(frozen=True)
class RuleDiff:
    """What differs between two texts."""

    lines: tuple[DiffLine, ...]
    settings: tuple[SettingDiff, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether both texts say the same."""
        return not self.settings and all(line.kind is LineKind.SAME for line in self.lines)


def diff_rules(left: RuleText, right: RuleText) -> RuleDiff:
    """Return the conditions line by line and every setting that differs, in a fixed order.

    Conditions that can be read are laid out in the standard way first: spaces and line breaks are no difference.
    """
    settings = (
        SettingDiff(name, _words(getattr(left, name)), _words(getattr(right, name)))
        for name in ("event_types", "entity_type", "markets", "outcome", "priority", "reason")
        if getattr(left, name) != getattr(right, name)
    )
    return RuleDiff(tuple(_lines(_laid_out(left.condition), _laid_out(right.condition))), tuple(settings))


def _laid_out(condition: str) -> list[str]:
    try:
        return format_text(condition).splitlines()
    except ConditionError:
        return condition.splitlines()


def _lines(left: list[str], right: list[str]) -> Iterable[DiffLine]:
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for tag, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        paired = min(left_to - left_from, right_to - right_from)
        for step in range(paired):
            a, b = left_from + step, right_from + step
            before, after = _pieces(left[a], right[b])
            kind = LineKind.SAME if tag == "equal" else LineKind.CHANGED
            yield DiffLine(kind, a + 1, before, b + 1, after)
        for a in range(left_from + paired, left_to):
            yield DiffLine(LineKind.REMOVED, a + 1, (Piece(left[a], is_changed=True),), None, ())
        for b in range(right_from + paired, right_to):
            yield DiffLine(LineKind.ADDED, None, (), b + 1, (Piece(right[b], is_changed=True),))


def _pieces(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both lines cut where they differ, word by word."""
    before, after = _cut(left), _cut(right)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, a_from, a_to, b_from, b_to in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for side, words in ((sides[0], before[a_from:a_to]), (sides[1], after[b_from:b_to])):
            if words:
                side.append(Piece("".join(words), is_changed=tag != "equal"))
    return tuple(sides[0]), tuple(sides[1])


def _cut(line: str) -> list[str]:
    words, word = [], ""
    for sign in line:
        if (sign.isalnum() or sign in "_.") and word and (word[-1].isalnum() or word[-1] in "_."):
            word += sign
        else:
            words.append(word)
            word = sign
    return [*filter(None, [*words, word])]


def _words(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
