"""Conditions are read by the precedence of CEL; what is wrong is explained at its place, several at once."""

import pytest

from policies.rulelang.parse import parse
from policies.rulelang.source import Source
from policies.rulelang.tree import (
    Binary,
    Call,
    ListLiteral,
    Literal,
    Logical,
    Loop,
    Name,
    Ternary,
    Unary,
    children,
    walk,
)


def sketch(node):
    """Write a tree with all its brackets."""
    match node:
        case Literal():
            return repr(node.value)
        case Name():
            return node.dotted
        case Unary():
            return f"({node.sign}{sketch(node.operand)})"
        case Binary():
            return f"({sketch(node.left)} {node.sign} {sketch(node.right)})"
        case Logical():
            return "(" + f" {node.sign} ".join(map(sketch, node.operands)) + ")"
        case Ternary():
            return f"({sketch(node.condition)} ? {sketch(node.then)} : {sketch(node.otherwise)})"
        case ListLiteral():
            return "[" + ", ".join(map(sketch, node.items)) + "]"
        case Call():
            target = f"{sketch(node.target)}." if node.target else ""
            return f"{target}{node.name}({', '.join(map(sketch, node.arguments))})"
        case Loop():
            return f"{sketch(node.items)}.{node.name}({node.variable}: {sketch(node.body)})"


def read(text):
    parsed = parse(Source(text))
    assert parsed.tree is not None, parsed.problems
    return parsed.tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a || b && c || d", "(a || (b && c) || d)"),
        ("a && b && (c && d)", "(a && b && (c && d))"),
        ("a + b * c - d / e % f", "((a + (b * c)) - ((d / e) % f))"),
        ("a - b - c", "((a - b) - c)"),
        ("a - (b - c)", "(a - (b - c))"),
        ("a + 1 > b == true", None),
        ("a + 1 > b && !c || -d < 2", "((((a + 1) > b) && (!c)) || ((-d) < 2))"),
        ("!!a", "(!(!a))"),
        ("-5 < --5", "(-5 < (--5))"),
        ("- 5 - -x", "(-5 - (-x))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a || b ? c + 1 : d", "((a || b) ? (c + 1) : d)"),
        ("x in [1, 2,] && y in lists.z", "((x in [1, 2]) && (y in lists.z))"),
        ("a.b.c == null", "(a.b.c == None)"),
        ("a.b.size() > size(a.b)", "(a.b.size() > size(a.b))"),
        ("a.lower().contains('x')", "a.lower().contains('x')"),
        ('"x".contains(a)', "'x'.contains(a)"),
        ("(a + b).size()", "(a + b).size()"),
        ("[1].exists(x, x > 1 || y)", "[1].exists(x: ((x > 1) || y))"),
        ("exists(x, y)", "exists(x, y)"),
        ("f()", "f()"),
        ("-5.size()", "(-5.size())"),
        ("-9223372036854775808 < x", "(-9223372036854775808 < x)"),
        ("a.filter(x, x).map(y, y.lower())", "a.filter(x: x).map(y: y.lower())"),
    ],
)
def test_precedence(text, tree):
    if tree is None:
        assert parse(Source(text)).problems[0].code == "chained-comparison"
    else:
        assert sketch(read(text)) == tree


def test_brackets_belong_to_the_place_of_what_they_hold():
    source = Source("(a + b) > ((c))")
    tree = parse(source).tree
    assert source.slice(tree.span) == source.text
    assert [source.slice(child.span) for child in children(tree)] == ["(a + b)", "((c))"]


def test_walking_counts_depth():
    assert [(type(node).__name__, depth) for node, depth in walk(read("!(a > 1)"))] == [
        ("Unary", 1),
        ("Binary", 2),
        ("Name", 3),
        ("Literal", 3),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("empty", "")]),
        ("  // nothing\n", [("empty", "")]),
        ("a >", [("unfinished", "")]),
        ("a > )", [("value-expected", ")")]),
        (".a > 1", [("value-expected", ".")]),
        ("(a > 1", [("unclosed-bracket", "(")]),
        ("x in [1, 2", [("unclosed-bracket", "[")]),
        ("x in [1, 2)", [("unclosed-bracket", "[")]),
        ("a > 1)", [("extra-bracket", ")")]),
        ("a > 1 b", [("unexpected", "b")]),
        ("(a > 1 b)", [("unexpected", "b")]),
        ("a[0] == 1", [("unexpected", "[")]),
        ("1 < a < 3", [("chained-comparison", "<")]),
        ("a ? b", [("colon-missing", "")]),
        ("a ? b ? c : d : e", [("colon-missing", "?")]),
        ("not a", [("foreign-word", "not")]),
        ("while > 1", [("reserved-word", "while")]),
        ("a. > 1", [("name-expected", ">")]),
        ("a.true", [("name-expected", "true")]),
        ("1.5.x > 1", [("no-such-part", ".x")]),
        ("f(x).y", [("no-such-part", ".y")]),
        ("a.exists(x > 1)", [("bad-loop", "exists")]),
        ("a.exists(1, x)", [("bad-loop", "exists")]),
        ("a.exists(", [("bad-loop", "exists")]),
        ("9223372036854775808 > x", [("number-too-large", "9223372036854775808")]),
        ("a = 1 && b & c", [("strange-sign", "="), ("strange-sign", "&")]),
        (
            "a > && (b || ) && c >= || d && e <",
            [("value-expected", "&&"), ("value-expected", ")"), ("value-expected", "||"), ("unfinished", "")],
        ),
        (
            "f(a, > b && [c) || d >",
            [
                ("value-expected", ">"),
            ],
        ),
        ("(a b) && (c d)", [("unexpected", "b"), ("unexpected", "d")]),
    ],
)
def test_what_cannot_be_read_is_explained_at_its_place(text, found):
    parsed = parse(Source(text))
    assert parsed.tree is None
    assert [(problem.code, problem.source.slice(problem.span)) for problem in parsed.problems] == found
    assert all(problem.message and (problem.hint or problem.code == "number-too-large") for problem in parsed.problems)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a > 1 and b", "Write && for “and”."),
        ("a is null", "Write == for “is”, != for “is not”."),
        ("a not in b", "Write ! before a bracket for “not”: !(country in lists.risky)."),
        ("a between 1", "Write two comparisons: amount >= 1 && amount <= 5."),
        ("a ! b", "Write != for “is not”, and !(x in list) for “not in”."),
        ("a > 1,000", "Write numbers without separators (1000), and lists in brackets: [1, 2]."),
        ("tags[0]", "Elements cannot be taken by number; use exists or all on the list."),
        ("a > 1 b", "Join two conditions with && or ||, and compare with ==, !=, <, <=, > or >=."),
        ("1 < a < 3", "Write 1 < a && a < …, or put one comparison in brackets."),
    ],
)
def test_advice_for_habits_of_other_languages(text, hint):
    assert parse(Source(text)).problems[0].hint == hint


def test_reports_are_bounded():
    assert len(parse(Source(" && ".join(["(a b)"] * 100))).problems) == 20
    assert len(parse(Source("# " * 100)).problems) == 20
    assert len(parse(Source("\u200b" * 100)).problems) == 20
