"""Check operators: choose the overload that fits the two sides, or say why none does."""

from policies.rulelang.check.context import Context
from policies.rulelang.check.literals import widen
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.operators import NULL_TESTS
from policies.rulelang.signatures import Overload
from policies.rulelang.tree import Binary, Logical, Ternary, Unary
from policies.rulelang.typed import Apply, Choice, Const, FieldRef, Logic, TypedNode
from policies.rulelang.types import BOOL, Kind, Type
from policies.rulelang.wording import NOTHING, Text, gettext_noop

_ORDERINGS = frozenset({"<", "<=", ">", ">="})
_EQUALITIES = frozenset({"==", "!="})


def fits(given: Type, wanted: Type) -> bool:
    """Tell whether a value of one type may stand where the other is wanted, null aside."""
    if given.kind is not wanted.kind:
        return False
    return wanted.element is None or given.element is None or fits(given.element, wanted.element)


def choose(overloads: tuple[Overload, ...], given: tuple[TypedNode, ...]) -> Overload | None:
    """Return the first overload whose types fit the arguments."""
    for overload in overloads:
        if len(overload.takes) == len(given) and all(
            fits(node.type, wanted) for node, wanted in zip(given, overload.takes, strict=True)
        ):
            return overload
    return None


def infer_unary(node: Unary, context: Context) -> TypedNode | None:
    """Check `!x` and `-x`."""
    operand = context.infer(node.operand, context)
    if operand is None:
        return None
    if node.sign == "!":
        return (
            Apply(node.span, BOOL, "!", FUNCTIONS["!"].overloads[0], (operand,))
            if expect_condition(operand, context)
            else None
        )
    overload = choose(FUNCTIONS["-"].overloads, (operand,))
    if overload is not None:
        return Apply(node.span, overload.gives, "-", overload, (operand,))
    text = Text(
        gettext_noop("`-` needs a number, `%(operand)s` is %(kind)s"),
        {"operand": context.excerpt(operand.span), "kind": operand.type.words()},
    )
    context.report.error(operand.span, "kind-mismatch", text)
    return None


def infer_logical(node: Logical, context: Context) -> TypedNode | None:
    """Check a chain of conditions."""
    operands = [context.infer(operand, context) for operand in node.operands]
    found = [operand for operand in operands if operand is not None and expect_condition(operand, context)]
    return Logic(node.span, BOOL, node.sign, tuple(found)) if len(found) == len(operands) else None


def infer_ternary(node: Ternary, context: Context) -> TypedNode | None:
    """Check `condition ? then : otherwise`; the two values must be of one kind."""
    condition = context.infer(node.condition, context)
    then = context.infer(node.then, context)
    otherwise = context.infer(node.otherwise, context)
    is_condition = condition is not None and expect_condition(condition, context)
    if condition is None or then is None or otherwise is None or not is_condition:
        return None
    if {then.type.kind, otherwise.type.kind} == {Kind.INT, Kind.DOUBLE}:
        then, otherwise = widen(then), widen(otherwise)
    wanted = then.type if otherwise.type.kind is Kind.NULL else otherwise.type
    if then.type.kind is not Kind.NULL and not fits(then.type, wanted):
        text, _ = _mismatch("? :", then, otherwise, context)
        advice = Text(gettext_noop("Both values of a choice must be of the same kind."))
        context.report.error(node.span, "kind-mismatch", text, advice)
        return None
    is_nullable = then.type.nullable or otherwise.type.nullable
    return Choice(node.span, wanted.or_null() if is_nullable else wanted.without_null(), condition, then, otherwise)


def infer_binary(node: Binary, context: Context) -> TypedNode | None:
    """Check a comparison, `in`, or arithmetic."""
    left, right = context.infer(node.left, context), context.infer(node.right, context)
    if left is None or right is None:
        return None
    if node.sign in NULL_TESTS and Kind.NULL in (left.type.kind, right.type.kind):
        tested = right if left.type.kind is Kind.NULL else left
        return Apply(node.span, BOOL, node.sign, NULL_TESTS[node.sign], (tested,))
    left, right = _meet(node.sign, left, right)
    overload = choose(FUNCTIONS[node.sign].overloads, (left, right))
    if overload is not None:
        return Apply(node.span, overload.gives, node.sign, overload, (left, right))
    text, advice = _mismatch(node.sign, left, right, context)
    context.report.error(node.span, "kind-mismatch", text, advice)
    return None


def _meet(sign: str, left: TypedNode, right: TypedNode) -> tuple[TypedNode, TypedNode]:
    """Widen whole numbers where the other side is a number; in arithmetic only those written out."""
    if {left.type.kind, right.type.kind} == {Kind.INT, Kind.DOUBLE}:
        if sign in _ORDERINGS or sign in _EQUALITIES:
            return widen(left), widen(right)
        return (
            widen(left) if isinstance(left, Const) else left,
            widen(right) if isinstance(right, Const) else right,
        )
    if sign == "in" and right.type.element is not None:
        if right.type.element.kind is Kind.DOUBLE:
            return widen(left), right
        if left.type.kind is Kind.DOUBLE and isinstance(right, Const):
            return left, widen(right)
    return left, right


def expect_condition(node: TypedNode, context: Context) -> bool:
    """Tell whether a value is a yes/no one, and report it if not."""
    if node.type.kind is Kind.BOOL:
        return True
    shown = context.excerpt(node.span)
    text = Text(
        gettext_noop("`%(value)s` is %(kind)s, here a condition is needed"),
        {"value": shown, "kind": node.type.words()},
    )
    advice = NOTHING
    if isinstance(node, FieldRef):
        example = {Kind.STRING: ' == "text"', Kind.INT: " > 0", Kind.DOUBLE: " > 0"}.get(node.type.kind, " != null")
        advice = Text(gettext_noop("Compare it: %(value)s%(example)s."), {"value": shown, "example": example})
    context.report.error(node.span, "condition-needed", text, advice)
    return False


def _mismatch(sign: str, left: TypedNode, right: TypedNode, context: Context) -> tuple[Text, Text]:
    if fits(left.type, right.type):
        text = Text(gettext_noop("`%(sign)s` cannot be used on %(kind)s"), {"sign": sign, "kind": left.type.words()})
        return text, _advise_same_kind(sign, left)
    text = Text(
        gettext_noop("`%(left)s` is %(left_kind)s, `%(right)s` is %(right_kind)s"),
        {
            "left": context.excerpt(left.span),
            "left_kind": left.type.words(),
            "right": context.excerpt(right.span),
            "right_kind": right.type.words(),
        },
    )
    return text, _advise_mismatch(sign, left, right, context)


def _advise_same_kind(sign: str, left: TypedNode) -> Text:
    if left.type.kind is Kind.LIST:
        return Text(gettext_noop("Ask about its elements: list.exists(x, x == 1), or about size(list)."))
    if sign == "in":
        return Text(gettext_noop("On the right of `in` stands a list: x in [1, 2]."))
    if sign == "%":
        return Text(gettext_noop("The rest of a division exists for whole numbers only."))
    return Text(gettext_noop("Ordering and arithmetic need numbers, texts or times; compare others with == or !=."))


def _advise_mismatch(sign: str, left: TypedNode, right: TypedNode, context: Context) -> Text:
    for one, other in ((left, right), (right, left)):
        advice = _advise_about(one, other, context)
        if advice is not NOTHING:
            return advice
    if sign == "in":
        return Text(gettext_noop("`in` asks whether a list of the same kind holds the value: x in [1, 2]."))
    return Text(gettext_noop("Both sides of `%(sign)s` must be of the same kind."), {"sign": sign})


def _advise_about(one: TypedNode, other: TypedNode, context: Context) -> Text:
    """Advise how to turn one side into something that goes with the other."""
    shown = context.excerpt(one.span)
    advice = NOTHING
    if one.type.kind is Kind.NULL:
        advice = Text(gettext_noop("Null can only be compared with == and !=."))
    elif isinstance(one, Const) and isinstance(one.value, str):
        advice = _advise_about_text(one.value, other.type)
    elif isinstance(one, Const) and one.type.is_number and other.type.kind is Kind.STRING:
        advice = Text(gettext_noop('Put it in quotes: "%(number)s".'), {"number": shown})
    elif one.type.kind is Kind.INT and other.type.kind is Kind.DOUBLE:
        template = gettext_noop("Write double(%(value)s) to compute with a number that has decimals.")
        advice = Text(template, {"value": shown})
    elif one.type.element is not None and fits(other.type, one.type.element):
        template = gettext_noop("Write %(value)s in %(list)s to look it up in the list.")
        advice = Text(template, {"value": context.excerpt(other.span), "list": shown})
    return advice


def _advise_about_text(words: str, other: Type) -> Text:
    """Advise what to write instead of a fixed text."""
    if other.is_number and _is_number(words):
        return Text(gettext_noop("Write %(number)s without quotes."), {"number": words.strip()})
    if other.kind is Kind.BOOL and words.lower() in ("true", "false"):
        return Text(gettext_noop("Write %(word)s without quotes."), {"word": words.lower()})
    if other.kind is Kind.TIMESTAMP:
        return Text(gettext_noop('Write a point in time as timestamp("2026-01-31T00:00:00Z").'))
    if other.kind is Kind.DURATION:
        return Text(gettext_noop('Write a length of time as duration("36h").'))
    if other.is_number:
        return Text(gettext_noop("Compare it with a number, such as 0.5, without quotes."))
    return NOTHING


def _is_number(words: str) -> bool:
    try:
        float(words)
    except ValueError:
        return False
    return True
