r"""Read the common part of RE2's regular expressions, so that other engines can be given one that means the same.

What is read: fixed characters, classes, `.`, `^`, `$`, `\b`, groups, `|`, repetition, and `(?i)` or `(?s)` in front.
Only whether a text matches is asked, so lazy repetition and capturing make no difference.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from policies.rulelang import Text
from policies.rulelang.wording import gettext_noop

Range: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ranges of code points, or one outside of them."""

    ranges: tuple[Range, ...]
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters: `start` or `end` of the text, `word` boundary or `inside` of none."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: "tuple[Pattern, ...]"


@dataclass(frozen=True, slots=True)
class Options:
    """One of several."""

    branches: "tuple[Pattern, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """So many times in a row; `most` None is without end."""

    part: "Pattern"
    least: int
    most: int | None


Pattern: TypeAlias = Chars | Edge | Sequence | Options | Repeat


class UnportableError(ValueError):
    """A part of a regular expression that other engines may read differently."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


_DIGITS: tuple[Range, ...] = ((0x30, 0x39),)
_WORD: tuple[Range, ...] = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES: tuple[Range, ...] = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACES}
_CONTROLS = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_EDGES = {"A": "start", "z": "end", "b": "word", "B": "inside"}
_POSIX: dict[str, tuple[Range, ...]] = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "digit": _DIGITS,
    "lower": ((0x61, 0x7A),),
    "upper": ((0x41, 0x5A),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "word": _WORD,
}
_ALIKE = {0x6B: 0x212A, 0x73: 0x17F}
"""Signs beyond ASCII that RE2 takes for k and s when case does not matter."""

_LETTERS = range(0x61, 0x7B)
_FLAGS = re.compile(r"\(\?([is]+)\)")
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}", re.ASCII)
_HEX = re.compile(r"x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})")
_NAMED = re.compile(r"\?P?<\w+>")
_POSIX_CLASS = re.compile(r"\[:(\^?)(\w+):\]")


def read_pattern(pattern: str) -> Pattern:
    """Read a pattern that RE2 accepts.

    Raises:
        UnportableError: it uses something else than what the module names.
    """
    flags = _FLAGS.match(pattern)
    reader = _Reader(pattern, flags.end() if flags else 0, flags[1] if flags else "")
    found = reader.options()
    if reader.at < len(pattern):
        raise _unportable(pattern[reader.at :])
    return found


def _unportable(part: str) -> UnportableError:
    return UnportableError(Text(gettext_noop("`%(part)s`"), {"part": part[:10]}))


class _Reader:
    """Reads from left to right; `at` is the place of the next character."""

    def __init__(self, pattern: str, at: int, flags: str) -> None:
        self._text, self.at = pattern, at
        self._ignores_case, self._dot_takes_all = "i" in flags, "s" in flags

    def options(self) -> Pattern:
        branches = [self._sequence()]
        while self._takes("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Options(tuple(branches))

    def _sequence(self) -> Pattern:
        parts: list[Pattern] = []
        while self.at < len(self._text) and self._text[self.at] not in "|)":
            parts.append(self._repeated(self._one()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, part: Pattern) -> Pattern:
        while bounds := self._bounds():
            if isinstance(part, Edge):
                raise _unportable(self._text[self.at - 1 :])
            part = Repeat(part, *bounds)
            self._takes("?")
        return part

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._takes(sign):
                return bounds
        count = _COUNT.match(self._text, self.at)
        if count is None:
            return None
        self.at = count.end()
        least = int(count[1])
        return least, (int(count[3]) if count[3] else None) if count[2] else least

    def _one(self) -> Pattern:
        sign = self._text[self.at]
        self.at += 1
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._bracket()
        if sign == "\\":
            return self._escaped()
        if sign == ".":
            return Chars(() if self._dot_takes_all else ((0x0A, 0x0A),), is_outside=True)
        if sign in "^$":
            return Edge("start" if sign == "^" else "end")
        return self._folded(((ord(sign), ord(sign)),))

    def _group(self) -> Pattern:
        named = _NAMED.match(self._text, self.at)
        if named:
            self.at = named.end()
        elif self._text.startswith("?:", self.at):
            self.at += 2
        elif self._text.startswith("?", self.at):
            raise _unportable(self._text[self.at - 1 :])
        inner = self.options()
        self.at += 1  # RE2 has checked that the bracket is closed
        return inner

    def _escaped(self) -> Pattern:
        sign = self._text[self.at]
        if sign in _EDGES:
            self.at += 1
            return Edge(_EDGES[sign])
        if sign.lower() in _CLASSES:
            self.at += 1
            return self._folded(_CLASSES[sign.lower()], is_outside=sign.isupper())
        code = self._escaped_code()
        return self._folded(((code, code),))

    def _escaped_code(self) -> int:
        """Read one character written with a backslash; the place is behind the backslash."""
        sign = self._text[self.at]
        number = _HEX.match(self._text, self.at)
        if number:
            self.at = number.end()
            return int(number[1] or number[2], 16)
        if sign.isascii() and sign.isalnum() and sign not in _CONTROLS:
            raise _unportable(self._text[self.at - 1 :])
        self.at += 1
        return _CONTROLS.get(sign, ord(sign))

    def _bracket(self) -> Pattern:
        is_outside = self._takes("^")
        ranges: list[Range] = []
        is_first = True
        while is_first or self._text[self.at] != "]":
            ranges += self._bracket_item()
            is_first = False
        self.at += 1
        return self._folded(tuple(ranges), is_outside=is_outside)

    def _bracket_item(self) -> tuple[Range, ...]:
        posix = _POSIX_CLASS.match(self._text, self.at)
        if posix:
            if posix[1] or posix[2] not in _POSIX:
                raise _unportable(posix[0])
            self.at = posix.end()
            return _POSIX[posix[2]]
        if self._text[self.at] == "\\" and self._text[self.at + 1].lower() in _CLASSES:
            sign = self._text[self.at + 1]
            if sign.isupper():
                raise _unportable(self._text[self.at :])
            self.at += 2
            return _CLASSES[sign]
        low = high = self._bracket_code()
        if self._text[self.at] == "-" and self._text[self.at + 1] != "]":
            self.at += 1
            high = self._bracket_code()
        return ((low, high),)

    def _bracket_code(self) -> int:
        sign = self._text[self.at]
        self.at += 1
        return self._escaped_code() if sign == "\\" else ord(sign)

    def _folded(self, ranges: tuple[Range, ...], *, is_outside: bool = False) -> Chars:
        """Return the characters, with their other case where case does not matter."""
        if not self._ignores_case:
            return Chars(ranges, is_outside)
        more: list[Range] = []
        for low, high in ranges:
            if high > 0x7F and any(_has_case(code) for code in range(max(low, 0x80), min(high, 0xFFFF) + 1)):
                raise UnportableError(Text(gettext_noop("(?i) with letters beyond a to z")))
            for small in _LETTERS:
                if low <= small <= high or low <= small - 32 <= high:
                    more += [(small, small), (small - 32, small - 32)]
                    more += [(_ALIKE[small], _ALIKE[small])] if small in _ALIKE else []
        return Chars((*ranges, *more), is_outside)

    def _takes(self, sign: str) -> bool:
        if not self._text.startswith(sign, self.at):
            return False
        self.at += 1
        return True


def _has_case(code: int) -> bool:
    sign = chr(code)
    return sign.lower() != sign or sign.upper() != sign
