"""Write loops: each becomes a function of its own that takes its list and the variables of its body."""

import ast
import re
from collections.abc import Sequence

from policies.rulelang.compile import syntax
from policies.rulelang.compile.scope import Scope
from policies.rulelang.limits import MAX_WALKED_LIST
from policies.rulelang.lower import lower
from policies.rulelang.typed import Walk

_OUTER = re.compile(r"[vulxh]\d+|now")


def write_asking(node: Walk, items: ast.expr, scope: Scope, *, wanted: bool) -> ast.expr:
    """Write that `exists` or `all` is TRUE, or FALSE, of a list that is there."""
    scope.loops_around += 1
    body = scope.holds(lower(node.body, wanted=wanted), scope)
    scope.loops_around -= 1
    # It takes one element to make `exists` true or `all` false, and every element otherwise.
    one_decides = (node.name == "exists") is wanted
    test = body if one_decides else syntax.negated(body)
    loop = [
        syntax.when(_is_too_long(), [syntax.give(syntax.FALSE)]),
        syntax.each(_element(node), syntax.name("items"), [syntax.when(test, [_give(one_decides)])]),
        _give(not one_decides),
    ]
    return _called(node, loop, items, scope)


def write_collecting(node: Walk, scope: Scope) -> ast.expr:
    """Write the value of `filter` or `map`."""
    items = scope.value(node.items, scope)
    scope.loops_around += 1
    step = _keep_some(node, scope) if node.name == "filter" else _change_each(node, scope)
    scope.loops_around -= 1
    nothing = [_is_missing("None"), _is_missing("UNKNOWN"), _is_too_long()]
    loop = [
        syntax.when(syntax.either(nothing), [syntax.give(syntax.name("UNKNOWN"))]),
        syntax.assign(["made"], syntax.empty_list()),
        syntax.each(_element(node), syntax.name("items"), step),
        syntax.give(syntax.call("tuple", syntax.name("made"))),
    ]
    return _called(node, loop, items, scope)


def _keep_some(node: Walk, scope: Scope) -> list[ast.stmt]:
    is_true, is_false = scope.holds(lower(node.body), scope), scope.holds(lower(node.body, wanted=False), scope)
    leave = syntax.when(syntax.negated(is_false), [syntax.give(syntax.name("UNKNOWN"))])
    return [syntax.when(is_true, [_add(syntax.name(_element(node)))], [leave])]


def _change_each(node: Walk, scope: Scope) -> list[ast.stmt]:
    value = scope.temporary()
    is_unknown = syntax.compare(syntax.name(value), "is", syntax.name("UNKNOWN"))
    return [
        syntax.assign([value], scope.value(node.body, scope)),
        syntax.when(is_unknown, [syntax.give(syntax.name("UNKNOWN"))]),
        _add(syntax.name(value)),
    ]


def _called(node: Walk, loop: Sequence[ast.stmt], items: ast.expr, scope: Scope) -> ast.expr:
    function = f"w{len(scope.functions)}"
    names = (part.id for statement in loop for part in ast.walk(statement) if isinstance(part, ast.Name))
    taken = sorted({name for name in names if _OUTER.fullmatch(name)} - {_element(node)})
    scope.functions.append(syntax.function(function, ["items", *taken], loop))
    return syntax.call(function, items, *(_brought(name, scope) for name in taken))


def _brought(name: str, scope: Scope) -> ast.expr:
    """Write a variable of the surroundings; a hoisted value is computed where the outermost loop is called."""
    return scope.hoisted[name] if name in scope.hoisted and not scope.loops_around else syntax.name(name)


def _element(node: Walk) -> str:
    return f"x{node.slot}"


def _add(value: ast.expr) -> ast.stmt:
    return syntax.do(syntax.method(syntax.name("made"), "append", value))


def _give(answer: bool) -> ast.stmt:  # noqa: FBT001 - a value
    return syntax.give(syntax.constant(answer))


def _is_missing(what: str) -> ast.expr:
    missing = syntax.NULL if what == "None" else syntax.name(what)
    return syntax.compare(syntax.name("items"), "is", missing)


def _is_too_long() -> ast.expr:
    return syntax.compare(syntax.call("len", syntax.name("items")), ">", syntax.constant(MAX_WALKED_LIST))
