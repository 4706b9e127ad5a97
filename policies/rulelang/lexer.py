"""Cut the text of a condition into tokens, in time linear to its length."""

import math
import re
from dataclasses import dataclass, field

from policies.rulelang.limits import INT_MAX, MAX_LITERAL, MAX_PROBLEMS, MAX_TEXT, MAX_WORD
from policies.rulelang.quoting import UnquoteError, unquote
from policies.rulelang.source import Problem, Source, Span
from policies.rulelang.tokens import Comment, Token, TokenKind
from policies.rulelang.wording import NOTHING, Text, gettext_noop

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SPACE = re.compile(r"[ \t\r\n]+")
_COMMENT = re.compile(r"//[^\n]*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NUMBER = re.compile(
    r"(?P<hex>0[xX][0-9a-fA-F]+)|(?P<double>\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)|(?P<int>\d+)", re.ASCII
)
_QUOTED = re.compile(
    r"""(?P<prefix>[rRbB]{0,2})(?:(?P<triple>\"{3}|'{3})|(?P<quote>["']))""",
)
_BODIES = {
    '"': re.compile(r'(?:[^"\\\n]|\\[^\n])*'),
    "'": re.compile(r"(?:[^'\\\n]|\\[^\n])*"),
}
_RAW_BODIES = {'"': re.compile(r'[^"\n]*'), "'": re.compile(r"[^'\n]*")}
_SIGNS = re.compile(r"&&|\|\||==|!=|<=|>=|[<>!+\-*/%?:()\[\],.]")
_WRONG_SIGNS = {
    "<>": gettext_noop("Write != for “is not”."),
    "=<": gettext_noop("Write <= for “at most”."),
    "=>": gettext_noop("Write >= for “at least”."),
    "=": gettext_noop("Write == to compare."),
    "&": gettext_noop("Write && for “and”."),
    "|": gettext_noop("Write || for “or”."),
    "≥": gettext_noop("Write >= for “at least”."),
    "≤": gettext_noop("Write <= for “at most”."),
    "≠": gettext_noop("Write != for “is not”."),
    "“": gettext_noop('Write straight quotes: "text".'),
    "”": gettext_noop('Write straight quotes: "text".'),
    "„": gettext_noop('Write straight quotes: "text".'),
    "\u2018": gettext_noop('Write straight quotes: "text".'),
    "\u2019": gettext_noop('Write straight quotes: "text".'),
    "«": gettext_noop('Write straight quotes: "text".'),
    "»": gettext_noop('Write straight quotes: "text".'),
    "\u2013": gettext_noop("Write - for minus."),
    "\u2212": gettext_noop("Write - for minus."),
    "\u00d7": gettext_noop("Write * for times."),
    "\u00a0": gettext_noop("This is a space that does not break; type an ordinary space."),
    "{": gettext_noop("Write lists in square brackets: [1, 2]."),
    "}": gettext_noop("Write lists in square brackets: [1, 2]."),
    ";": gettext_noop("A condition is a single expression; join its parts with && or ||."),
}
_WRONG_SIGN = re.compile("|".join(re.escape(sign) for sign in _WRONG_SIGNS))


@dataclass(frozen=True)
class Lexed:
    """The tokens of a text, ending with one of kind END, its comments, and what could not be read."""

    source: Source
    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]


def lex(source: Source) -> Lexed:
    """Cut a text into tokens; what cannot be read is reported and left out."""
    refused = _refuse_whole(source)
    if refused:
        return Lexed(source, (_end(source),), (), tuple(refused))
    work = _Work(source)
    while work.at < len(source.text) and len(work.problems) < MAX_PROBLEMS:
        work.step()
    work.tokens.append(_end(source))
    return Lexed(source, tuple(work.tokens), tuple(work.comments), tuple(work.problems))


def _end(source: Source) -> Token:
    return Token(TokenKind.END, Span(len(source.text), len(source.text)), "")


def _refuse_whole(source: Source) -> list[Problem]:
    """Refuse texts that are not worth cutting: too long, or with signs that a reader cannot see."""
    if len(source.text) > MAX_TEXT:
        text = Text(
            gettext_noop("The condition has %(length)s characters, at most %(limit)s are possible"),
            {"length": len(source.text), "limit": MAX_TEXT},
        )
        advice = Text(gettext_noop("Put long lists of words or ids into a named list, or write several rules."))
        return [Problem(source, Span(0, 0), "text-too-long", text, advice)]
    found = []
    for match in _INVISIBLE.finditer(source.text):
        text = Text(
            gettext_noop("Here is a sign that one cannot see (U+%(code)s); it may hide what the condition does"),
            {"code": f"{ord(match[0]):04X}"},
        )
        advice = Text(
            gettext_noop("Delete it. Where it must stand inside a text write it as \\u%(code)s."),
            {"code": f"{ord(match[0]):04X}"},
        )
        found.append(Problem(source, Span(*match.span()), "invisible-sign", text, advice))
        if len(found) == MAX_PROBLEMS:
            break
    return found


@dataclass
class _Work:
    """The state of one cutting: what was found so far, and where the rest begins."""

    source: Source
    at: int = 0
    tokens: list[Token] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def step(self) -> None:
        """Read the next token, comment or stretch of space."""
        text = self.source.text
        if match := _SPACE.match(text, self.at):
            self.at = match.end()
        elif match := _COMMENT.match(text, self.at):
            self._add_comment(match)
        elif match := _QUOTED.match(text, self.at):
            self._add_quoted(match)
        elif match := _NUMBER.match(text, self.at):
            self._add_number(match)
        elif match := _WORD.match(text, self.at):
            self._add_word(match)
        else:
            self._add_sign()

    def refuse(self, span: Span, code: str, text: Text, advice: Text = NOTHING) -> None:
        self.problems.append(Problem(self.source, span, code, text, advice))

    def _add(self, token: Token) -> None:
        self.tokens.append(token)
        self.at = token.span.end

    def _add_word(self, match: re.Match[str]) -> None:
        kind = TokenKind.SIGN if match[0] == "in" else TokenKind.NAME
        token = Token(kind, Span(*match.span()), match[0])
        if len(match[0]) > MAX_WORD:
            text = Text(gettext_noop("A name has at most %(limit)s characters"), {"limit": MAX_WORD})
            self.refuse(token.span, "word-too-long", text)
        self._add(token)

    def _add_comment(self, match: re.Match[str]) -> None:
        line_start = self.source.text.rfind("\n", 0, match.start()) + 1
        before = self.source.text[line_start : match.start()]
        self.comments.append(Comment(Span(*match.span()), match[0].rstrip(), bool(before.strip())))
        self.at = match.end()

    def _add_quoted(self, match: re.Match[str]) -> None:
        prefix, start = match["prefix"].lower(), self.at
        if match["triple"] or prefix not in ("", "r"):
            close = self.source.text.find(match["triple"] or match["quote"], match.end())
            end = close + len(match["triple"] or match["quote"]) if close >= 0 else len(self.source.text)
            self._stand_in(Span(start, end), "")
            text = Text(gettext_noop("Text with three quotes or with the letter b before it is not supported"))
            advice = Text(gettext_noop('Write "text", or r"text" to keep backslashes as they are.'))
            self.refuse(Span(start, end), "unsupported-text", text, advice)
            return
        bodies = _RAW_BODIES if prefix else _BODIES
        body = bodies[match["quote"]].match(self.source.text, match.end())
        end = body.end() if body else match.end()
        if not self.source.text.startswith(match["quote"], end):
            line_end = self.source.text.find("\n", end)
            end = line_end if line_end >= 0 else len(self.source.text)
            self._stand_in(Span(start, end), "")
            text = Text(gettext_noop("The text that begins here has no closing %(quote)s"), {"quote": match["quote"]})
            advice = Text(gettext_noop("Close it on the same line; write a line break inside a text as \\n."))
            self.refuse(Span(start, end), "unclosed-text", text, advice)
            return
        self._add_text(Span(start, end + 1), Span(match.end(), end), is_raw=bool(prefix))

    def _add_text(self, span: Span, body: Span, *, is_raw: bool) -> None:
        written = self.source.slice(body)
        value = written
        try:
            value = written if is_raw else unquote(written)
        except UnquoteError as error:
            place = Span(body.start + error.start, body.start + error.end)
            text = Text(gettext_noop("`%(escape)s` is no sign that a text can hold"), {"escape": error.escape})
            advice = Text(
                gettext_noop('Write \\\\ for one backslash, or put r before the text: r"\\d+" is good for patterns.')
            )
            self.refuse(place, "bad-escape", text, advice)
        if len(value) > MAX_LITERAL:
            text = Text(gettext_noop("A text has at most %(limit)s characters"), {"limit": MAX_LITERAL})
            self.refuse(span, "literal-too-long", text)
        self._stand_in(span, value)

    def _stand_in(self, span: Span, value: str) -> None:
        self._add(Token(TokenKind.STRING, span, self.source.slice(span), value))

    def _add_number(self, match: re.Match[str]) -> None:
        span, written = Span(*match.span()), match[0]
        tail = _WORD.match(self.source.text, span.end)
        if tail:
            self._refuse_tail(Span(span.start, tail.end()), tail[0])
            span = Span(span.start, tail.end())
        if match["double"]:
            value: int | float = float(written)
            if math.isinf(value):
                self.refuse(span, "number-too-large", Text(gettext_noop("This number is too large to compute with")))
            self._add(Token(TokenKind.DOUBLE, span, written, value))
            return
        digits = written[2:] if match["hex"] else written
        # Python refuses to read very long numbers, and any of more than 25 digits is too large anyway.
        value = int(digits, 16 if match["hex"] else 10) if len(digits.lstrip("0")) <= 25 else INT_MAX + 2
        if value > INT_MAX + 1:
            text = Text(gettext_noop("Whole numbers go up to %(limit)s"), {"limit": INT_MAX})
            advice = Text(gettext_noop("If this is an identifier put it in quotes."))
            self.refuse(span, "number-too-large", text, advice)
            value = 0
        self._add(Token(TokenKind.INT, span, written, value))

    def _refuse_tail(self, span: Span, tail: str) -> None:
        advice = Text(gettext_noop("Put a space between number and word, or quotes around the whole."))
        if tail in ("u", "U"):
            advice = Text(gettext_noop("Leave the letter u away; whole numbers have one kind here."))
        elif tail in ("d", "h", "m", "s", "ms"):
            advice = Text(gettext_noop('Write a length of time as duration("36h").'))
        text = Text(gettext_noop("`%(written)s` is no number"), {"written": self.source.excerpt(span)})
        self.refuse(span, "bad-number", text, advice)

    def _add_sign(self) -> None:
        text = self.source.text
        wrong = _WRONG_SIGN.match(text, self.at)
        right = _SIGNS.match(text, self.at)
        if right and not (wrong and len(wrong[0]) >= len(right[0])):
            self._add(Token(TokenKind.SIGN, Span(*right.span()), right[0]))
            return
        sign = wrong[0] if wrong else text[self.at]
        span = Span(self.at, self.at + len(sign))
        advice = Text(_WRONG_SIGNS[sign]) if wrong else Text(gettext_noop("Put quotes around text."))
        self.refuse(span, "strange-sign", Text(gettext_noop("`%(sign)s` has no meaning here"), {"sign": sign}), advice)
        self.at = span.end
