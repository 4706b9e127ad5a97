"""Read YAML so that every value keeps its place in the file and words stay words (NO is Norway, not false)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_MAX_FILE = 5_000_000
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing that is wrong with a file, where (line and column from 1) and what to do about it."""

    line: int
    column: int
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the problem as plain data."""
        place = {"line": self.line, "column": self.column, "file_line": self.line, "file_column": self.column}
        return {"where": "file", **place, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}.{' ' + self.hint if self.hint else ''}"


class RulesFileError(ValueError):
    """A file that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: list[FileProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def read_yaml(text: str) -> Node:
    """Return the root of a YAML document.

    Raises:
        RulesFileError: the text is no YAML, is empty, or too large.
    """
    if len(text) > _MAX_FILE:
        raise RulesFileError([FileProblem(1, 1, f"The file has more than {_MAX_FILE} characters", "Split it.")])
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = FileProblem(*place, f"This is no YAML: {error.problem or error.context}", "Check quotes and indents.")
        raise RulesFileError([problem]) from None
    except yaml.reader.ReaderError as error:
        place = (text.count("\n", 0, error.position) + 1, error.position - text.rfind("\n", 0, error.position))
        problem = FileProblem(*place, f"The file holds a sign that YAML forbids: {error.reason}", "Remove it.")
        raise RulesFileError([problem]) from None
    except RecursionError:
        raise RulesFileError([FileProblem(1, 1, "The file is nested too deep", "Flatten it.")]) from None
    if root is None:
        raise RulesFileError([FileProblem(1, 1, "The file is empty", "It needs fields: and rules:.")])
    return root


def problem_at(node: Node, message: str, hint: str = "") -> FileProblem:
    """Make a problem at the beginning of a node."""
    return FileProblem(node.start_mark.line + 1, node.start_mark.column + 1, message, hint)


def scalar(node: ScalarNode) -> str | int | float | bool | None:
    """Return what a scalar stands for: quoted it is text; plain it is a number, true, false, null or text.

    Unlike in YAML 1.1 the words yes, no, on and off and numbers with leading zeros are text.
    """
    word: str = node.value
    if node.style is not None:
        return word
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    if _INT.fullmatch(word):
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word


def entries(node: Node, what: str, problems: list[FileProblem]) -> Iterator[tuple[str, ScalarNode, Node]]:
    """Yield key, key node and value node of a mapping; what is no mapping, and a key used twice, is reported."""
    if not isinstance(node, MappingNode):
        problems.append(problem_at(node, f"{what} must be a mapping", "Write name: value."))
        return
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            problems.append(problem_at(key, f"A name in {what} must be a single word", "Write name: value."))
        elif key.value in seen:
            problems.append(problem_at(key, f"{key.value} stands twice in {what}", "Keep one of the two."))
        else:
            seen.add(key.value)
            yield key.value, key, value


def items(node: Node, what: str, problems: list[FileProblem]) -> Iterator[Node]:
    """Yield the items of a sequence; what is none is reported."""
    if not isinstance(node, SequenceNode):
        problems.append(
            problem_at(node, f"{what} must be a list", "Write [a, b], or one line per entry with - before it.")
        )
        return
    yield from node.value


def word(node: Node, what: str, problems: list[FileProblem]) -> str:
    """Return a scalar as it is written; what is none, or empty, is reported and gives an empty text."""
    if isinstance(node, ScalarNode) and node.value:
        text: str = node.value
        return text
    problems.append(problem_at(node, f"{what} must be a text", "Put it in quotes."))
    return ""
