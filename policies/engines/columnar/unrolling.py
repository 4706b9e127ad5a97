"""Take loops over fixed lists apart: columns have no loops, but can be asked of each entry, or of all at once.

`lists.words.exists(w, text.contains(w))`, the way in which policies list words, becomes one regular
expression that is searched once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.limits import MAX_WALKED_LIST
from policies.rulelang.lower import NEVER, Atom, Every, Formula, Some, lower
from policies.rulelang.typed import Apply, Choice, Const, ListRef, Logic, TypedNode, VarRef, Walk, every
from policies.rulelang.types import STRING, Kind

_MOST_ENTRIES = 32
_MOST_CHARACTERS = 5_000
"""In all entries of a list that becomes one expression: RE2 keeps to its memory and speed."""

_SIGNS = {sign: f"\\{sign}" for sign in r"\.+*?()|[]{}^$"} | {"\0": r"\x00"}
_QUOTED = str.maketrans(_SIGNS)


def unroll(formula: Formula, lists: Mapping[str, frozenset[Any]]) -> Formula:
    """Return a formula that holds on the same records, with as few loops as can be."""
    if isinstance(formula, Atom):
        return _unrolled(formula, lists)
    return replace(formula, parts=tuple(unroll(part, lists) for part in formula.parts))


def _unrolled(atom: Atom, lists: Mapping[str, frozenset[Any]]) -> Formula:
    node = atom.node
    entries = _entries(node.items, lists) if isinstance(node, Walk) else None
    if entries is None or not isinstance(node, Walk):
        return atom
    if len(entries) > MAX_WALKED_LIST:
        return NEVER
    # exists is TRUE where one part is, and FALSE where every part is; all is the other way round.
    join = Some if (node.name == "exists") is atom.wanted else Every
    text = _searched_text(node)
    if text is not None and join is (Some if atom.wanted else Every) and entries:
        if sum(map(len, entries)) > _MOST_CHARACTERS:
            return atom
        pattern = "|".join(entry.translate(_QUOTED) for entry in entries)
        sought = Const(node.span, STRING, pattern)
        overload = next(overload for overload in FUNCTIONS["matches"].overloads)
        return Atom(Apply(node.span, overload.gives, "matches", overload, (text, sought)), atom.wanted)
    if len(entries) > _MOST_ENTRIES:
        return atom
    bodies = (_with_entry(node.body, node.slot, entry) for entry in entries)
    return join(tuple(unroll(lower(body, wanted=atom.wanted), lists) for body in bodies))


def _entries(items: TypedNode, lists: Mapping[str, frozenset[Any]]) -> tuple[Any, ...] | None:
    if isinstance(items, ListRef):
        return tuple(sorted(lists[items.name]))
    return items.value if isinstance(items, Const) and isinstance(items.value, tuple) else None


def _searched_text(node: Walk) -> TypedNode | None:
    """Return the text of a loop whose body is `text.contains(entry)`, None when it is another."""
    body = node.body
    if not isinstance(body, Apply) or body.overload.id != "contains":
        return None
    text, sought = body.arguments
    is_entry = isinstance(sought, VarRef) and sought.slot == node.slot
    is_other = not any(isinstance(part, VarRef) for part in every(text))
    return text if is_entry and is_other else None


def _with_entry(node: TypedNode, slot: int, entry: Any) -> TypedNode:  # noqa: PLR0911 - one per kind of node
    """Return a node with an entry in the place of a loop's variable."""

    def put(part: TypedNode) -> TypedNode:
        return _with_entry(part, slot, entry)

    match node:
        case VarRef():
            if node.slot != slot:
                return node
            return Const(node.span, node.type, float(entry) if node.type.kind is Kind.DOUBLE else entry)
        case Apply():
            return replace(node, arguments=tuple(map(put, node.arguments)))
        case Logic():
            return replace(node, operands=tuple(map(put, node.operands)))
        case Choice():
            return Choice(node.span, node.type, put(node.condition), put(node.then), put(node.otherwise))
        case Walk():
            return replace(node, items=put(node.items), body=put(node.body))
        case _:
            return node
