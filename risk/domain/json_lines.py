"""Lay a JSON text out line by line, every value as it was written, and say where a problem belongs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

MAX_DEPTH: Final = 64
_INDENT: Final = "  "
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One line of the layout, and the path of the value that begins on it; a closing bracket has none."""

    text: str
    path: str | None


def lay_out(text: str) -> list[JsonLine]:
    """Return the text with one value a line; text that is no JSON, or nested too deep, comes line by line as it is.

    Numbers and strings keep every character: parsing and writing would round long numbers.
    """
    try:
        orjson.loads(text)
        layout = _Layout(_TOKEN.findall(text))
        layout.add_value("", "", 0)
    except (orjson.JSONDecodeError, RecursionError, _TooDeepError):
        return [JsonLine(line, "" if number == 0 else None) for number, line in enumerate(text.splitlines() or [""])]
    return layout.lines


def place_problems(
    lines: Sequence[JsonLine], problems: Sequence[Mapping[str, str]]
) -> dict[int, list[Mapping[str, str]]]:
    """Return the problems by the index of their line: that of the field, or of the nearest thing around it."""
    by_path = {line.path: index for index, line in reversed(list(enumerate(lines))) if line.path is not None}
    found: dict[int, list[Mapping[str, str]]] = {}
    for problem in problems:
        path = problem.get("field", "").removesuffix(" (a key)")
        while path not in by_path and path:
            path = re.sub(r"(\.|^)[^.\[]*$|\[\d*\]$", "", path)
        found.setdefault(by_path.get(path, 0), []).append(problem)
    return found


class _TooDeepError(Exception):
    """The text is nested deeper than is worth laying out."""


class _Layout:
    """Walks over the tokens of a valid JSON text and collects lines."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.place = 0
        self.lines: list[JsonLine] = []

    def add_value(self, label: str, path: str, depth: int) -> None:
        """Add the value at the current token, with its label before and a comma that follows behind."""
        if depth > MAX_DEPTH:
            raise _TooDeepError
        opening = self._take()
        if opening not in {"{", "["}:
            self._add(f"{label}{opening}{self._comma()}", path, depth)
            return
        closing = "}" if opening == "{" else "]"
        if self.tokens[self.place] == closing:
            self.place += 1
            self._add(f"{label}{opening}{closing}{self._comma()}", path, depth)
            return
        self._add(f"{label}{opening}", path, depth)
        index = 0
        while self.tokens[self.place] != closing:
            if opening == "{":
                key = self._take()
                self.place += 1  # the colon
                name = str(orjson.loads(key))
                self.add_value(f"{key}: ", f"{path}.{name}" if path else name, depth + 1)
            else:
                self.add_value("", f"{path}[{index}]", depth + 1)
                index += 1
        self.place += 1
        self._add(f"{closing}{self._comma()}", None, depth)

    def _take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]

    def _comma(self) -> str:
        if self.place < len(self.tokens) and self.tokens[self.place] == ",":
            self.place += 1
            return ","
        return ""

    def _add(self, text: str, path: str | None, depth: int) -> None:
        self.lines.append(JsonLine(_INDENT * depth + text, path))
