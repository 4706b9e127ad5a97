"""Say a condition in plain words, as it stands and as its opposite."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.rulelang.check import Checked
from policies.rulelang.phrases import (
    CONDITIONS,
    FILTERED,
    IN_FIELD,
    IN_NAMED_LIST,
    LOOPS,
    MAPPED,
    TIME_CONDITIONS,
    VALUES,
)
from policies.rulelang.showing import show_field, show_value
from policies.rulelang.typed import Apply, Choice, Const, FieldRef, ListRef, Logic, TypedNode, VarRef, Walk
from policies.rulelang.types import Kind
from policies.rulelang.wording import Text, gettext_noop

_ARITHMETIC = ("add_", "subtract_", "multiply_", "divide_", "modulo_", "negate_")
_SCALING = ("multiply_", "divide_", "modulo_")
_SAME_UNIT = ("add_int", "add_double", "subtract_int", "subtract_double", "negate_int", "negate_double", "widen")


def describe(checked: Checked) -> Text:
    """Say a checked condition in plain words."""
    return Narrator().condition(checked.root)


@dataclass(frozen=True)
class Narrator:
    """Says conditions and values; a subclass may say more about the fields, such as their values."""

    def field(self, node: FieldRef) -> Text:
        """Name a field."""
        return show_field(node.name, node.field)

    def variable(self, node: VarRef) -> Text:
        """Name the element at hand of a loop."""
        return Text(gettext_noop("“%(name)s”"), {"name": node.name})

    def condition(self, node: TypedNode, *, holds: bool = True) -> Text:  # noqa: PLR0911 - one per kind
        """Say a condition, or its opposite."""
        match node:
            case Logic():
                return self._chain(node, holds=holds)
            case Apply() if node.overload.id == "not":
                return self.condition(node.arguments[0], holds=not holds)
            case Apply() if node.overload.id in CONDITIONS:
                return self._comparison(node, holds=holds)
            case Walk() if node.name in LOOPS:
                return self._loop(LOOPS[node.name][not holds], node)
            case Const():
                return Text(gettext_noop("always")) if node.value is holds else Text(gettext_noop("never"))
            case Choice():
                return self._choice(node, holds=holds)
            case _:
                template = gettext_noop("%(a)s is true") if holds else gettext_noop("%(a)s is false")
                return Text(template, {"a": self.value(node)})

    def _chain(self, node: Logic, *, holds: bool) -> Text:
        if not holds:
            return Text(gettext_noop("not (%(chain)s)"), {"chain": self._chain(node, holds=True)})
        template = gettext_noop("%(a)s and %(b)s") if node.sign == "&&" else gettext_noop("%(a)s or %(b)s")
        said = [self._operand(operand) for operand in node.operands]
        joined = said[0]
        for one in said[1:]:
            joined = Text(template, {"a": joined, "b": one})
        return joined

    def _operand(self, node: TypedNode) -> Text:
        said = self.condition(node)
        return _in_brackets(said) if isinstance(node, Logic | Choice | Walk) else said

    def _comparison(self, node: Apply, *, holds: bool) -> Text:
        phrases = CONDITIONS[node.overload.id]
        if node.arguments[0].type.kind is Kind.TIMESTAMP:
            phrases = TIME_CONDITIONS.get(node.overload.id, phrases)
        if node.name == "in" and isinstance(node.arguments[1], FieldRef | Walk):
            phrases = IN_FIELD
        elif node.name == "in" and isinstance(node.arguments[1], ListRef):
            phrases = IN_NAMED_LIST
        said = self._arguments(node)
        pattern = node.arguments[-1]
        if node.overload.id == "matches" and isinstance(pattern, Const):
            # A pattern is read as it is; doubled backslashes would only make it harder.
            said["b"] = pattern.value
        return Text(phrases[not holds], said)

    def _choice(self, node: Choice, *, holds: bool) -> Text:
        return Text(
            gettext_noop("if %(condition)s then %(then)s, otherwise %(otherwise)s"),
            {
                "condition": self.condition(node.condition),
                "then": self.condition(node.then, holds=holds),
                "otherwise": self.condition(node.otherwise, holds=holds),
            },
        )

    def _loop(self, template: str, node: Walk) -> Text:
        body = self.condition(node.body) if node.body.type.kind is Kind.BOOL else self.value(node.body)
        return Text(template, {"x": node.variable, "list": self.value(node.items), "body": body})

    def value(self, node: TypedNode, unit: str = "") -> Text:  # noqa: PLR0911 - one per kind of node
        """Say a value; `unit` is that of what it is compared with."""
        match node:
            case Const():
                return show_value(node.value, unit)
            case FieldRef():
                return self.field(node)
            case ListRef():
                return Text(gettext_noop("the list %(name)s"), {"name": node.name})
            case VarRef():
                return self.variable(node)
            case Walk() if node.name not in LOOPS:
                return self._loop(FILTERED if node.name == "filter" else MAPPED, node)
            case Apply() if node.overload.id in VALUES:
                return Text(VALUES[node.overload.id], self._arguments(node))
            case Choice():
                return self._chosen_value(node, unit)
            case _:
                return _in_brackets(self.condition(node))

    def _chosen_value(self, node: Choice, unit: str) -> Text:
        values = {
            "condition": self.condition(node.condition),
            "then": self.value(node.then, unit),
            "otherwise": self.value(node.otherwise, unit),
        }
        return Text(gettext_noop("(%(then)s if %(condition)s, otherwise %(otherwise)s)"), values)

    def _arguments(self, node: Apply) -> dict[str, object]:
        is_scaled = node.overload.id.startswith(_SCALING)
        unit = "" if is_scaled else _common_unit(node.arguments)
        said = []
        for argument in node.arguments:
            text = self.value(argument, unit)
            said.append(_in_brackets(text) if _is_arithmetic(argument) and _is_arithmetic(node) else text)
        return dict(zip("ab", said, strict=False))


def _in_brackets(said: Text) -> Text:
    return Text(gettext_noop("(%(said)s)"), {"said": said})


def _is_arithmetic(node: TypedNode) -> bool:
    return isinstance(node, Apply) and node.overload.id.startswith(_ARITHMETIC)


def _common_unit(nodes: Sequence[TypedNode]) -> str:
    return next((unit for unit in map(unit_of, nodes) if unit), "")


def unit_of(node: TypedNode) -> str:
    """Return the unit in which a value is shown; empty when it has none."""
    if isinstance(node, FieldRef):
        return node.field.unit
    if isinstance(node, Apply) and node.overload.id in _SAME_UNIT:
        return _common_unit(node.arguments)
    return ""
