"""The layout keeps meaning and comments, and does not change when repeated."""

import pytest

from policies.rulelang import ConditionError, format_text

LONG = "seller.late_rate_30d > 0.10 && seller.orders_30d >= 10 && !(seller.id in lists.trusted_sellers) && amount > 1"


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        ("a>1&&b", "a > 1 && b"),
        ("((a))  >  (1)", "a > 1"),
        ("a && b || c", "(a && b) || c"),
        ("a && (b && c)", "a && b && c"),
        ("(a || b) && c", "(a || b) && c"),
        ("!(a)", "!a"),
        ("!(a > 1)", "!(a > 1)"),
        ("! ! a && !(!b)", "!!a && !!b"),
        ("-(x) < - 5", "-x < -5"),
        ("-(-5) < -(-x)", "-(-5) < -(-x)"),
        ("-(5) < x", "-5 < x"),
        ("-(a + b) < !(c)", "-(a + b) < !c"),
        ("a - (b - c) - d", "a - (b - c) - d"),
        ("(a - b) - c * (d / e)", "a - b - c * (d / e)"),
        ("(a + b) * c", "(a + b) * c"),
        ("(a > b) == (c in d)", "(a > b) == (c in d)"),
        ("a == (b || c)", "a == (b || c)"),
        ("a == (b ? c : d)", "a == (b ? c : d)"),
        ("a ? (b) : (c ? d : e)", "a ? b : (c ? d : e)"),
        ("(a ? b : c) ? (d ? e : f) : g", "(a ? b : c) ? (d ? e : f) : g"),
        ("(a ? b : c) && d || e", "((a ? b : c) && d) || e"),
        ("a ? b || c : d && e", "a ? b || c : d && e"),
        ("x in[1,2,]", "x in [1, 2]"),
        ("x == 'SG'", 'x == "SG"'),
        ("x == 'say \"hi\"'", "x == 'say \"hi\"'"),
        ("x == 'it\\'s'", "x == 'it\\'s'"),
        ("x.matches(r'\\d')", "x.matches(r'\\d')"),
        ("x > 0x1F && y > 1.50e3 && z > .5", "x > 0x1F && y > 1.50e3 && z > .5"),
        ("a.b . c( d,e ).f()", "a.b.c(d, e).f()"),
        ("(a + b).size() > (5).f()", "(a + b).size() > (5).f()"),
        ('"x".contains(y) && [1].exists(z,z>1)', '"x".contains(y) && [1].exists(z, z > 1)'),
        ("true.f() == null", "true.f() == null"),
        ("f( a||b , c?d:e )", "f(a || b, c ? d : e)"),
        # long ones
        (
            LONG,
            "seller.late_rate_30d > 0.10\n&& seller.orders_30d >= 10\n"
            "&& !(seller.id in lists.trusted_sellers)\n&& amount > 1",
        ),
        (
            f"gift || ({LONG})",
            "gift\n|| (\n  seller.late_rate_30d > 0.10\n  && seller.orders_30d >= 10\n"
            "  && !(seller.id in lists.trusted_sellers)\n  && amount > 1\n)",
        ),
        (
            "(x ? y : z) && " + " && ".join(["abcdefghijklmnopqrst"] * 5),
            "(x ? y : z)" + "\n&& abcdefghijklmnopqrst" * 5,
        ),
        (
            "code in [" + ", ".join(f'"code-{at:06}"' for at in range(8)) + "]",
            "code in [\n"
            '  "code-000000", "code-000001", "code-000002", "code-000003", "code-000004", "code-000005",\n'
            '  "code-000006", "code-000007"\n]',
        ),
        (
            'code in ["' + "x" * 120 + '"]',
            'code in [\n  "' + "x" * 120 + '"\n]',
        ),
        ("code == '" + "x" * 120 + "'", 'code == "' + "x" * 120 + '"'),
        # comments
        ("a > 1 // why", "// why\na > 1"),
        ("// one\na // two\n&& b // three", "// one\n// two\na\n// three\n&& b"),
        ("a && // about a\n b\n// the end", "// about a\na\n&& b\n// the end"),
        ("a\n// about b\n&& b", "a\n// about b\n&& b"),
        ("a && (b || // about b\n c) && (d || e)", "a\n&& (\n  // about b\n  b\n  || c\n)\n&& (d || e)"),
        ("a && ((b && // x\n c) || d)", "a\n&& (\n  (\n    // x\n    b\n    && c\n  )\n  || d\n)"),
        ("a && (b && // x\n c)", "a\n// x\n&& b\n&& c"),
        ("// x\n(a ? b : c) && d", "// x\n(a ? b : c)\n&& d"),
        ("x in [ // these\n 1 ]", "// these\nx in [1]"),
        ("(// odd\n a) && b", "// odd\na\n&& b"),
    ],
)
def test_layout(text, laid_out):
    assert format_text(text) == laid_out
    assert format_text(laid_out) == laid_out


def test_what_cannot_be_read_is_not_laid_out():
    with pytest.raises(ConditionError, match="cannot stand here"):
        format_text("a b")
