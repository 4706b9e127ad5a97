"""Random conditions and records, and an oracle for them that shares no code with the evaluator.

The oracle works on the random tree itself, not on the text, and decides by three plain rules: a value is a
Python value, None for null, or the exception `Stuck`; `&&` and `||` are Kleene's; nothing else forgives.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from policies.rulelang import Schema
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
        "w": "list<string>",
        "who.i": "int?",
        "who.s": "string?",
    },
    lists={"words": "string", "codes": "int"},
)
LISTS = {"words": frozenset({"", "a", "ab"}), "codes": frozenset({-1, 0, 7})}
INT_MAX, INT_MIN = 2**63 - 1, -(2**63)


class Stuck(Exception):
    """What cannot be computed."""


@dataclass(frozen=True)
class Made:
    """A random expression: its text and what the oracle says of it, given a record and the loop variables."""

    text: str
    oracle: object


def need(value):
    if value is None:
        raise Stuck
    return value


def strict(function):
    """A function of values that is stuck on null."""
    return lambda *values: function(*(need(value) for value in values))


def bounded(number):
    if not INT_MIN <= number <= INT_MAX:
        raise Stuck
    return number


class NotFinite(Stuck):
    """CEL goes on with an infinity here; the rule language does not, as engines disagree about it."""

    met = 0

    def __init__(self):
        super().__init__()
        NotFinite.met += 1


def finite(number):
    if not math.isfinite(number):
        raise NotFinite
    return number


def cut(a, b):
    """Divide whole numbers towards zero, by way of an exact fraction."""
    if b == 0:
        raise Stuck
    return bounded(math.trunc(Fraction(a, b)))


def divide(a, b):
    if b == 0:
        raise NotFinite
    return finite(a / b)


def field(name):
    *path, last = name.split(".")

    def look(values, _):
        for part in path:
            values = values.get(part) or {}
        return values.get(last)

    return Made(name, look)


def fixed(value):
    text = quote(value) if isinstance(value, str) else repr(value)
    return Made(text, lambda *_: value)


def call(template, function, *parts):
    return Made(
        "(" + template.format(*(part.text for part in parts)) + ")",
        lambda values, variables: function(*(part.oracle(values, variables) for part in parts)),
    )


def truth(made, values, variables):
    """What a condition says: True, False, or None when it is stuck or null."""
    try:
        return made.oracle(values, variables)
    except Stuck:
        return None


def chain(sign, parts):
    absorbing = sign == "||"

    def decide(values, variables):
        said = [truth(part, values, variables) for part in parts]
        if absorbing in said:
            return absorbing
        if None in said:
            raise Stuck
        return not absorbing

    return Made("(" + f" {sign} ".join(part.text for part in parts) + ")", decide)


def negation(part):
    return Made(f"!({part.text})", lambda values, variables: not need(part.oracle(values, variables)))


def choice(condition, then, otherwise):
    def decide(values, variables):
        return (then if need(condition.oracle(values, variables)) else otherwise).oracle(values, variables)

    return Made(f"({condition.text} ? {then.text} : {otherwise.text})", decide)


def loop(name, items, variable, body):
    """A loop whose variable is read by the body through `variables`."""

    def decide(values, variables):
        said = [
            truth(body, values, {**variables, variable: element}) for element in need(items.oracle(values, variables))
        ]
        absorbing = name == "exists"
        if absorbing in said:
            return absorbing
        if None in said:
            raise Stuck
        return not absorbing

    return Made(f"{items.text}.{name}({variable}, {body.text})", decide)


def is_run_of_a(text):
    """Whether a text is one or more a, with or without a single b behind."""
    return set(text.removesuffix("b")) == {"a"}


def twelve_over(name):
    """Twelve divided by a loop variable; the division itself is left to whoever compares."""
    return Made(f"12 / {name}", lambda _, variables: variables[name])


small_ints = st.integers(-10, 10) | st.sampled_from([INT_MAX, INT_MIN, 2**53 + 1])
small_doubles = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.5, 7.0, 1e308, -1e308, 2.0**53]) | st.integers(-9, 9).map(float)
small_texts = st.sampled_from(["", "a", "ab", "A", "ba", "é", 'say "x"', "\n"])
ORDERINGS = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


def comparison(parts_of_one_kind):
    ordering = st.builds(
        lambda sign, a, b: call(f"{{}} {sign} {{}}", strict(ORDERINGS[sign]), a, b),
        st.sampled_from(list(ORDERINGS)),
        parts_of_one_kind,
        parts_of_one_kind,
    )
    equality = st.builds(
        lambda sign, a, b: call(f"{{}} {sign} {{}}", lambda x, y: (x == y) is (sign == "=="), a, b),
        st.sampled_from(["==", "!="]),
        parts_of_one_kind,
        parts_of_one_kind,
    )
    return ordering | equality


def grown(leaves, grow):
    return st.recursive(leaves, grow, max_leaves=4)


ints = grown(
    st.sampled_from(["i", "j", "who.i"]).map(field) | small_ints.map(fixed),
    lambda inner: st.one_of(
        st.builds(lambda a, b: call("{} + {}", strict(lambda x, y: bounded(x + y)), a, b), inner, inner),
        st.builds(lambda a, b: call("{} - {}", strict(lambda x, y: bounded(x - y)), a, b), inner, inner),
        st.builds(lambda a, b: call("{} * {}", strict(lambda x, y: bounded(x * y)), a, b), inner, inner),
        st.builds(lambda a, b: call("{} / {}", strict(cut), a, b), inner, inner),
        st.builds(lambda a, b: call("{} % {}", strict(lambda x, y: x - y * cut(x, y)), a, b), inner, inner),
        st.builds(lambda a: call("-({})", strict(lambda x: bounded(-x)), a), inner),
        st.builds(lambda a: call("size({})", strict(len), a), st.sampled_from(["s", "t", "l", "w"]).map(field)),
    ),
)
doubles = grown(
    st.sampled_from(["d", "e"]).map(field) | small_doubles.map(fixed),
    lambda inner: st.one_of(
        st.builds(lambda a, b: call("{} + {}", strict(lambda x, y: finite(x + y)), a, b), inner, inner),
        st.builds(lambda a, b: call("{} - {}", strict(lambda x, y: finite(x - y)), a, b), inner, inner),
        st.builds(lambda a, b: call("{} * {}", strict(lambda x, y: finite(x * y)), a, b), inner, inner),
        st.builds(lambda a, b: call("{} / {}", strict(divide), a, b), inner, inner),
        st.builds(lambda a: call("double({})", strict(float), a), ints),
    ),
)
texts = grown(
    st.sampled_from(["s", "t", "who.s"]).map(field) | small_texts.map(fixed),
    lambda inner: st.one_of(
        st.builds(lambda a, b: call("{} + {}", strict(lambda x, y: x + y), a, b), inner, inner),
        st.builds(
            lambda a: call("lower({})", strict(lambda x: "".join(c.lower() if c < "\x80" else c for c in x)), a),
            inner,
        ),
    ),
)
mixed = st.builds(
    lambda sign, a, b: call(f"{{}} {sign} {{}}", strict(lambda x, y: ORDERINGS[sign](float(x), float(y))), a, b),
    st.sampled_from(list(ORDERINGS)),
    ints,
    doubles,
)
atoms = st.one_of(
    st.sampled_from(["b", "c"]).map(field),
    comparison(ints),
    comparison(doubles),
    comparison(texts),
    mixed,
    st.builds(
        lambda name, is_null: call(
            f"{{}} {'==' if is_null else '!='} null", lambda x: (x is None) is is_null, field(name)
        ),
        st.sampled_from(["i", "d", "s", "b", "l", "who.i", "who.s"]),
        st.booleans(),
    ),
    st.builds(lambda name: call("has({})", lambda x: x is not None, field(name)), st.sampled_from(["i", "s", "who.s"])),
    st.builds(
        lambda a, items: call(f"{{}} in [{', '.join(fixed(item).text for item in items)}]", lambda x: x in items, a),
        ints,
        st.lists(small_ints, min_size=1, max_size=3),
    ),
    st.builds(lambda a: call("{} in lists.words", lambda x: x in LISTS["words"], a), texts),
    st.builds(lambda a: call("{} in {}", lambda x, found: x in need(found), a, field("l")), ints),
    st.builds(lambda a, b: call("{}.contains({})", strict(lambda x, y: y in x), a, b), texts, texts),
    st.builds(lambda a, b: call("{}.startsWith({})", strict(lambda x, y: x[: len(y)] == y), a, b), texts, texts),
    st.builds(
        lambda a, b: call("{}.endsWith({})", strict(lambda x, y: y == "" or x[-len(y) :] == y), a, b), texts, texts
    ),
    st.builds(lambda a: call("{}.matches('^a+b?$')", strict(is_run_of_a), a), texts),
    st.builds(
        lambda name, sign, limit: loop(
            name,
            field("l"),
            "n",
            call(
                f"{{}} {sign} {{}}", strict(lambda x, y: ORDERINGS[sign](cut(12, x), y)), twelve_over("n"), fixed(limit)
            ),
        ),
        st.sampled_from(["exists", "all"]),
        st.sampled_from(list(ORDERINGS)),
        st.integers(-3, 3),
    ),
)


conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(chain, st.sampled_from(["&&", "||"]), st.lists(inner, min_size=2, max_size=3)),
        st.builds(negation, inner),
        st.builds(choice, inner, inner, inner),
    ),
    max_leaves=6,
)
records = st.fixed_dictionaries(
    {
        "j": small_ints,
        "e": small_doubles,
        "t": small_texts,
        "c": st.booleans(),
        "w": st.lists(small_texts, max_size=3),
    },
    optional={
        "i": st.none() | small_ints,
        "d": st.none() | small_doubles,
        "s": st.none() | small_texts,
        "b": st.none() | st.booleans(),
        "l": st.none() | st.lists(st.integers(-3, 3), max_size=3),
        "who": st.none() | st.fixed_dictionaries({}, optional={"i": small_ints, "s": st.none() | small_texts}),
    },
)
