"""Lay a condition out in one standard way: same meaning, same comments, the same again when repeated."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.rulelang.parse import RELATIONS, Parsed, parse
from policies.rulelang.source import ConditionError, Source
from policies.rulelang.tokens import Comment
from policies.rulelang.tree import (
    Binary,
    Call,
    ListLiteral,
    Literal,
    Logical,
    Loop,
    Name,
    Node,
    Ternary,
    Unary,
)
from policies.rulelang.types import Kind

WIDTH = 100
_INDENT = "  "
_BINDING = {**dict.fromkeys(RELATIONS, 1), "+": 2, "-": 2, "*": 3, "/": 3, "%": 3}
_TIGHTEST = 4


def format_text(text: str) -> str:
    """Return the text in the standard layout.

    One line where it fits and no comment stands in it, otherwise one line per operand of `&&` and `||`.
    Brackets stay where they change the meaning and where they keep `&&` and `||` apart. Numbers and texts
    stay as written, except that single quotes become double ones where nothing else changes.

    Raises:
        ConditionError: the text cannot be read; the error carries the problems.
    """
    parsed = parse(Source(text))
    if parsed.tree is None:
        raise ConditionError(parsed.problems)
    layout = _Layout(_attach(parsed, parsed.tree))
    line = layout.inline(parsed.tree)
    if len(line) <= WIDTH and not parsed.comments:
        return line
    lines = layout.block(parsed.tree, "")
    lines += [comment.text for comment in layout.comments.get(_END, ())]
    return "\n".join(lines)


_END = -1


def _attach(parsed: Parsed, tree: Node) -> dict[int, list[Comment]]:
    """Give each comment to the operand it speaks about: the key is the operand's offset, or _END.

    A comment behind code on the same line speaks about the operand before it, any other about the one
    that follows or that it stands in.
    """
    anchors = sorted(_anchors(tree), key=lambda node: node.span)
    given: dict[int, list[Comment]] = {}
    for comment in parsed.comments:
        at = comment.span.start
        before = [node for node in anchors if node.span.start < at]
        around_or_after = [node for node in anchors if node.span.end > at]
        if comment.is_trailing and before:
            key = before[-1].span.start
        elif around_or_after:
            key = around_or_after[0].span.start
        else:
            key = _END
        given.setdefault(key, []).append(comment)
    return given


def _anchors(node: Node) -> list[Node]:
    """Return the operands that get lines of their own when the condition is broken."""
    if isinstance(node, Logical):
        return [anchor for operand in node.operands for anchor in _anchors(operand)]
    return [node]


@dataclass
class _Layout:
    comments: dict[int, list[Comment]]

    def block(self, node: Node, first: str) -> list[str]:
        """Return the lines of a condition; `first` stands before its first word."""
        if not isinstance(node, Logical):
            return [*self._remarks(node), *self._spread(node, first + self.inline(node), first)]
        lines: list[str] = []
        for at, operand in enumerate(node.operands):
            lead = first if at == 0 else f"{node.sign} "
            lines += self._operand(operand, lead, node.sign)
        return lines

    def _operand(self, operand: Node, lead: str, sign: str) -> list[str]:
        if not isinstance(operand, Logical):
            text = self.inline(operand)
            line = f"{lead}({text})" if isinstance(operand, Ternary) else lead + text
            return [*self._remarks(operand), *self._spread(operand, line, lead)]
        if operand.sign == sign:
            return self.block(operand, lead)
        line = f"{lead}({self.inline(operand)})"
        if len(line) <= WIDTH and not any(anchor.span.start in self.comments for anchor in _anchors(operand)):
            return [line]
        return [f"{lead}(", *(_INDENT + inner for inner in self.block(operand, "")), ")"]

    def _remarks(self, node: Node) -> list[str]:
        return [comment.text for comment in self.comments.get(node.span.start, ())]

    def _spread(self, node: Node, line: str, lead: str) -> list[str]:
        """Return the line of an operand, or several when it is too long because of its list."""
        if len(line) <= WIDTH or not isinstance(node, Binary) or not isinstance(node.right, ListLiteral):
            return [line]
        head = f"{lead}{self._side(node.left, node.sign, is_right=False)} {node.sign} ["
        return [head, *self._filled(node.right), "]"]

    def _filled(self, node: ListLiteral) -> list[str]:
        lines = [_INDENT]
        for item in node.items:
            word = self.inline(item) + ","
            if len(lines[-1]) + len(word) > WIDTH and lines[-1].strip():
                lines[-1] = lines[-1].rstrip()
                lines.append(_INDENT)
            lines[-1] += word + " "
        return [*lines[:-1], lines[-1].rstrip(" ,")]

    # One line

    def inline(self, node: Node) -> str:
        """Return a node on one line, without its comments."""
        match node:
            case Literal():
                return self._literal(node)
            case Name() | ListLiteral():
                return node.dotted if isinstance(node, Name) else f"[{self._listed(node.items)}]"
            case Unary():
                return self._unary(node)
            case Binary():
                left = self._side(node.left, node.sign, is_right=False)
                return f"{left} {node.sign} {self._side(node.right, node.sign, is_right=True)}"
            case Logical() | Ternary():
                return self._chain(node)
            case _:
                return self._call(node)

    def _literal(self, node: Literal) -> str:
        written, body = node.written, node.written[1:-1]
        if written.startswith("'") and not any(sign in body for sign in "\"'\\"):
            return f'"{body}"'
        return written

    def _unary(self, node: Unary) -> str:
        operand = self.inline(node.operand)
        is_plain = isinstance(node.operand, Name | Call | Loop) or (
            isinstance(node.operand, Literal) and not operand.startswith("-")
        )
        is_double_not = node.sign == "!" and isinstance(node.operand, Unary) and node.operand.sign == "!"
        return f"{node.sign}{operand}" if is_plain or is_double_not else f"{node.sign}({operand})"

    def _chain(self, node: Logical | Ternary) -> str:
        if isinstance(node, Ternary):
            parts = [node.condition, node.then, node.otherwise]
            condition, then, otherwise = (self._in_brackets_if(part, Ternary) for part in parts)
            return f"{condition} ? {then} : {otherwise}"
        shown = []
        for operand in node.operands:
            is_other_chain = isinstance(operand, Logical) and operand.sign != node.sign
            text = self.inline(operand)
            shown.append(f"({text})" if is_other_chain or isinstance(operand, Ternary) else text)
        return f" {node.sign} ".join(shown)

    def _in_brackets_if(self, node: Node, kind: type[Node]) -> str:
        return f"({self.inline(node)})" if isinstance(node, kind) else self.inline(node)

    def _side(self, node: Node, sign: str, *, is_right: bool) -> str:
        """Return a side of a binary operator, in brackets where it binds no tighter."""
        text = self.inline(node)
        own = _BINDING[node.sign] if isinstance(node, Binary) else _TIGHTEST
        if isinstance(node, Logical | Ternary):
            own = 0
        # Operators of equal strength group to the left; comparisons do not group at all.
        is_loose = own < _BINDING[sign] or (own == _BINDING[sign] and (is_right or own == 1))
        return f"({text})" if is_loose else text

    def _listed(self, items: Sequence[Node]) -> str:
        return ", ".join(self.inline(item) for item in items)

    def _call(self, node: Call | Loop) -> str:
        if isinstance(node, Loop):
            return f"{self._target(node.items)}.{node.name}({node.variable}, {self.inline(node.body)})"
        arguments = f"{node.name}({self._listed(node.arguments)})"
        return arguments if node.target is None else f"{self._target(node.target)}.{arguments}"

    def _target(self, node: Node) -> str:
        text = self.inline(node)
        is_plain = isinstance(node, Name | Call | Loop | ListLiteral) or (
            isinstance(node, Literal) and node.kind not in (Kind.INT, Kind.DOUBLE)
        )
        return text if is_plain else f"({text})"
