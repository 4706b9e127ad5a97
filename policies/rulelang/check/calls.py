"""Check functions and loops: known name, right form, right arguments."""

from policies.rulelang.check.context import Context
from policies.rulelang.check.literals import infer_time
from policies.rulelang.check.operators import choose, expect_condition, fits
from policies.rulelang.check.patterns import check_pattern
from policies.rulelang.check.suggest import did_you_mean
from policies.rulelang.functions import CALLABLE
from policies.rulelang.schema import KEYWORDS, LISTS, RESERVED
from policies.rulelang.signatures import Form, Function
from policies.rulelang.tree import Call, Loop, Name, Node
from policies.rulelang.typed import Apply, FieldRef, TypedNode, Walk
from policies.rulelang.types import BOOL, STRING, Kind, Type, list_of
from policies.rulelang.wording import NOTHING, Text, gettext_noop

_OTHER_NAMES = {
    **dict.fromkeys(("len", "length", "count"), "size"),
    **dict.fromkeys(("lowerAscii", "toLowerCase", "lowercase"), "lower"),
    **dict.fromkeys(("upperAscii", "toUpperCase", "uppercase"), "upper"),
    **dict.fromkeys(("any", "some", "exists_one", "existsOne"), "exists"),
    **dict.fromkeys(("regex", "match", "like"), "matches"),
    **dict.fromkeys(("now", "age", "age_days", "days"), "days_since"),
    **dict.fromkeys(("date", "datetime"), "timestamp"),
    **dict.fromkeys(("includes", "has_text"), "contains"),
}


def infer_call(node: Call, context: Context) -> TypedNode | None:
    """Check a function call."""
    function = CALLABLE.get(node.name)
    if function is None:
        _refuse_unknown(node, context)
        for argument in _given(node):
            context.infer(argument, context)
        return None
    if not _has_right_form(node, function, context):
        return None
    if function.form is Form.LITERAL:
        return infer_time(node, context)
    if function.name == "has":
        return _infer_has(node, function, context)
    arguments = [context.infer(argument, context) for argument in _given(node)]
    found = tuple(argument for argument in arguments if argument is not None)
    if len(found) < len(arguments):
        return None
    return _apply(node, function, found, context)


def _given(node: Call) -> tuple[Node, ...]:
    return node.arguments if node.target is None else (node.target, *node.arguments)


def _refuse_unknown(node: Call, context: Context) -> None:
    text = Text(gettext_noop("There is no function `%(name)s`"), {"name": node.name})
    other = _OTHER_NAMES.get(node.name)
    if other is not None:
        advice = Text(gettext_noop("Did you mean %(usage)s?"), {"usage": CALLABLE[other].usage})
    else:
        advice = did_you_mean(node.name, CALLABLE)
    context.report.error(node.name_span, "unknown-function", text, advice)


def _has_right_form(node: Call, function: Function, context: Context) -> bool:
    is_method = node.target is not None
    wanted_method = function.form in (Form.METHOD, Form.LOOP)
    usage = {"name": function.name, "usage": function.usage}
    if function.form is Form.LOOP or (function.form is not Form.EITHER and is_method != wanted_method):
        text = Text(gettext_noop("`%(name)s` is written as %(usage)s"), usage)
        context.report.error(node.name_span, "wrong-form", text)
        return False
    count = len(_given(node))
    if function.form is not Form.LITERAL and count != function.arity:
        text = Text(
            gettext_noop("`%(name)s` is written as %(usage)s, here are %(count)s values instead of %(wanted)s"),
            {**usage, "count": count, "wanted": function.arity},
        )
        advice = (
            Text(gettext_noop("Getters give the time in UTC and take no zone."))
            if function.name.startswith("get")
            else NOTHING
        )
        context.report.error(node.span, "wrong-count", text, advice)
        return False
    return True


def _infer_has(node: Call, function: Function, context: Context) -> TypedNode | None:
    argument = context.infer(node.arguments[0], context) if isinstance(node.arguments[0], Name) else None
    if isinstance(argument, FieldRef):
        return Apply(node.span, BOOL, "has", function.overloads[0], (argument,))
    if argument is not None or not isinstance(node.arguments[0], Name):
        text = Text(gettext_noop("`has` takes the name of a field"))
        advice = Text(gettext_noop("Write for example has(seller.rating)."))
        context.report.error(node.arguments[0].span, "field-needed", text, advice)
    return None


def _apply(node: Call, function: Function, given: tuple[TypedNode, ...], context: Context) -> TypedNode | None:
    overload = choose(function.overloads, given)
    if overload is None:
        _refuse_argument(function, given, context)
        return None
    made = Apply(node.span, overload.gives, function.name, overload, given)
    check_pattern(made, context.report)
    return made


def _refuse_argument(function: Function, given: tuple[TypedNode, ...], context: Context) -> None:
    """Point at the first argument that fits no overload."""
    at = next(
        at
        for at, argument in enumerate(given)
        if not any(fits(argument.type, overload.takes[at]) for overload in function.overloads)
    )
    wanted: list[Type] = list(dict.fromkeys(overload.takes[at] for overload in function.overloads))
    values = {
        "name": function.name,
        "wanted": wanted[0].words(),
        "other": wanted[-1].words(),
        "value": context.excerpt(given[at].span),
        "kind": given[at].type.words(),
    }
    template = gettext_noop("`%(name)s` needs %(wanted)s, `%(value)s` is %(kind)s")
    if len(wanted) > 1:
        template = gettext_noop("`%(name)s` needs %(wanted)s or %(other)s, `%(value)s` is %(kind)s")
    advice = Text(gettext_noop("It is written as %(usage)s."), {"usage": function.usage})
    context.report.error(given[at].span, "kind-mismatch", Text(template, values), advice)


def infer_loop(node: Loop, context: Context) -> TypedNode | None:
    """Check `exists`, `all`, `filter` or `map`."""
    items = context.infer(node.items, context)
    element: Type | None = None
    if items is not None:
        # The empty list fits everywhere; its elements may be of any kind, as there are none.
        element = items.type.element or (STRING if items.type.kind is Kind.LIST else None)
        if element is None:
            text = Text(
                gettext_noop("`%(name)s` needs a list, `%(value)s` is %(kind)s"),
                {"name": node.name, "value": context.excerpt(items.span), "kind": items.type.words()},
            )
            context.report.error(items.span, "kind-mismatch", text)
    if element is None or items is None or not _is_free(node, context):
        return None
    with context.variable(node.variable, node.variable_span, element) as variable:
        body = context.infer(node.body, context)
    if body is None:
        return None
    gives = _result_of(node, element, body, context)
    if gives is None:
        return None
    return Walk(node.span, gives, node.name, items, node.variable, variable.slot, body)


def _is_free(node: Loop, context: Context) -> bool:
    """Tell whether the name of the loop variable means nothing else here, and report it if it does."""
    name = node.variable
    taken = name in context.variables or name in context.schema.fields or name in context.schema.roles
    if not taken and name not in KEYWORDS | RESERVED | {LISTS}:
        return True
    text = Text(gettext_noop("`%(name)s` already means something else"), {"name": name})
    advice = Text(gettext_noop("Choose another name for the element, for example `item`."))
    context.report.error(node.variable_span, "name-taken", text, advice)
    return False


def _result_of(node: Loop, element: Type, body: TypedNode, context: Context) -> Type | None:
    if node.name == "map":
        if body.type.kind in (Kind.LIST, Kind.NULL):
            text = Text(gettext_noop("`map` makes a list of single values, not of lists or nulls"))
            context.report.error(body.span, "kind-mismatch", text)
            return None
        return list_of(body.type)
    if not expect_condition(body, context):
        return None
    return list_of(element) if node.name == "filter" else BOOL
