"""Turn quoted text into what it stands for, and back."""

import re

_ESCAPE = re.compile(
    r"\\(?:(?P<sign>[abfnrtv\\?\"'`])|[xX](?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})"
    r"|U(?P<U>[0-9a-fA-F]{8})|(?P<octal>[0-3][0-7]{2})|(?P<bad>.))",
    re.ASCII,
)
_SIGNS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PRINTABLE_WRITTEN = str.maketrans({"\\": "\\\\", '"': '\\"'})
_WRITTEN = {char: f"\\{sign}" for sign, char in _SIGNS.items()} | {"\\": "\\\\", '"': '\\"'}


class UnquoteError(ValueError):
    """An escape that stands for nothing; `start` and `end` are offsets in the text between the quotes."""

    def __init__(self, escape: str, start: int, end: int) -> None:
        super().__init__(escape)
        self.escape, self.start, self.end = escape, start, end


def unquote(body: str) -> str:
    r"""Replace the escapes of CEL (`\n`, `\"`, `\x41`, `\u00e9`, `\101`) in the text between the quotes.

    Raises:
        UnquoteError: an escape is none of CEL's, or names half of a surrogate pair.
    """
    return _ESCAPE.sub(_replace, body) if "\\" in body else body


def _replace(match: re.Match[str]) -> str:
    if match["sign"]:
        return _SIGNS.get(match["sign"], match["sign"])
    code = -1
    if match["octal"]:
        code = int(match["octal"], 8)
    elif not match["bad"]:
        code = int(match["x"] or match["u"] or match["U"], 16)
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise UnquoteError(match[0], *match.span())
    return chr(code)


def quote(text: str) -> str:
    """Write a text as a literal of the language, with straight double quotes."""
    written = text.translate(_PRINTABLE_WRITTEN) if text.isprintable() else "".join(map(_written, text))
    return f'"{written}"'


def _written(char: str) -> str:
    if char in _WRITTEN:
        return _WRITTEN[char]
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
