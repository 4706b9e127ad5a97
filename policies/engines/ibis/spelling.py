"""Write patterns in the spelling of PostgreSQL and of Java, where all signs go as numbers and nothing is special."""

from collections.abc import Callable
from dataclasses import dataclass

from policies.engines.ibis.patterns import (
    Chars,
    Edge,
    Options,
    Pattern,
    Repeat,
    Sequence,
    UnportableError,
    read_pattern,
)
from policies.rulelang import Text
from policies.rulelang.wording import gettext_noop

_LAST = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Spelling:
    """How an engine writes what differs: one code point, the two ends of the text."""

    code: Callable[[int], str]
    start: str
    end: str
    most: int
    """Times that a part may be repeated at most, where there is an end."""
    lowest: int
    """The least code point that a text can have."""
    repeats_groups: bool
    """Whether a group can be repeated at a cost that does not explode."""


POSTGRES = Spelling(lambda code: f"\\U{code:08x}", r"\A", r"\Z", 255, 1, repeats_groups=True)
JAVA = Spelling(lambda code: f"\\x{{{code:x}}}", r"\A", r"\z", 1_000, 0, repeats_groups=False)


def respell(pattern: str, spelling: Spelling) -> str:
    """Return a pattern of RE2 in another spelling.

    Raises:
        UnportableError: it would not mean the same, or could take too long there.
    """
    return _write(read_pattern(pattern), spelling)


def _write(part: Pattern, spelling: Spelling) -> str:
    match part:
        case Chars():
            return _write_chars(part, spelling)
        case Edge():
            return _write_edge(part, spelling)
        case Sequence():
            return "".join(_write(inner, spelling) for inner in part.parts)
        case Options():
            return f"(?:{'|'.join(_write(branch, spelling) for branch in part.branches)})"
        case _:
            return _write_repeat(part, spelling)


def _write_chars(part: Chars, spelling: Spelling) -> str:
    ranges = part.ranges or ((0, _LAST),)
    is_outside = part.is_outside and bool(part.ranges)
    ranges = tuple((max(low, spelling.lowest), high) for low, high in ranges if high >= spelling.lowest)
    if not ranges:
        raise UnportableError(Text(gettext_noop("the character NUL")))
    inner = "".join(
        spelling.code(low) if low == high else f"{spelling.code(low)}-{spelling.code(high)}" for low, high in ranges
    )
    return f"[{'^' if is_outside else ''}{inner}]"


def _write_edge(part: Edge, spelling: Spelling) -> str:
    if part.kind in ("start", "end"):
        return spelling.start if part.kind == "start" else spelling.end
    word = "[0-9A-Z_a-z]"
    if part.kind == "word":
        return f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
    return f"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))"


def _write_repeat(part: Repeat, spelling: Spelling) -> str:
    if not isinstance(part.part, Chars) and not spelling.repeats_groups and part.most != 1:
        raise UnportableError(Text(gettext_noop("a group that is repeated")))
    if max(part.least, part.most or 0) > spelling.most:
        raise UnportableError(Text(gettext_noop("more than %(most)s repetitions"), {"most": spelling.most}))
    bounds = f"{{{part.least},{'' if part.most is None else part.most}}}"
    return f"(?:{_write(part.part, spelling)}){bounds}"
