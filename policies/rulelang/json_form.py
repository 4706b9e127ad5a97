"""Turn a condition into plain data for a visual builder, and such data back into text.

Every node is an object with `kind`: `all`, `any` and `list` have `of` (several nodes), `not` and `negative`
have `of` (one); `compare` has `sign`, `left`, `right` (comparisons, `in` and arithmetic); `choice` has `if`,
`then`, `else`; `call` has `name`, `of` and, where it is written behind a point, `on`; `loop` has `name`,
`list`, `element`, `of`; `name` has `name`; `number` and `text` have `text`; `truth` has `value`; `null` has
nothing more. Numbers are kept as they are spelled, since JSON readers round long ones. Comments are lost.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from policies.rulelang.format import format_text
from policies.rulelang.limits import MAX_NESTING, MAX_TEXT
from policies.rulelang.parse import parse
from policies.rulelang.quoting import quote
from policies.rulelang.source import ConditionError, Source
from policies.rulelang.tree import Binary, Call, ListLiteral, Literal, Logical, Loop, Name, Node, Ternary, Unary

Form: TypeAlias = dict[str, Any]

_SIGNS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"})
_CHAINS = {"&&": "all", "||": "any"}
_UNARY = {"!": "not", "-": "negative"}
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"-?(0[xX][0-9a-fA-F]+|\d+|(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d+)?)", re.ASCII)
_LOOPS = frozenset({"exists", "all", "filter", "map"})


class FormError(ValueError):
    """Data that is no condition: `path` leads to the place (`of.1.left`), the message says what is wrong there."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'the condition'}: {reason}")
        self.path, self.reason = path, reason


def to_form(text: str) -> Form:
    """Return the form of a condition.

    Raises:
        ConditionError: the text cannot be read; the error carries the problems.
    """
    parsed = parse(Source(text))
    if parsed.tree is None:
        raise ConditionError(parsed.problems)
    return _form(parsed.tree)


def from_form(form: object) -> str:
    """Return the text of a form in the standard layout; check it as any other text.

    Raises:
        FormError: the data has not the form described.
        ConditionError: its parts are sound, but not together (too long, or two comparisons in a row).
    """
    return format_text(_Writer().write(form, "", 1))


def _form(node: Node) -> Form:  # noqa: PLR0911 - one return per kind of node
    match node:
        case Literal():
            return _literal(node)
        case Name():
            return {"kind": "name", "name": node.dotted}
        case Unary():
            return {"kind": _UNARY[node.sign], "of": _form(node.operand)}
        case Binary():
            return {"kind": "compare", "sign": node.sign, "left": _form(node.left), "right": _form(node.right)}
        case Logical():
            return {"kind": _CHAINS[node.sign], "of": [_form(operand) for operand in node.operands]}
        case Ternary():
            parts = {"if": _form(node.condition), "then": _form(node.then), "else": _form(node.otherwise)}
            return {"kind": "choice", **parts}
        case ListLiteral():
            return {"kind": "list", "of": [_form(item) for item in node.items]}
        case Call():
            made = {"kind": "call", "name": node.name, "of": [_form(argument) for argument in node.arguments]}
            return made if node.target is None else {**made, "on": _form(node.target)}
        case _:
            return _loop(node)


def _literal(node: Literal) -> Form:
    if node.value is None:
        return {"kind": "null"}
    if isinstance(node.value, bool):
        return {"kind": "truth", "value": node.value}
    if isinstance(node.value, str):
        return {"kind": "text", "text": node.value}
    return {"kind": "number", "text": node.written}


def _loop(node: Loop) -> Form:
    items, body = _form(node.items), _form(node.body)
    return {"kind": "loop", "name": node.name, "list": items, "element": node.variable, "of": body}


class _Writer:
    """Writes forms as text, every part in brackets; nothing gets in that was not looked at."""

    def __init__(self) -> None:
        self._written = 0

    def write(self, form: object, path: str, depth: int) -> str:
        """Return the text of a form at a place of the data."""
        if depth > MAX_NESTING:
            raise FormError(path, f"it is nested deeper than {MAX_NESTING} levels; split the condition")
        if not isinstance(form, Mapping):
            raise FormError(path, "here an object with kind should stand")
        kind = form.get("kind")
        writer = _WRITERS.get(kind) if isinstance(kind, str) else None
        if writer is None:
            raise FormError(path, f"the kind {kind!r} is not known; known are {', '.join(sorted(_WRITERS))}")
        text = writer(self, form, path, depth)
        self._written += len(text)
        # Each level writes again what it holds, so that this bounds time as well.
        if self._written > MAX_TEXT * MAX_NESTING:
            raise FormError(path, f"it has more than {MAX_TEXT} characters; split the condition")
        return text

    def inner(self, form: Mapping[str, Any], key: str, path: str, depth: int) -> str:
        """Return the text of the node under a key."""
        return self.write(form.get(key), _join(path, key), depth + 1)

    def several(self, form: Mapping[str, Any], path: str, depth: int, *, least: int = 0) -> list[str]:
        """Return the texts of the nodes under `of`."""
        found = form.get("of")
        if not isinstance(found, Sequence) or isinstance(found, str) or len(found) < least:
            raise FormError(_join(path, "of"), f"here a list of at least {least} conditions or values should stand")
        return [self.write(one, _join(path, f"of.{at}"), depth + 1) for at, one in enumerate(found)]

    def word(self, form: Mapping[str, Any], key: str, path: str, allowed: re.Pattern[str] = _WORD) -> str:
        """Return the name or number under a key, when it is one."""
        found = form.get(key)
        if not isinstance(found, str) or not allowed.fullmatch(found):
            raise FormError(_join(path, key), f"{found!r:.80} cannot stand here")
        return found

    def chain(self, form: Mapping[str, Any], path: str, depth: int) -> str:
        sign = " && " if form["kind"] == "all" else " || "
        return f"({sign.join(self.several(form, path, depth, least=2))})"

    def listed(self, form: Mapping[str, Any], path: str, depth: int) -> str:
        return f"[{', '.join(self.several(form, path, depth))}]"

    def unary(self, form: Mapping[str, Any], path: str, depth: int) -> str:
        sign = "!" if form["kind"] == "not" else "-"
        return f"({sign}({self.inner(form, 'of', path, depth)}))"

    def compare(self, form: Mapping[str, Any], path: str, depth: int) -> str:
        sign = form.get("sign")
        if not isinstance(sign, str) or sign not in _SIGNS:
            raise FormError(_join(path, "sign"), f"{sign!r:.80} is none of {' '.join(sorted(_SIGNS))}")
        return f"({self.inner(form, 'left', path, depth)} {sign} {self.inner(form, 'right', path, depth)})"

    def choice(self, form: Mapping[str, Any], path: str, depth: int) -> str:
        condition, then, otherwise = (self.inner(form, key, path, depth) for key in ("if", "then", "else"))
        return f"({condition} ? {then} : {otherwise})"

    def call(self, form: Mapping[str, Any], path: str, depth: int) -> str:
        written = f"{self.word(form, 'name', path)}({', '.join(self.several(form, path, depth))})"
        return f"({self.inner(form, 'on', path, depth)}).{written}" if "on" in form else written

    def loop(self, form: Mapping[str, Any], path: str, depth: int) -> str:
        name = self.word(form, "name", path)
        if name not in _LOOPS:
            raise FormError(_join(path, "name"), f"{name} is none of {', '.join(sorted(_LOOPS))}")
        items, body = self.inner(form, "list", path, depth), self.inner(form, "of", path, depth)
        return f"({items}).{name}({self.word(form, 'element', path)}, {body})"

    def name(self, form: Mapping[str, Any], path: str, _: int) -> str:
        return self.word(form, "name", path, _DOTTED)

    def number(self, form: Mapping[str, Any], path: str, _: int) -> str:
        return self.word(form, "text", path, _NUMBER)

    def text(self, form: Mapping[str, Any], path: str, _: int) -> str:
        found = form.get("text")
        if not isinstance(found, str):
            raise FormError(_join(path, "text"), "here a text should stand")
        return _quoted(found)

    def truth(self, form: Mapping[str, Any], path: str, _: int) -> str:
        found = form.get("value")
        if not isinstance(found, bool):
            raise FormError(_join(path, "value"), "here true or false should stand")
        return "true" if found else "false"

    def null(self, _form: Mapping[str, Any], _path: str, _depth: int) -> str:
        return "null"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _quoted(text: str) -> str:
    """Write a text in quotes; signs that nobody sees are spelled out, as the language asks."""
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quote(text))


_WRITERS: dict[str, Callable[[_Writer, Mapping[str, Any], str, int], str]] = {
    **dict.fromkeys(_CHAINS.values(), _Writer.chain),
    **dict.fromkeys(_UNARY.values(), _Writer.unary),
    "list": _Writer.listed,
    "compare": _Writer.compare,
    "choice": _Writer.choice,
    "call": _Writer.call,
    "loop": _Writer.loop,
    "name": _Writer.name,
    "number": _Writer.number,
    "text": _Writer.text,
    "truth": _Writer.truth,
    "null": _Writer.null,
}
