"""Offer what may be written at a place: fields, functions, lists, operators, each with type and one line of words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from policies.rulelang.functions import CALLABLE, FUNCTIONS
from policies.rulelang.lexer import lex
from policies.rulelang.schema import LISTS, Schema
from policies.rulelang.showing import show_field
from policies.rulelang.signatures import Form, Function
from policies.rulelang.source import Source
from policies.rulelang.tokens import Token, TokenKind
from policies.rulelang.types import Type, list_of
from policies.rulelang.wording import Text, gettext_noop, say_as_is, verbatim


class OfferKind(StrEnum):
    """What an offered word is."""

    FIELD = "field"
    GROUP = "group"
    LIST = "list"
    FUNCTION = "function"
    VARIABLE = "variable"
    OPERATOR = "operator"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be written: what the list shows, what is put in, its type and one line about it."""

    label: str
    insert: str
    kind: OfferKind
    type: str
    doc: Text

    def as_json(self, translate: Callable[[str], str] = say_as_is) -> dict[str, str]:
        """Return the offer as plain data."""
        doc = self.doc.render(translate)
        return {"label": self.label, "insert": self.insert, "kind": self.kind, "type": self.type, "doc": doc}


@dataclass(frozen=True, slots=True)
class Completion:
    """The offers for a place; an accepted one replaces the text from `start` to `end`."""

    start: int
    end: int
    offers: tuple[Offer, ...]


_WORDS = {
    "true": gettext_noop("Yes."),
    "false": gettext_noop("No."),
    "null": gettext_noop("No data."),
}
_ENDS_VALUE = (")", "]")


def complete(text: str, offset: int, schema: Schema) -> Completion:
    """Offer what may be written at an offset in characters; nothing inside quotes and comments."""
    lexed = lex(Source(text))
    before = [token for token in lexed.tokens if token.span.start < offset and token.kind is not TokenKind.END]
    unclosed = [problem.span for problem in lexed.problems if problem.code == "unclosed-text"]
    silent = [*unclosed, *(comment.span for comment in lexed.comments)]
    is_silent = any(span.start < offset <= span.end for span in silent)
    last = before[-1] if before else None
    if is_silent or (last and last.kind is TokenKind.STRING and offset < last.span.end):
        return Completion(offset, offset, ())
    start, end, typed = offset, offset, ""
    if last and last.span.end >= offset and (last.kind is TokenKind.NAME or last.text == "in"):
        start, end, typed = last.span.start, last.span.end, text[last.span.start : offset]
        before.pop()
    offers = _Desk(schema, before).offers()
    return Completion(start, end, tuple(_sift(offers, typed)))


def _sift(offers: Iterator[Offer], typed: str) -> list[Offer]:
    """Keep offers that hold what was typed, those that begin with it first."""
    wanted = typed.lower()
    found = {offer.label: offer for offer in offers if wanted in offer.label.lower()}
    return sorted(found.values(), key=lambda offer: not offer.label.lower().startswith(wanted))


@dataclass
class _Desk:
    schema: Schema
    before: list[Token]

    def offers(self) -> Iterator[Offer]:
        last = self.before[-1] if self.before else None
        if last is None or (last.kind is TokenKind.SIGN and last.text not in (".", *_ENDS_VALUE)):
            yield from self._values(after=last.text if last else "")
        elif last.text == "." and last.kind is TokenKind.SIGN:
            yield from self._after_point()
        else:
            yield from self._operators()

    def _values(self, after: str) -> Iterator[Offer]:
        if after == "in":
            yield from self._lists(LISTS + ".")
            return
        for name, variable_type in self._variables().items():
            doc = Text(gettext_noop("The element at hand of the loop."))
            yield Offer(name, name, OfferKind.VARIABLE, variable_type, doc)
        yield from self._members("")
        yield from self._lists(LISTS + ".")
        for function in CALLABLE.values():
            if function.form in (Form.FUNCTION, Form.EITHER, Form.LITERAL):
                yield _function_offer(function, f"{function.name}(")
        for word, doc_text in _WORDS.items():
            yield Offer(word, word, OfferKind.WORD, "null" if word == "null" else "bool", Text(doc_text))

    def _members(self, prefix: str) -> Iterator[Offer]:
        """Offer the fields that begin with a prefix, each with the rest of its name."""
        for name, field in self.schema.fields.items():
            if name.startswith(prefix):
                rest = name[len(prefix) :]
                doc = verbatim(field.doc) if field.doc else show_field(name, field)
                yield Offer(rest, rest, OfferKind.FIELD, str(field.full_type), doc)

    def _lists(self, prefix: str) -> Iterator[Offer]:
        for name, entry in self.schema.lists.items():
            doc = Text(gettext_noop("The named list %(name)s."), {"name": name})
            yield Offer(prefix + name, prefix + name, OfferKind.LIST, str(list_of(entry)), doc)

    def _after_point(self) -> Iterator[Offer]:
        name = self._name_ending_at(len(self.before) - 2)
        if name == LISTS:
            yield from self._lists("")
            return
        if name in self.schema.prefixes:
            yield from self._members(f"{name}.")
            return
        known = self._type_of(name)
        for function in CALLABLE.values():
            if function.form in (Form.METHOD, Form.EITHER, Form.LOOP) and _takes(function, known):
                arguments = "()" if function.arity == 1 and function.form is not Form.LOOP else "("
                yield _function_offer(function, function.name + arguments)

    def _operators(self) -> Iterator[Offer]:
        """Offer what may follow a value: comparisons for its kind, and the joining of conditions."""
        known = self._type_of(self._name_ending_at(len(self.before) - 1))
        for function in FUNCTIONS.values():
            if function.form is Form.OPERATOR and function.name not in ("!", "? :") and _takes(function, known):
                yield _function_offer(function, f"{function.name} ")

    def _name_ending_at(self, at: int) -> str:
        """Return the dotted name whose last part is the token at an index; empty when it is no name."""
        parts: list[str] = []
        while at >= 0 and self.before[at].kind is TokenKind.NAME:
            parts.insert(0, self.before[at].text)
            if at < 2 or not self.before[at - 1].is_sign("."):
                break
            at -= 2
        return ".".join(parts)

    def _type_of(self, name: str) -> Type | None:
        if name in self.schema.fields:
            return self.schema.fields[name].type
        list_name = name.removeprefix(f"{LISTS}.")
        if list_name != name and list_name in self.schema.lists:
            return list_of(self.schema.lists[list_name])
        return None

    def _variables(self) -> dict[str, str]:
        """Return the loop variables in reach with their types: `exists(x,` whose bracket is still open."""
        found: dict[str, str] = {}
        opened: list[int] = []
        for at, token in enumerate(self.before):
            if token.is_sign("(", "["):
                opened.append(at)
            elif token.is_sign(")", "]") and opened:
                opened.pop()
        for at in opened:
            loop = self.before[at - 1] if at else None
            head = self.before[at + 1 : at + 3]
            if loop is None or loop.text not in CALLABLE or CALLABLE[loop.text].form is not Form.LOOP:
                continue
            if len(head) == 2 and head[0].kind is TokenKind.NAME and head[1].is_sign(","):
                items = self._type_of(self._name_ending_at(at - 3))
                found[head[0].text] = str(items.element) if items and items.element else ""
        return found


def _takes(function: Function, known: Type | None) -> bool:
    """Tell whether a value of the known type may stand first; everything may when the type is not known."""
    if known is None:
        return True
    return any(overload.takes[0].kind in (known.kind, "any") for overload in function.overloads)


def _function_offer(function: Function, insert: str) -> Offer:
    kind = OfferKind.OPERATOR if function.form is Form.OPERATOR else OfferKind.FUNCTION
    return Offer(function.name, insert, kind, function.usage, Text(function.doc))
