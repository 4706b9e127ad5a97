"""Build the tree of a condition from its tokens: operator precedence by binding power, bounded in depth."""

from dataclasses import dataclass, field, replace

from policies.rulelang.lexer import Lexed, lex
from policies.rulelang.limits import INT_MAX, MAX_NESTING, MAX_PROBLEMS
from policies.rulelang.refusals import (
    RefusedError,
    refuse,
    refuse_follower,
    refuse_loop,
    refuse_operand,
    refuse_second_relation,
    refuse_word,
    too_deep,
)
from policies.rulelang.source import Problem, Source, Span
from policies.rulelang.tokens import Comment, Token, TokenKind
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
    walk,
)
from policies.rulelang.types import Kind
from policies.rulelang.wording import NOTHING, Text, gettext_noop

RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")
LOOPS = ("exists", "all", "filter", "map")
_TERNARY, _OR, _AND, _RELATION, _SUM, _PRODUCT, _UNARY = range(1, 8)
_POWERS = {
    "?": _TERNARY,
    "||": _OR,
    "&&": _AND,
    **dict.fromkeys(RELATIONS, _RELATION),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/%", _PRODUCT),
}
_WORDS = {"true": True, "false": False, "null": None}
_LITERAL_KINDS = {TokenKind.INT: Kind.INT, TokenKind.DOUBLE: Kind.DOUBLE, TokenKind.STRING: Kind.STRING}


@dataclass(frozen=True)
class Parsed:
    """What a text was read as; `tree` is None when there are problems."""

    source: Source
    tree: Node | None
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]


def parse(source: Source) -> Parsed:
    """Read a condition; several problems are reported where the text can be taken up again behind one."""
    lexed = lex(source)
    if any(problem.code in ("text-too-long", "invisible-sign") for problem in lexed.problems):
        return Parsed(source, None, (), lexed.problems)
    parser = _Parser(lexed)
    tree = parser.read_all()
    # A sign that could not be read mostly breaks the grammar too; one report of it is enough.
    problems = lexed.problems or tuple(parser.problems)
    return Parsed(source, None if problems else tree, lexed.comments, problems)


@dataclass
class _Parser:
    lexed: Lexed
    at: int = 0
    nesting: int = 0
    open_brackets: list[Token] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    # Reading as a whole

    def read_all(self) -> Node | None:
        tree: Node | None = None
        while len(self.problems) < MAX_PROBLEMS:
            try:
                self.nesting = 0
                self.open_brackets.clear()
                tree = self._expression(0)
                self._expect_end()
                self._refuse_depth(tree)
            except RefusedError as refused:
                self.problems.append(refused.problem)
                if refused.is_final or not self._skip_to_next_operand():
                    break
            else:
                break
        return tree

    def _skip_to_next_operand(self) -> bool:
        """Move behind the next `&&` or `||` that stands outside all brackets; tell whether there is one."""
        depth = len(self.open_brackets)
        while self._token.kind is not TokenKind.END:
            token = self._take()
            if token.is_sign("(", "["):
                depth += 1
            elif token.is_sign(")", "]"):
                depth -= 1
            elif token.is_sign("&&", "||") and depth <= 0:
                return True
        return False

    def _expect_end(self) -> None:
        token = self._token
        if token.kind is TokenKind.END:
            return
        if token.is_sign(")", "]"):
            text = Text(gettext_noop("This %(sign)s closes nothing"), {"sign": token.text})
            raise self._refuse(token.span, "extra-bracket", text, Text(gettext_noop("Delete it.")))
        raise refuse_follower(self.lexed.source, token)

    def _refuse_depth(self, tree: Node) -> None:
        for node, depth in walk(tree):
            if depth > MAX_NESTING:
                raise too_deep(self.lexed.source, node.span)

    # Tokens

    @property
    def _token(self) -> Token:
        return self.lexed.tokens[self.at]

    def _take(self) -> Token:
        token = self._token
        self.at += token.kind is not TokenKind.END
        return token

    def _open(self) -> Token:
        token = self._take()
        self.open_brackets.append(token)
        return token

    def _close(self, sign: str) -> Token:
        if self._token.is_sign(sign):
            self.open_brackets.pop()
            return self._take()
        token = self._token
        if token.kind is TokenKind.END or token.is_sign(")", "]"):
            opened = self.open_brackets[-1]
            text = Text(gettext_noop("The %(sign)s that begins here is not closed"), {"sign": opened.text})
            advice = Text(gettext_noop("Put a %(sign)s where it ends."), {"sign": sign})
            raise self._refuse(opened.span, "unclosed-bracket", text, advice)
        raise refuse_follower(self.lexed.source, token)

    def _refuse(self, span: Span, code: str, text: Text, advice: Text = NOTHING) -> RefusedError:
        return refuse(self.lexed.source, span, code, text, advice)

    # Grammar

    def _expression(self, power: int) -> Node:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise too_deep(self.lexed.source, self._token.span)
        left = self._prefix()
        while self._token.kind is TokenKind.SIGN:
            own = _POWERS.get(self._token.text, 0)
            if own <= power:
                break
            left = self._infix(left, own)
        self.nesting -= 1
        return left

    def _infix(self, left: Node, own: int) -> Node:
        token = self._take()
        if own == _TERNARY:
            return self._ternary(left)
        if own in (_AND, _OR):
            return self._chain(left, token, own)
        right = self._expression(own)
        made = Binary(left.span.to(right.span), token.text, token.span, left, right)
        if own == _RELATION and self._token.is_sign(*RELATIONS):
            raise refuse_second_relation(self.lexed.source, made, self._token)
        return made

    def _chain(self, first: Node, sign: Token, own: int) -> Node:
        operands = [first, self._expression(own)]
        while self._token.is_sign(sign.text):
            self._take()
            operands.append(self._expression(own))
        return Logical(first.span.to(operands[-1].span), sign.text, tuple(operands))

    def _ternary(self, condition: Node) -> Node:
        then = self._expression(_TERNARY)
        if not self._token.is_sign(":"):
            text = Text(gettext_noop("After ? a : is missing"))
            advice = Text(gettext_noop("Write condition ? value : other value."))
            raise self._refuse(self._token.span, "colon-missing", text, advice)
        self._take()
        otherwise = self._expression(0)
        return Ternary(condition.span.to(otherwise.span), condition, then, otherwise)

    def _prefix(self) -> Node:
        token = self._token
        if token.is_sign("!"):
            self._take()
            operand = self._expression(_UNARY)
            return Unary(token.span.to(operand.span), "!", operand)
        if token.is_sign("-"):
            self._take()
            return self._negative(token)
        return self._postfix(self._primary())

    def _negative(self, minus: Token) -> Node:
        number = self._token
        if isinstance(number.value, int | float) and not self._follows_point():
            self._take()
            span, kind = minus.span.to(number.span), _LITERAL_KINDS[number.kind]
            return Literal(span, -number.value, kind, f"-{number.text}")
        operand = self._expression(_UNARY)
        return Unary(minus.span.to(operand.span), "-", operand)

    def _follows_point(self) -> bool:
        return self.lexed.tokens[self.at + 1].is_sign(".")

    def _primary(self) -> Node:
        token = self._token
        if token.kind in _LITERAL_KINDS:
            return self._literal()
        if token.kind is TokenKind.NAME:
            return self._word()
        if token.is_sign("("):
            opened = self._open()
            inner = self._expression(0)
            return replace(inner, span=opened.span.to(self._close(")").span))
        if token.is_sign("["):
            opened = self._open()
            items = self._arguments("]")
            closed = self._close("]")
            return ListLiteral(opened.span.to(closed.span), items)
        raise refuse_operand(self.lexed.source, token, is_first=self.at == 0)

    def _literal(self) -> Node:
        token = self._take()
        if token.kind is TokenKind.INT and isinstance(token.value, int) and token.value > INT_MAX:
            text = Text(gettext_noop("Whole numbers go up to %(limit)s"), {"limit": INT_MAX})
            raise self._refuse(token.span, "number-too-large", text)
        return Literal(token.span, token.value, _LITERAL_KINDS[token.kind], token.text)

    def _word(self) -> Node:
        token = self._take()
        if token.text in _WORDS:
            value = _WORDS[token.text]
            return Literal(token.span, value, Kind.NULL if value is None else Kind.BOOL, token.text)
        if self._token.is_sign("("):
            return self._call(None, token)
        refused = refuse_word(self.lexed.source, token)
        if refused is not None:
            raise refused
        parts = [token]
        while self._token.is_sign(".") and not self._is_call_ahead():
            self._take()
            parts.append(self._part())
        spans = tuple(part.span for part in parts)
        return Name(spans[0].to(spans[-1]), tuple(part.text for part in parts), spans)

    def _is_call_ahead(self) -> bool:
        """Tell whether `.name(` follows, at a point."""
        ahead = self.lexed.tokens[self.at + 1 : self.at + 3]
        return len(ahead) == 2 and ahead[0].kind is TokenKind.NAME and ahead[1].is_sign("(")

    def _part(self) -> Token:
        token = self._token
        if token.kind is TokenKind.NAME and token.text not in _WORDS:
            return self._take()
        text = Text(gettext_noop("After the point a name should follow"))
        advice = Text(
            gettext_noop("Write for example seller.id; a number with decimals needs digits behind the point.")
        )
        raise self._refuse(token.span, "name-expected", text, advice)

    def _postfix(self, target: Node) -> Node:
        while self._token.is_sign("."):
            point = self._take()
            name = self._part()
            if not self._token.is_sign("("):
                text = Text(gettext_noop("`%(name)s` is no part of the value before it"), {"name": name.text})
                advice = Text(gettext_noop("Functions need brackets: %(name)s()."), {"name": name.text})
                raise self._refuse(point.span.to(name.span), "no-such-part", text, advice)
            target = self._call(target, name)
        if self._token.is_sign("["):
            raise refuse_follower(self.lexed.source, self._token)
        return target

    def _call(self, target: Node | None, name: Token) -> Node:
        self._open()
        if target is not None and name.text in LOOPS:
            return self._loop(target, name)
        arguments = self._arguments(")")
        closed = self._close(")")
        start = name.span if target is None else target.span
        return Call(start.to(closed.span), name.text, name.span, target, arguments)

    def _loop(self, items: Node, name: Token) -> Node:
        variable = self._token
        comma = self.lexed.tokens[min(self.at + 1, len(self.lexed.tokens) - 1)]
        if variable.kind is not TokenKind.NAME or not comma.is_sign(","):
            raise refuse_loop(self.lexed.source, name)
        self._take()
        self._take()
        body = self._expression(0)
        closed = self._close(")")
        return Loop(items.span.to(closed.span), name.text, name.span, items, variable.text, variable.span, body)

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._token.is_sign(closing):
            found.append(self._expression(0))
            if not self._token.is_sign(","):
                break
            self._take()
        return tuple(found)
