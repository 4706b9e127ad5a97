"""Write formulas: an expression that is true exactly when the formula holds.

What is null or unknown makes no atom hold that is not about it. Where a field has no usable value its
variable is NAN or None, so that most atoms need no question about it.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from policies.rulelang.compile import syntax
from policies.rulelang.compile.loops import write_asking
from policies.rulelang.compile.scope import FieldSlot, Scope
from policies.rulelang.lower import Atom, Every, Formula
from policies.rulelang.patterns import compile_test
from policies.rulelang.shapes import shape_of
from policies.rulelang.typed import Apply, Const, FieldRef, ListRef, TypedNode, VarRef, Walk

_EXACT_AS_DOUBLE = 2**53
_ORDERINGS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="}


def write_formula(formula: Formula, scope: Scope) -> ast.expr:
    """Write that a formula holds."""
    if isinstance(formula, Atom):
        return _atom(formula.node, scope, wanted=formula.wanted)
    parts = [write_formula(part, scope) for part in formula.parts]
    return syntax.both(parts) if isinstance(formula, Every) else syntax.either(parts)


def _atom(node: TypedNode, scope: Scope, *, wanted: bool) -> ast.expr:
    match node:
        case FieldRef() | VarRef():
            named = syntax.name(scope.slot(node).value if isinstance(node, FieldRef) else f"x{node.slot}")
            return named if wanted else syntax.compare(named, "is", syntax.FALSE)
        case Walk():
            items = _operand(node.items, scope)
            return syntax.both([*items.guards, write_asking(node, items.code, scope, wanted=wanted)])
        case _:
            application = cast("Apply", node)
            if application.overload.id in _ORDERINGS:
                return _ordering(application, scope)
            return _WRITERS[application.overload.id](application, scope, wanted)


@dataclass(frozen=True)
class _Operand:
    """A value that an atom looks at: `code` may be used, and repeated, where all `guards` hold.

    `is_nan_safe`: without the guards the code is a number or NAN.
    """

    code: ast.expr
    guards: tuple[ast.expr, ...] = ()
    is_nan_safe: bool = False


def _operand(node: TypedNode, scope: Scope) -> _Operand:
    match node:
        case Const():
            return _Operand(scope.fixed(node), is_nan_safe=True)
        case FieldRef():
            slot = scope.slot(node)
            slot.needs_whole_text = True
            return _Operand(syntax.name(slot.value), (slot.is_present(),), is_nan_safe=slot.missing == "NAN")
        case ListRef():
            return _Operand(syntax.name(scope.list_variable(node)))
        case VarRef():
            element = syntax.name(f"x{node.slot}")
            return _Operand(element, (syntax.compare(element, "is not", syntax.NULL),))
        case Apply() if node.overload.id == "widen" and isinstance(node.arguments[0], FieldRef):
            whole = _operand(node.arguments[0], scope)
            # NAN comes out of `float` as the same object.
            return _Operand(syntax.call("float", whole.code), whole.guards, is_nan_safe=True)
        case _:
            kept, value = _kept(node, scope)
            is_known = syntax.compare(value, "is not", syntax.name("UNKNOWN"))
            return _Operand(value, (syntax.compare(kept, "is not", syntax.NULL), is_known))


def _kept(node: TypedNode, scope: Scope) -> tuple[ast.expr, ast.expr]:
    """Write a value that is kept in a variable where it is first used, and the variable."""
    temporary = scope.temporary()
    return syntax.keep(temporary, scope.value(node, scope)), syntax.name(temporary)


def _known(node: TypedNode, scope: Scope) -> tuple[ast.expr, ast.expr]:
    """Write the test that a value is not unknown, and the value, which may be null."""
    kept, value = _kept(node, scope)
    return syntax.compare(kept, "is not", syntax.name("UNKNOWN")), value


def _ordering(node: Apply, scope: Scope) -> ast.expr:
    left, right = node.arguments
    operands = [_operand(_as_whole(left, right), scope), _operand(right, scope)]
    guards = [guard for operand in operands if not operand.is_nan_safe for guard in operand.guards]
    sign = _ORDERINGS[node.overload.id]
    return syntax.both([*guards, syntax.compare(operands[0].code, sign, operands[1].code)])


def _as_whole(left: TypedNode, right: TypedNode) -> TypedNode:
    """Return a whole number without its conversion where comparing it with the fixed number gives the same."""
    is_small = isinstance(right, Const) and isinstance(right.value, float) and abs(right.value) < _EXACT_AS_DOUBLE
    if is_small and isinstance(left, Apply) and left.overload.id == "widen" and isinstance(left.arguments[0], FieldRef):
        return left.arguments[0]
    return left


def _field_of(node: TypedNode, scope: Scope) -> tuple[FieldSlot, ast.expr] | None:
    """Return the slot and the value of a field, widened or not; None for any other node."""
    if isinstance(node, FieldRef):
        slot = scope.slot(node)
        return slot, syntax.name(slot.value)
    if isinstance(node, Apply) and node.overload.id == "widen" and isinstance(node.arguments[0], FieldRef):
        slot = scope.slot(node.arguments[0])
        return slot, syntax.call("float", syntax.name(slot.value))
    return None


def _is_known(slot: FieldSlot) -> ast.expr:
    """Write that a field is not unknown; it may be null."""
    slot.needs_whole_text = True
    if not slot.described.nullable:
        return slot.is_present()
    slot.needs_unknown = True
    return syntax.negated(syntax.name(slot.unknown))


def _equal(node: Apply, scope: Scope, wanted: bool) -> ast.expr:  # noqa: FBT001 - one signature for all atoms
    left, right = node.arguments
    sign = "==" if wanted else "!="
    if isinstance(right, Const) and right.value is not None:
        found = _field_of(_as_whole(left, right), scope)
        if found is not None:
            slot, value = found
            compared = syntax.compare(value, sign, scope.fixed(right))
            # What is missing differs from every fixed value.
            return compared if wanted else syntax.both([compared, _is_known(slot)])
    known, value = _known(left, scope)
    known_other, other = _known(right, scope)
    return syntax.both([known, known_other, syntax.compare(value, sign, other)])


def _is_null(node: Apply, scope: Scope, wanted: bool) -> ast.expr:  # noqa: FBT001 - as above
    tested = node.arguments[0]
    if not isinstance(tested, FieldRef):
        known, value = _known(tested, scope)
        return syntax.both([known, syntax.compare(value, "is" if wanted else "is not", syntax.NULL)])
    slot = scope.slot(tested)
    slot.needs_whole_text = True
    if not wanted:
        return slot.is_present()
    if not slot.described.nullable:
        return syntax.FALSE
    return syntax.both([syntax.negated(slot.is_present()), _is_known(slot)])


def _is_in(node: Apply, scope: Scope, wanted: bool) -> ast.expr:  # noqa: FBT001 - as above
    element, within = node.arguments
    sign = "in" if wanted else "not in"
    entries, may_hold_null = _entries(within, scope)
    found = None if may_hold_null else _field_of(element, scope)
    if found is not None:
        slot, value = found
        slot.needs_whole_text = slot.needs_whole_text or not isinstance(within, Const)
        tested = syntax.compare(value, sign, entries.code)
        return syntax.both([*entries.guards, tested, *([] if wanted else [_is_known(slot)])])
    known, value = _known(element, scope)
    return syntax.both([*entries.guards, known, syntax.compare(value, sign, entries.code)])


def _entries(within: TypedNode, scope: Scope) -> tuple[_Operand, bool]:
    """Return the list, a fixed one as a set, and whether null may be among its entries."""
    if isinstance(within, Const) and isinstance(within.value, tuple):
        values = within.value
        name = scope.constant(("set", str(within.type), repr(values)), lambda: frozenset(values))
        return _Operand(syntax.name(name)), None in values
    return _operand(within, scope), not isinstance(within, FieldRef | ListRef)


def _is_in_as_double(node: Apply, scope: Scope, wanted: bool) -> ast.expr:  # noqa: FBT001 - as above
    element, within = node.arguments
    entries, _ = _entries(within, scope)
    known, value = _known(element, scope)
    holds = syntax.call("holds_as_double", entries.code, value)
    return syntax.both([*entries.guards, known, holds if wanted else syntax.negated(holds)])


def _on_texts(test: Callable[[ast.expr, ast.expr], ast.expr]) -> Callable[[Apply, Scope, bool], ast.expr]:
    def write(node: Apply, scope: Scope, wanted: bool) -> ast.expr:  # noqa: FBT001 - as above
        text, part = (_operand(argument, scope) for argument in node.arguments)
        tested = scope.once(shape_of(node), test(text.code, part.code))
        return syntax.both([*text.guards, *part.guards, tested if wanted else syntax.negated(tested)])

    return write


def _matches(node: Apply, scope: Scope, wanted: bool) -> ast.expr:  # noqa: FBT001 - as above
    text, pattern = node.arguments
    words = str(cast("Const", pattern).value)  # the checker lets only fixed patterns pass
    search = scope.constant(("pattern", words), lambda: compile_test(words))
    looked_at = _operand(text, scope)
    tested = scope.once(shape_of(node), syntax.call(search, looked_at.code))
    return syntax.both([*looked_at.guards, tested if wanted else syntax.negated(tested)])


_WRITERS: dict[str, Callable[[Apply, Scope, bool], ast.expr]] = {
    "equal": _equal,
    "is_null": _is_null,
    "in": _is_in,
    "in_as_double": _is_in_as_double,
    "contains": _on_texts(lambda text, part: syntax.compare(part, "in", text)),
    "starts_with": _on_texts(lambda text, part: syntax.method(text, "startswith", part)),
    "ends_with": _on_texts(lambda text, part: syntax.method(text, "endswith", part)),
    "matches": _matches,
}
