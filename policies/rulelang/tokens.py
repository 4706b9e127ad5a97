"""Name the words and signs a condition consists of."""

from dataclasses import dataclass
from enum import StrEnum

from policies.rulelang.source import Span


class TokenKind(StrEnum):
    """What a token is."""

    NAME = "name"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign. `text` is as written; `value` is what a literal stands for."""

    kind: TokenKind
    span: Span
    text: str
    value: int | float | str | None = None

    def is_sign(self, *signs: str) -> bool:
        """Tell whether the token is one of the signs; the word `in` counts as a sign."""
        return self.kind is TokenKind.SIGN and self.text in signs


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark from `//` to the end of the line; trailing when code stands before it on its line."""

    span: Span
    text: str
    is_trailing: bool
