"""Explain what cannot be read: one function per situation, naming the place, the reason and what to do."""

from policies.rulelang.limits import MAX_NESTING
from policies.rulelang.schema import RESERVED
from policies.rulelang.source import Problem, Source, Span
from policies.rulelang.tokens import Token, TokenKind
from policies.rulelang.tree import Binary
from policies.rulelang.wording import NOTHING, Text, gettext_noop

_FOREIGN_WORDS = {
    "and": gettext_noop("Write && for “and”."),
    "or": gettext_noop("Write || for “or”."),
    "is": gettext_noop("Write == for “is”, != for “is not”."),
    "not": gettext_noop("Write ! before a bracket for “not”: !(country in lists.risky)."),
    "like": gettext_noop('Write text.contains("part") or text.matches("pattern").'),
    "between": gettext_noop("Write two comparisons: amount >= 1 && amount <= 5."),
    "contains": gettext_noop('Write text.contains("part").'),
}


class RefusedError(Exception):
    """The reading of an operand ends here; the problem says why. A final one ends the reading as a whole."""

    def __init__(self, problem: Problem, *, is_final: bool = False) -> None:
        super().__init__(str(problem))
        self.problem, self.is_final = problem, is_final


def refuse(source: Source, span: Span, code: str, text: Text, advice: Text = NOTHING) -> RefusedError:
    """Make the error that stops the reading of an operand."""
    return RefusedError(Problem(source, span, code, text, advice))


def too_deep(source: Source, span: Span) -> RefusedError:
    """Explain that brackets, calls or chains are nested beyond the limit."""
    text = Text(gettext_noop("The condition is nested deeper than %(limit)s levels"), {"limit": MAX_NESTING})
    advice = Text(gettext_noop("Remove brackets, or split the condition into several rules."))
    return RefusedError(Problem(source, span, "nested-too-deep", text, advice), is_final=True)


def refuse_follower(source: Source, token: Token) -> RefusedError:
    """Explain a token that stands where an operator or the end should be."""
    text = Text(gettext_noop("`%(word)s` cannot stand here"), {"word": source.excerpt(token.span)})
    advice = Text(gettext_noop("Join two conditions with && or ||, and compare with ==, !=, <, <=, > or >=."))
    if token.kind is TokenKind.NAME and token.text.lower() in _FOREIGN_WORDS:
        advice = Text(_FOREIGN_WORDS[token.text.lower()])
    elif token.is_sign("!"):
        advice = Text(gettext_noop("Write != for “is not”, and !(x in list) for “not in”."))
    elif token.is_sign(","):
        advice = Text(gettext_noop("Write numbers without separators (1000), and lists in brackets: [1, 2]."))
    elif token.is_sign("["):
        advice = Text(gettext_noop("Elements cannot be taken by number; use exists or all on the list."))
    return refuse(source, token.span, "unexpected", text, advice)


def refuse_operand(source: Source, token: Token, *, is_first: bool) -> RefusedError:
    """Explain a token that stands where a value should be."""
    if token.kind is TokenKind.END and is_first:
        text = Text(gettext_noop("The condition is empty"))
        advice = Text(gettext_noop("Write a comparison such as amount > 100, or true for “always”."))
        return refuse(source, token.span, "empty", text, advice)
    if token.kind is TokenKind.END:
        text = Text(gettext_noop("The condition ends where a value should follow"))
        advice = Text(gettext_noop("Complete it, or delete the last sign."))
        return refuse(source, token.span, "unfinished", text, advice)
    text = Text(gettext_noop("Here a value should stand, not `%(sign)s`"), {"sign": token.text})
    advice = Text(gettext_noop("Write a field, a number, a text in quotes or a bracket."))
    if token.is_sign("."):
        advice = Text(gettext_noop("A name does not begin with a point."))
    return refuse(source, token.span, "value-expected", text, advice)


def refuse_second_relation(source: Source, made: Binary, second: Token) -> RefusedError:
    """Explain `1 < x < 5`, which does not mean what it seems to."""
    text = Text(gettext_noop("Two comparisons cannot follow one another"))
    advice = Text(
        gettext_noop("Write %(left)s && %(right)s %(sign)s …, or put one comparison in brackets."),
        {"left": source.excerpt(made.span), "right": source.excerpt(made.right.span), "sign": second.text},
    )
    return refuse(source, second.span, "chained-comparison", text, advice)


def refuse_word(source: Source, token: Token) -> RefusedError | None:
    """Explain a word of another language (`not`) or one that CEL reserves; None for all others."""
    if token.text.lower() in ("not", "and", "or"):
        text = Text(gettext_noop("`%(word)s` has no meaning here"), {"word": token.text})
        return refuse(source, token.span, "foreign-word", text, Text(_FOREIGN_WORDS[token.text.lower()]))
    if token.text in RESERVED:
        text = Text(gettext_noop("The word `%(word)s` is reserved"), {"word": token.text})
        return refuse(source, token.span, "reserved-word", text, Text(gettext_noop("No field has this name.")))
    return None


def refuse_loop(source: Source, name: Token) -> RefusedError:
    """Explain how a loop is written."""
    text = Text(gettext_noop("`%(name)s` needs a name for the element and a condition"), {"name": name.text})
    advice = Text(gettext_noop('Write for example tags.%(name)s(tag, tag == "new").'), {"name": name.text})
    return refuse(source, name.span, "bad-loop", text, advice)
