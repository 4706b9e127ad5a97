"""Random conditions on random records keep to the meaning of the language in every room."""

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rulelang import Record, check, compile_condition, describe, explain, format_text
from tests.policies.rulelang.random_conditions import LISTS, SCHEMA, conditions, records, truth


def answer(text, values):
    return compile_condition(check(text, SCHEMA).require())(Record(values, lists=LISTS))


@settings(max_examples=400, deadline=None)
@given(conditions, records)
def test_the_evaluator_agrees_with_the_oracle(made, values):
    assert answer(made.text, values) is truth(made, values, {})


@settings(max_examples=200, deadline=None)
@given(conditions, records)
def test_the_layout_keeps_the_meaning_and_is_stable(made, values):
    laid_out = format_text(made.text)
    assert format_text(laid_out) == laid_out
    assert answer(laid_out, values) is answer(made.text, values)


@settings(max_examples=100, deadline=None)
@given(conditions, records)
def test_an_explanation_gives_the_same_answer_as_the_evaluation(made, values):
    checked = check(made.text, SCHEMA).require()
    tree = explain(checked, Record(values, lists=LISTS))
    given_answer = answer(made.text, values)
    assert str(tree.truth) == {True: "true", False: "false", None: "unknown"}[given_answer]
    assert all(str(part.sentence) for part in tree.decisive())
    assert str(describe(checked))
    tree.as_json()


@settings(max_examples=50, deadline=None)
@given(conditions, conditions, conditions, records)
def test_the_laws_of_kleenes_logic_hold(p, q, r, values):
    a, b, c = p.text, q.text, r.text
    same = [
        (f"{a} && {b}", f"{b} && {a}"),
        (f"{a} || {b}", f"{b} || {a}"),
        (f"({a} && {b}) && {c}", f"{a} && ({b} && {c})"),
        (f"!({a} && {b})", f"!({a}) || !({b})"),
        (f"!({a} || {b})", f"!({a}) && !({b})"),
        (f"{a} && ({b} || {c})", f"({a} && {b}) || ({a} && {c})"),
        (f"!!({a})", f"({a}) && true"),
        (f"({a}) && false", "false"),
        (f"({a}) || true", "true"),
    ]
    for left, right in same:
        assert answer(left, values) is answer(right, values), (left, right)


PIECES = [
    "i",
    "b.c",
    "(",
    ")",
    "[",
    "]",
    "&&",
    "||",
    "!",
    "-",
    "+",
    "==",
    ">",
    "in",
    '"x"',
    "1",
    "2.5",
    ",",
    "?",
    ":",
    "lists.words",
    "l.exists(",
    "null",
    "//",
    "has(",
]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_any_text_is_answered_without_an_exception(text):
    found = check(text, SCHEMA)
    assert (found.checked is None) is bool(found.problems)
    for problem in found.problems:
        assert problem.message
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
