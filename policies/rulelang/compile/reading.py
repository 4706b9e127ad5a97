"""Write how fields are read: those needed by most events at once and in place, the others when they are needed."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from policies.rulelang.compile import syntax
from policies.rulelang.compile.runtime import (
    LONGEST_TEXT,
    late_pair_reader,
    late_reader,
    value_or_none,
)
from policies.rulelang.compile.scope import FieldSlot, Scope
from policies.rulelang.limits import INT_MAX, INT_MIN
from policies.rulelang.types import Kind

_LARGEST = 1.7976931348623157e308


def read_at_once(slots: Iterable[FieldSlot], scope: Scope) -> Iterator[ast.stmt]:
    """Write the statements that read fields in place, without a call where the value is as usual."""
    groups: dict[str, str] = {"": "values"}
    for slot in slots:
        *path, last = slot.name.split(".")
        for depth in range(1, len(path) + 1):
            group = ".".join(path[:depth])
            if group not in groups:
                yield from _read_group(groups[".".join(path[: depth - 1])], path[depth - 1], f"p{len(groups)}")
                groups[group] = f"p{len(groups)}"
        yield syntax.assign([slot.value], _get(groups[".".join(path)], last))
        yield from _make_sound(slot, scope)


def begin_late(slot: FieldSlot) -> ast.If:
    """Write the question whether a field was read before; its body comes from `read_late`."""
    return syntax.when(syntax.compare(syntax.name(slot.value), "is", syntax.name("LATER")), [])


def read_late(slot: FieldSlot, scope: Scope) -> Sequence[ast.stmt]:
    """Write the statements that read one field by itself: in place, or by a call when it lies in a group."""
    values = syntax.name("values")
    if "." not in slot.name:
        known = [syntax.assign([slot.unknown], syntax.FALSE)] if slot.needs_unknown else []
        return [*known, *read_at_once([slot], scope)]
    if slot.needs_unknown:
        reader = scope.constant(("pair", slot.name), partial(late_pair_reader, slot.name, slot.described))
        return [syntax.assign_pair(slot.value, slot.unknown, syntax.call(reader, values))]
    reader = scope.constant(("late", slot.name), partial(late_reader, slot.name, slot.described))
    return [syntax.assign([slot.value], syntax.call(reader, values))]


def look_up_list(name: str, variable: str) -> ast.stmt:
    """Write the statement that looks a named list up unless that was done before."""
    entries = syntax.call("named_list", syntax.name("lists"), syntax.constant(name))
    is_unread = syntax.compare(syntax.name(variable), "is", syntax.name("LATER"))
    return syntax.when(is_unread, [syntax.assign([variable], entries)])


def _get(group: str, key: str) -> ast.expr:
    return syntax.method(syntax.name(group), "get", syntax.constant(key))


def _read_group(outer: str, key: str, variable: str) -> Iterator[ast.stmt]:
    yield syntax.assign([variable], _get(outer, key))
    is_usual = syntax.compare(syntax.call("type", syntax.name(variable)), "is", syntax.name("dict"))
    mend = syntax.assign([variable], syntax.call("as_group", syntax.name(variable)))
    yield syntax.when(syntax.negated(is_usual), [mend])


def _make_sound(slot: FieldSlot, scope: Scope) -> Iterator[ast.stmt]:
    """Write what turns a raw value that is not as usual into a sound one or into the missing value."""
    value = syntax.name(slot.value)
    missing = syntax.name("NAN") if slot.missing == "NAN" else syntax.NULL
    is_null = syntax.compare(value, "is", syntax.NULL)
    reader, is_usual = _reader_and_test(slot, value, scope)
    mend: list[ast.stmt] = [syntax.assign([slot.value], syntax.call(reader, value))]
    if slot.needs_unknown:
        mend.append(syntax.assign([slot.unknown], syntax.compare(value, "is", missing)))
    if slot.missing == "NAN":
        mend = [syntax.when(is_null, [syntax.assign([slot.value], missing)], mend)]
    else:
        mend = [syntax.when(syntax.negated(is_null), mend)]
    yield syntax.when(syntax.negated(is_usual), mend) if is_usual is not None else mend[0]


def _reader_and_test(slot: FieldSlot, value: ast.expr, scope: Scope) -> tuple[str, ast.expr | None]:
    """Return the reader for what is unusual, and the test for what is usual; None where a reader must always look."""
    kind = slot.described.type.kind
    type_of = syntax.call("type", value)
    if kind is Kind.INT:
        in_range = syntax.between(syntax.constant(INT_MIN), value, syntax.constant(INT_MAX))
        return "read_int", syntax.both([syntax.compare(type_of, "is", syntax.name("int")), in_range])
    if kind is Kind.DOUBLE:
        is_finite = syntax.between(syntax.constant(-_LARGEST), value, syntax.constant(_LARGEST))
        return "read_double", syntax.both([syntax.compare(type_of, "is", syntax.name("float")), is_finite])
    if kind is Kind.STRING:
        is_text = syntax.compare(type_of, "is", syntax.name("str"))
        if not slot.needs_whole_text:
            return "read_text", is_text
        is_short = syntax.compare(syntax.call("len", value), "<=", syntax.constant(LONGEST_TEXT))
        return "read_text", syntax.both([is_text, syntax.method(value, "isascii"), is_short])
    wanted = slot.described.type
    reader = scope.constant(("read", str(wanted)), partial(value_or_none, wanted))
    if kind is Kind.BOOL:
        is_true = syntax.compare(value, "is", syntax.TRUE)
        return reader, syntax.either([is_true, syntax.compare(value, "is", syntax.FALSE)])
    return reader, None
