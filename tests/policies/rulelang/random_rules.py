"""Random rules of every feature and random records, cheap enough for hundreds of thousands.

A tame rule keeps to what the official CEL means the same by: its own functions, numbers that stay finite and
small. A wild one may use everything. Wild records hold values of every wrong kind.
"""

import math
import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from policies.rulelang import Record, Schema
from policies.rulelang.quoting import quote

SCHEMA = Schema.build(
    fields={
        "i": "int?",
        "j": "int",
        "d": "double?",
        "e": "double",
        "s": "string?",
        "t": "string",
        "b": "bool?",
        "c": "bool",
        "l": "list<int>?",
        "m": "list<double>?",
        "w": "list<string>",
        "at": "timestamp?",
        "since": "timestamp",
        "span": "duration?",
        "who.i": "int?",
        "who.s": "string?",
        "who.at": "timestamp?",
        "who.bank.s": "string?",
        "who.bank.d": "double?",
    },
    lists={"words": "string", "codes": "int", "limits": "double"},
)
LISTS = {
    "words": frozenset({"", "a", "ab", "é", "😀"}),
    "codes": frozenset({-1, 0, 7, 2**53 + 1}),
    "limits": frozenset({-1.5, 0.0, 7.0, 2.0**53}),
}
NOW = datetime(2026, 2, 28, 12, 30, tzinfo=UTC)

FIELDS = {
    "int": ("i", "j", "who.i"),
    "double": ("d", "e", "who.bank.d"),
    "string": ("s", "t", "who.s", "who.bank.s"),
    "bool": ("b", "c"),
    "timestamp": ("at", "since", "who.at"),
    "duration": ("span",),
    "ints": ("l",),
    "doubles": ("m",),
    "strings": ("w",),
}
ELEMENTS = {"ints": "int", "doubles": "double", "strings": "string"}
NAMED = {"ints": "lists.codes", "doubles": "lists.limits", "strings": "lists.words"}
ORDERED = ("int", "double", "string", "timestamp", "duration")

INTS = (0, 1, -1, 2, 3, 7, 10, -12)
WILD_INTS = (*INTS, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), -(2**63) + 1, 10**9)
DOUBLES = (0.0, 0.5, 1.0, -1.5, 2.5, 7.0, 100.25)
WILD_DOUBLES = (*DOUBLES, -0.0, 1e15, 1e308, -1e308, 5e-324, 2.0**53, -(2.0**63), 2.0**63, 0.1)
TEXTS = ("", "a", "ab", "aab", "B", "é", "ab c", "7")
WILD_TEXTS = (
    *TEXTS,
    "ß",
    "İ",
    "I",
    "😀",
    "a\nb",
    "\n",
    "٣",
    "%",
    "_",
    "'",
    '"',
    "\\",
    "x" * 300,
    "\u202e",
    "a\x00",
    "ǆ",
)
PATTERNS = (
    *("a", "^a", "b$", "^$", "", r"\d", r"\s", "(?i)AB", "[[:alpha:]]", "a.b", "(?s)a.b", "^(a|ab)(c|b c)?$", "é+"),
    *(r"\bab\b", "x{2,5}", r"\pL", "[^a]", r"(a+)+$", r"\.", "(?m)^b", r"a\z", "[[:^digit:]]", "(?:)", r"\x{1F600}"),
)
MOMENTS = (
    *("1970-01-01T00:00:00Z", "2026-01-31T23:59:59.999999Z", "2026-02-28T12:30:00Z", "2024-02-29T00:00:00Z"),
    *("2026-01-04T05:06:07.25Z", "1969-12-31T23:59:59.5Z", "2026-03-01T00:30:00+02:00"),
)
WILD_MOMENTS = (*MOMENTS, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1677-09-21T00:12:43Z")
SPANS = ("0s", "1s", "90m", "24h", "-1h30m", "250ms")
WILD_SPANS = (*SPANS, "1us", "-87600000h", "87600000h")
GETTERS = (
    *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
    *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
)


@dataclass(frozen=True)
class Tree:
    """An expression: its kind, its text with places for its parts, and the parts."""

    kind: str
    template: str
    parts: tuple["Tree", ...] = ()

    @property
    def text(self) -> str:
        pieces = self.template.split("\0")
        texts = [part.text for part in self.parts]
        return "".join(piece + text for piece, text in zip(pieces, [*texts, ""], strict=True))


@dataclass(frozen=True)
class Rule:
    tree: Tree
    is_tame: bool

    @property
    def text(self) -> str:
        return self.tree.text


def literal(value: object) -> str:
    if isinstance(value, str):
        written = quote(value)
        return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in written)
    return str(value).lower() if isinstance(value, bool) else repr(value)


class Maker:
    """Makes rules from a source of chance."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.is_tame, self.variables, self.loops = rng, False, [], 0

    def rule(self) -> Rule:
        self.is_tame, self.variables, self.loops = self.rng.random() < 0.5, [], 0
        return Rule(self.bool(self.rng.choice((1, 2, 2, 3, 3, 4))), self.is_tame)

    def tree(self, kind: str, template: str, *parts: Tree) -> Tree:
        return Tree(kind, template.replace("{}", "\0"), parts)

    def make(self, kind: str, depth: int) -> Tree:
        return getattr(self, kind)(depth)

    def field(self, kind: str) -> Tree:
        mine = [name for name, of in self.variables if of == kind]
        return Tree(kind, self.rng.choice(mine) if mine and self.rng.random() < 0.7 else self.rng.choice(FIELDS[kind]))

    def fixed(self, kind: str) -> Tree:
        tame, wild = {
            "int": (INTS, WILD_INTS),
            "double": (DOUBLES, WILD_DOUBLES),
            "string": (TEXTS, WILD_TEXTS),
            "bool": ((True, False),) * 2,
            "timestamp": (MOMENTS, WILD_MOMENTS),
            "duration": (SPANS, WILD_SPANS),
        }[kind]
        value = self.rng.choice(tame if self.is_tame else wild)
        text = literal(value)
        return Tree(kind, f"{kind}({text})" if kind in ("timestamp", "duration") else text)

    def leaf(self, kind: str) -> Tree:
        return self.field(kind) if self.rng.random() < 0.75 else self.fixed(kind)

    def choose(self, kind: str, depth: int) -> Tree:
        parts = (self.bool(1), self.make(kind, depth - 1), self.make(kind, depth - 1))
        if not self.is_tame and self.rng.random() < 0.1:
            return self.tree(kind, "({} ? {} : null)", *parts[:2])
        return self.tree(kind, "({} ? {} : {})", *parts)

    def value(self, kind: str, depth: int, forms: tuple) -> Tree:
        """Make a leaf, a choice, or one of the forms: template, kinds of the parts, and whether it is tame."""
        chance = self.rng.random()
        if depth <= 0 or chance < 0.5:
            return self.leaf(kind)
        if chance < 0.56:
            return self.choose(kind, depth)
        usable = [form for form in forms if form[2] or not self.is_tame]
        if not usable:
            return self.leaf(kind)
        template, kinds, _ = self.rng.choice(usable)
        return self.tree(kind, template, *(self.make(part, depth - 1) for part in kinds))

    def int(self, depth: int) -> Tree:
        getter = self.rng.choice(GETTERS)
        forms = (
            *((f"({{}} {sign} {{}})", ("int", "int"), True) for sign in "+-*/%"),
            ("-({})", ("int",), True),
            ("size({})", ("string",), True),
            ("size({})", ("strings",), True),
            ("size({})", ("ints",), True),
            ("int({})", ("double",), True),
            (f"{{}}.{getter}()", ("timestamp",), True),
            (f"{{}}.{self.rng.choice(GETTERS[6:9])}()", ("duration",), False),
        )
        return self.value("int", depth, forms)

    def double(self, depth: int) -> Tree:
        forms = (
            *((f"({{}} {sign} {{}})", ("double", "double"), sign in "+-*") for sign in "+-*/"),
            ("({} / 2.5)", ("double",), True),
            ("-({})", ("double",), True),
            ("double({})", ("int",), True),
            ("similarity({}, {})", ("string", "string"), False),
            ("days_since({})", ("timestamp",), False),
        )
        return self.value("double", depth, forms)

    def string(self, depth: int) -> Tree:
        forms = (
            ("({} + {})", ("string", "string"), True),
            ("lower({})", ("string",), False),
            ("upper({})", ("string",), False),
        )
        return self.value("string", depth, forms)

    def timestamp(self, depth: int) -> Tree:
        forms = (
            ("({} + {})", ("timestamp", "duration"), False),
            ("({} + {})", ("duration", "timestamp"), False),
            ("({} - {})", ("timestamp", "duration"), False),
        )
        return self.value("timestamp", depth, forms)

    def duration(self, depth: int) -> Tree:
        forms = (
            ("({} - {})", ("timestamp", "timestamp"), True),
            ("({} + {})", ("duration", "duration"), False),
            ("({} - {})", ("duration", "duration"), False),
        )
        return self.value("duration", depth, forms)

    def listed(self, kind: str, depth: int) -> Tree:
        element = ELEMENTS[kind]
        chance = self.rng.random()
        if chance < 0.25:
            count = self.rng.randint(1, 4)
            return Tree(kind, f"[{', '.join(self.fixed(element).template for _ in range(count))}]")
        if depth <= 0 or chance < 0.75 or self.loops > 5:
            return self.field(kind)
        if chance < 0.8:
            return self.choose(kind, depth)
        if chance < 0.9:
            return self.loop("filter", kind, kind, "bool", depth)
        source = self.rng.choice(tuple(ELEMENTS))
        return self.loop("map", kind, source, element, depth)

    def ints(self, depth: int) -> Tree:
        return self.listed("ints", depth)

    def doubles(self, depth: int) -> Tree:
        return self.listed("doubles", depth)

    def strings(self, depth: int) -> Tree:
        return self.listed("strings", depth)

    def loop(self, name: str, kind: str, source: str, gives: str, depth: int) -> Tree:
        if len(self.variables) >= 2 or self.loops >= 8:
            return self.leaf("bool") if kind == "bool" else self.field(kind)
        self.loops += 1
        variable = "xy"[len(self.variables)]
        items = self.make(source, depth - 2)
        if name in ("exists", "all") and not self.variables and self.rng.random() < 0.15:
            items = Tree(source, NAMED[source])
            depth = 0  # a loop over a named list holds no other one
        self.variables.append((variable, ELEMENTS[source]))
        body = self.make(gives, min(depth - 1, 1))
        self.variables.pop()
        return self.tree(kind, f"{{}}.{name}({variable}, {{}})", items, body)

    def bool(self, depth: int) -> Tree:
        chance = self.rng.random()
        if depth <= 0 or chance < 0.35:
            return self.atom(max(depth, 0))
        if chance < 0.7:
            parts = [self.bool(depth - 1) for _ in range(self.rng.choice((2, 2, 3)))]
            sign = self.rng.choice((" && ", " || "))
            return self.tree("bool", "(" + sign.join(["{}"] * len(parts)) + ")", *parts)
        if chance < 0.83:
            return self.tree("bool", "!({})", self.bool(depth - 1))
        if chance < 0.9:
            return self.tree("bool", "({} ? {} : {})", *(self.bool(depth - 1) for _ in range(3)))
        if chance < 0.94 and not self.is_tame:
            sign = self.rng.choice(("==", "!="))
            return self.tree("bool", f"(({{}}) {sign} ({{}}))", self.bool(depth - 1), self.bool(depth - 1))
        source = self.rng.choice(tuple(ELEMENTS))
        return self.loop(self.rng.choice(("exists", "all")), "bool", source, "bool", depth)

    def atom(self, depth: int) -> Tree:
        chance = self.rng.random()
        if chance < 0.12:
            return self.field("bool")
        if chance < 0.42:
            return self.comparison(depth)
        if chance < 0.52:
            kind = self.rng.choice(tuple(FIELDS))
            form = self.rng.choice(("{} == null", "{} != null", "null != {}", "has({})", "!has({})"))
            tested = Tree(kind, self.rng.choice(FIELDS[kind]))
            return self.tree("bool", form, tested)
        if chance < 0.72:
            return self.membership(depth)
        if chance < 0.92:
            call = self.rng.choice(("contains", "startsWith", "endsWith", "contains"))
            return self.tree("bool", f"{{}}.{call}({{}})", self.string(depth), self.string(depth - 1))
        return self.tree("bool", f"{{}}.matches({literal(self.rng.choice(PATTERNS))})", self.string(depth))

    def comparison(self, depth: int) -> Tree:
        kind = self.rng.choice((*ORDERED, "int", "double", "bool"))
        signs = ("==", "!=") if kind == "bool" else ("==", "!=", "<", "<=", ">", ">=")
        sign = self.rng.choice(signs)
        if kind in ("int", "double") and self.rng.random() < 0.3:
            return self.tree("bool", f"{{}} {sign} {{}}", self.field("int"), self.double(depth - 1))
        left = self.field("bool") if kind == "bool" else self.make(kind, depth)
        if kind == "int" and self.rng.random() < 0.15:
            left = self.tree("int", f"{{}}.{self.rng.choice(GETTERS)}()", self.timestamp(depth))
        elif kind in ("timestamp", "duration") and self.rng.random() < 0.1:
            kind = "int"
            left = self.tree("int", f"{{}}.{self.rng.choice(GETTERS[6:9])}()", self.duration(depth))
        right = self.fixed(kind) if self.rng.random() < 0.6 else self.leaf(kind)
        pair = (left, right) if self.rng.random() < 0.85 else (right, left)
        return self.tree("bool", f"{{}} {sign} {{}}", *pair)

    def membership(self, depth: int) -> Tree:
        kind = self.rng.choice(tuple(ELEMENTS))
        element = ELEMENTS[kind]
        if kind == "doubles" and self.rng.random() < 0.3:
            element = "int"
        if kind == "ints" and not self.is_tame and self.rng.random() < 0.3:
            element = "double"
        items = Tree(kind, NAMED[kind]) if self.rng.random() < 0.35 else self.make(kind, depth)
        return self.tree("bool", "{} in {}", self.make(element, depth), items)


WRONG = (
    *(object(), [], {}, "x", "", 1, -1, 0.5, True, math.nan, math.inf, -math.inf, 10**30, 2**63, -(2**63) - 1),
    *(Decimal("1.5"), Decimal("NaN"), "\ud800", "x" * 100_001, ["a", None], [1, "a"], [None], [2.0, 3], (1, 2)),
    *(
        [0] * 257,
        b"a",
        "2026-01-31T00:00:00Z",
        "90m",
        datetime(2026, 1, 1),
        timedelta(days=1),
        timedelta.max,
        7.0,
        1e308,
    ),
)


class RecordMaker:
    """Makes records: tame ones, extreme ones, and ones with values of the wrong kind."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def record(self, *, is_tame: bool) -> Record:
        values: dict[str, object] = {}
        for kind, names in FIELDS.items():
            for name in names:
                self._put(values, name, kind, is_tame=is_tame)
        if not is_tame and self.rng.random() < 0.1:
            values["who"] = self.rng.choice((None, "x", {"bank": None}, {"bank": 5}, {}, []))
        now = NOW if is_tame or self.rng.random() < 0.9 else None
        return Record(values, now, LISTS)

    def _put(self, values: dict, name: str, kind: str, *, is_tame: bool) -> None:
        *path, last = name.split(".")
        for part in path:
            values = values.setdefault(part, {})
        may_be_null = SCHEMA.fields[name].nullable
        if may_be_null and self.rng.random() < 0.3:
            if self.rng.random() < 0.5:
                values[last] = None
        elif not is_tame and self.rng.random() < 0.12:
            values[last] = self.rng.choice(WRONG)
        else:
            values[last] = self._value(kind, is_tame=is_tame)

    def _value(self, kind: str, *, is_tame: bool) -> object:
        if kind in ELEMENTS:
            return [self._value(ELEMENTS[kind], is_tame=is_tame) for _ in range(self.rng.randint(0, 3))]
        if kind == "bool":
            return self.rng.random() < 0.5
        if kind == "timestamp":
            text = self.rng.choice(MOMENTS if is_tame else WILD_MOMENTS)
            return text if not is_tame else datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
        if kind == "duration":
            return timedelta(milliseconds=self.rng.choice((0, 1, 250, 1000, 5_400_000, 86_400_000, -5_400_000)))
        tame, wild = {"int": (INTS, WILD_INTS), "double": (DOUBLES, WILD_DOUBLES), "string": (TEXTS, WILD_TEXTS)}[kind]
        return self.rng.choice(tame if is_tame else wild)


def simpler(tree: Tree) -> list[Tree]:
    """Return smaller trees of the same kind: an inner one in its place, or one of its parts made simpler."""
    found = [part for part in tree.parts if part.kind == tree.kind and _free(part) <= _free(tree)]
    for at, part in enumerate(tree.parts):
        found += [replace(tree, parts=(*tree.parts[:at], less, *tree.parts[at + 1 :])) for less in simpler(part)]
    return sorted(found, key=lambda one: len(one.text))


def _free(tree: Tree) -> set[str]:
    """Return the loop variables that a tree takes from outside."""
    if tree.template in ("x", "y"):
        return {tree.template}
    found = set().union(*map(_free, tree.parts))
    loop = re.search(r"\.(?:exists|all|filter|map)\(([xy]), ", tree.template)
    return found - {loop[1]} if loop else found
