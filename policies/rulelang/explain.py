"""Explain why a condition holds on a record, or does not: the value of every part, and a sentence for it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from policies.rulelang.check import Checked
from policies.rulelang.evaluate import Run, compile_node, slots_of
from policies.rulelang.limits import MAX_WALKED_LIST, SHOWN_LOOP_ELEMENTS
from policies.rulelang.moments import format_duration, format_timestamp
from policies.rulelang.plain import Narrator, unit_of
from policies.rulelang.record import UNKNOWN, Record
from policies.rulelang.showing import show_field, show_measured, show_value
from policies.rulelang.source import Source, Span
from policies.rulelang.typed import Apply, Const, FieldRef, ListRef, Logic, TypedNode, VarRef, Walk, every, parts
from policies.rulelang.types import Kind
from policies.rulelang.wording import Text, gettext_noop, say_as_is, verbatim

SHOWN_FOUND = 3


class Truth(StrEnum):
    """The three answers of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Explanation:
    """One part of a condition on one record.

    `value` is the typed value: None for null, UNKNOWN for what cannot be computed. `truth` is there for
    conditions, and UNKNOWN for a value that cannot be computed; None for any other value.
    """

    kind: str
    span: Span
    source_text: str
    value: Any
    shown: Text
    truth: Truth | None
    sentence: Text
    children: "tuple[Explanation, ...]" = ()

    def decisive(self) -> "Iterator[Explanation]":
        """Yield the innermost conditions that make this one true, false or unknown."""
        inner = [child for child in self.children if child.truth is self.truth and child.kind in _CONDITIONAL]
        if self.kind == "not":
            inner = [child for child in self.children if child.kind in _CONDITIONAL]
        if not inner or self.kind not in ("and", "or", "not"):
            yield self
        else:
            for child in inner:
                yield from child.decisive()

    def as_json(self, translate: Callable[[str], str] = say_as_is) -> dict[str, object]:
        """Return the explanation as plain data, sentences in the language of `translate`."""
        return {
            "kind": self.kind,
            "start": self.span.start,
            "end": self.span.end,
            "text": self.source_text,
            "value": _plain_value(self.value),
            "shown": self.shown.render(translate),
            "truth": None if self.truth is None else str(self.truth),
            "sentence": self.sentence.render(translate),
            "children": [child.as_json(translate) for child in self.children],
        }


_CONDITIONAL = frozenset({"and", "or", "not", "comparison", "loop", "choice", "field", "variable", "constant"})


def explain(checked: Checked, record: Record) -> Explanation:
    """Explain a condition on a record, part by part.

    Parts that the evaluation itself would skip are shown too. Of a loop, the elements that decide are
    shown first, at most ten.

    Raises:
        MissingListError: the record comes without a named list that the condition uses.
    """
    return Explainer(checked).explain(record)


class Explainer:
    """Explains one condition on any number of records; what does not depend on them is worked out once."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._slots = slots_of(checked.root)
        # By the identity of nodes, which live as long as the condition: to hash them means to walk their trees.
        self._runs: dict[int, Run] = {}
        self._numbers: dict[int, tuple[float, ...]] = {}

    def explain(self, record: Record) -> Explanation:
        """Explain the condition on a record; see `explain`."""
        return _Explaining(self, self._checked.source, record, [None] * self._slots).explain(self._checked.root)

    def run_of(self, node: TypedNode) -> Run:
        """Return what computes a node of the condition."""
        run = self._runs.get(id(node))
        if run is None:
            run = self._runs[id(node)] = compile_node(node)
        return run

    def numbers_in(self, node: TypedNode) -> tuple[float, ...]:
        """Return the numbers that a node of the condition names: what its fields are held against."""
        numbers = self._numbers.get(id(node))
        if numbers is None:
            numbers = self._numbers[id(node)] = _numbers(node)
        return numbers


@dataclass(frozen=True)
class _NarratorWithValues(Narrator):
    """Says fields together with their values: `late rate (14.2 %) is above 10 %`."""

    compute: Callable[[TypedNode], Any]
    slots_in_reach: frozenset[int]
    limits: tuple[float, ...] = ()  # the numbers that the condition names

    def field(self, node: FieldRef) -> Text:
        name = show_field(node.name, node.field)
        value = show_measured(self.compute(node), node.field.unit, self.limits)
        return Text(gettext_noop("%(name)s (%(value)s)"), {"name": name, "value": value})

    def variable(self, node: VarRef) -> Text:
        if node.slot not in self.slots_in_reach:
            return super().variable(node)
        name, value = verbatim(node.name), show_value(self.compute(node))
        return Text(gettext_noop("%(name)s (%(value)s)"), {"name": name, "value": value})


@dataclass
class _Explaining:
    """One explanation on its way down the tree."""

    known: Explainer
    source: Source
    record: Record
    at_hand: list[Any]
    slots_in_reach: frozenset[int] = frozenset()

    def explain(self, node: TypedNode) -> Explanation:
        if isinstance(node, Apply) and node.overload.id == "widen":
            return self.explain(node.arguments[0])
        value = self._compute(node)
        truth = _truth(node, value)
        children = self._children(node, value)
        said = self._sentence(node, value, truth)
        return Explanation(
            kind=_kind(node),
            span=node.span,
            source_text=self.source.slice(node.span),
            value=value,
            shown=self._show(node, value),
            truth=truth,
            sentence=_with_found(said, children) if isinstance(node, Walk) and truth is Truth.TRUE else said,
            children=children,
        )

    def _compute(self, node: TypedNode) -> Any:
        value = self.known.run_of(node)(self.record, self.at_hand)
        return UNKNOWN if node.type.kind is Kind.BOOL and not isinstance(value, bool) and value is not None else value

    def _show(self, node: TypedNode, value: Any) -> Text:
        if isinstance(node, ListRef):
            return Text(gettext_noop("a list of %(count)s entries"), {"count": len(value)})
        return show_measured(value, unit_of(node))

    def _children(self, node: TypedNode, value: Any) -> tuple[Explanation, ...]:
        if not isinstance(node, Walk):
            return tuple(self.explain(part) for part in parts(node))
        elements = self._compute(node.items)
        shown: list[Explanation] = [self.explain(node.items)]
        if elements is not None and elements is not UNKNOWN and len(elements) <= MAX_WALKED_LIST:
            shown += [self._element(node, element) for element in self._chosen(node, elements, value)]
        return tuple(shown)

    def _chosen(self, node: Walk, elements: Any, value: Any) -> list[Any]:
        """Return the elements to show, those first on which the body gives what the loop gives."""
        run = self.known.run_of(node.body)
        deciding: list[Any] = []
        others: list[Any] = []
        for element in sorted(elements) if isinstance(elements, frozenset | set) else elements:
            self.at_hand[node.slot] = element
            given = run(self.record, self.at_hand)
            (deciding if given is value else others).append(element)
        return (deciding + others)[:SHOWN_LOOP_ELEMENTS]

    def _element(self, node: Walk, element: Any) -> Explanation:
        self.at_hand[node.slot] = element
        outer, self.slots_in_reach = self.slots_in_reach, self.slots_in_reach | {node.slot}
        body = self.explain(node.body)
        self.slots_in_reach = outer
        shown = show_value(element)
        return Explanation(
            kind="element",
            span=node.span,
            source_text=node.variable,
            value=element,
            shown=shown,
            truth=body.truth,
            sentence=Text(gettext_noop("“%(name)s” is %(value)s"), {"name": node.variable, "value": shown}),
            children=(body,),
        )

    def _sentence(self, node: TypedNode, value: Any, truth: Truth | None) -> Text:
        narrator = _NarratorWithValues(self._compute, self.slots_in_reach, self.known.numbers_in(node))
        if isinstance(node, Const):
            return show_value(value)
        if isinstance(node, Logic):
            return Text(_CHAINS[node.sign, truth or Truth.UNKNOWN])
        if truth is Truth.UNKNOWN:
            return self._unknown_sentence(node, narrator)
        if node.type.kind is Kind.BOOL:
            return narrator.condition(node, holds=truth is Truth.TRUE)
        if isinstance(node, FieldRef | VarRef):
            name = Narrator.field(narrator, node) if isinstance(node, FieldRef) else Narrator.variable(narrator, node)
        else:
            name = Narrator().value(node)
        return Text(gettext_noop("%(name)s: %(value)s"), {"name": name, "value": self._show(node, value)})

    def _unknown_sentence(self, node: TypedNode, narrator: Narrator) -> Text:
        is_condition = node.type.kind is Kind.BOOL
        said = Narrator().condition(node) if is_condition else Narrator().value(node)
        empty = [
            part
            for part in every(node)
            if isinstance(part, FieldRef) and (self._compute(part) is None or self._compute(part) is UNKNOWN)
        ]
        if not empty:
            return Text(gettext_noop("Unknown, as it cannot be computed: %(said)s"), {"said": narrator.value(node)})
        names = ", ".join(dict.fromkeys(str(show_field(part.name, part.field)) for part in empty))
        template = gettext_noop("Unknown, as there is no data: %(names)s (asked was: %(said)s)")
        return Text(template, {"names": names, "said": said})


def _with_found(said: Text, children: tuple[Explanation, ...]) -> Text:
    """Name the elements for which a loop holds, where it holds for some only."""
    elements = [child for child in children if child.kind == "element"]
    found = [str(child.shown) for child in elements if child.truth is Truth.TRUE][:SHOWN_FOUND]
    if not found or len(found) == len(elements):
        return said
    return Text(gettext_noop("%(said)s (found: %(found)s)"), {"said": said, "found": ", ".join(found)})


def _numbers(root: TypedNode) -> tuple[float, ...]:
    named = (node.value for node in every(root) if isinstance(node, Const))
    return tuple(value for value in named if isinstance(value, int | float) and not isinstance(value, bool))


_CHAINS = {
    ("&&", Truth.TRUE): gettext_noop("All of these hold"),
    ("&&", Truth.FALSE): gettext_noop("Not all of these hold"),
    ("&&", Truth.UNKNOWN): gettext_noop("Whether all of these hold is unknown"),
    ("||", Truth.TRUE): gettext_noop("At least one of these holds"),
    ("||", Truth.FALSE): gettext_noop("None of these holds"),
    ("||", Truth.UNKNOWN): gettext_noop("Whether one of these holds is unknown"),
}


def _truth(node: TypedNode, value: Any) -> Truth | None:
    if value is UNKNOWN or (node.type.kind is Kind.BOOL and value is None):
        return Truth.UNKNOWN
    if node.type.kind is not Kind.BOOL:
        return None
    return Truth.TRUE if value else Truth.FALSE


_KINDS = {
    "Const": "constant",
    "FieldRef": "field",
    "ListRef": "list",
    "VarRef": "variable",
    "Walk": "loop",
    "Choice": "choice",
}


def _kind(node: TypedNode) -> str:
    if isinstance(node, Logic):
        return "and" if node.sign == "&&" else "or"
    if isinstance(node, Apply):
        if node.overload.id == "not":
            return "not"
        return "comparison" if node.type.kind is Kind.BOOL else "value"
    return _KINDS[type(node).__name__]


def _plain_value(value: Any) -> object:
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, tuple | list):
        return [_plain_value(element) for element in value]
    return None if value is UNKNOWN or isinstance(value, frozenset | set) else value
