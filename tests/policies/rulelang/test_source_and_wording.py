"""Places are counted as an editor does; sentences can be said in another language."""

from policies.rulelang.source import ConditionError, Position, Problem, Severity, Source, Span
from policies.rulelang.wording import Text, gettext_noop, verbatim


def test_lines_and_columns_count_from_one():
    source = Source("a >\n  b\n")
    assert source.position(0) == Position(1, 1)
    assert source.position(3) == Position(1, 4)
    assert source.position(4) == Position(2, 1)
    assert source.position(6) == Position(2, 3)
    assert source.position(8) == Position(3, 1)


def test_spans_join_and_hold():
    assert Span(1, 2).to(Span(5, 9)) == Span(1, 9)
    assert Span(1, 3).holds(2)
    assert not Span(1, 3).holds(3)
    assert not Span(1, 3).holds(0)


def test_a_long_excerpt_is_cut_in_the_middle():
    source = Source("x" * 50 + "\n   " + "y" * 50)
    excerpt = source.excerpt(Span(0, len(source.text)), limit=21)
    assert excerpt == "x" * 10 + "…" + "y" * 10
    assert Source("a  \n b").excerpt(Span(0, 6)) == "a b"


def test_a_problem_tells_place_reason_and_advice():
    problem = Problem(
        Source("a\nbc"), Span(2, 4), "code", Text("%(what)s is wrong", {"what": "bc"}), Text("Delete it.")
    )
    assert (problem.line, problem.column) == (2, 1)
    assert str(problem) == "line 2, column 1: bc is wrong. Delete it."
    assert problem.as_json() == {
        "line": 2,
        "column": 1,
        "end_line": 2,
        "end_column": 3,
        "start": 2,
        "end": 4,
        "code": "code",
        "severity": Severity.ERROR,
        "message": "bc is wrong",
        "hint": "Delete it.",
    }
    bare = Problem(Source(""), Span(0, 0), "code", Text("Empty"))
    assert str(bare) == "line 1, column 1: Empty."
    assert str(ConditionError((problem, bare))) == f"{problem}\n{bare}"


def test_sentences_are_translated_with_the_texts_inside_them():
    words = {"%(kind)s needed": "%(kind)s nötig", "a number": "eine Zahl"}
    sentence = Text(gettext_noop("%(kind)s needed"), {"kind": Text("a number")})
    assert sentence.render(lambda template: words.get(template, template)) == "eine Zahl nötig"
    assert str(sentence) == "a number needed"


def test_texts_of_people_may_hold_percent_signs():
    assert str(verbatim("100 % (%s)")) == "100 % (%s)"
    assert str(Text("100 %")) == "100 %"
    assert str(Text("")) == ""
