"""The checker bounds what a condition can cost, and knows what fields are measured in."""

import re
import time

import pytest

from policies.rulelang import Schema, check, compile_condition, compile_ruleset
from policies.rulelang.lower import lower
from policies.rulelang.ruleset import RuleSet, RuleSpec
from tests.policies.rulelang.market import SCHEMA, checked, complaints, record


def nested_choices(depth):
    text = "gift"
    for _ in range(depth):
        text = f"({text} ? express : gift)"
    return text


def nested_comparisons(depth):
    text = "gift"
    for _ in range(depth):
        text = f"(({text}) == (amount > 1))"
    return text


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (nested_choices(5), nested_choices(6)),
        (nested_comparisons(4), nested_comparisons(5)),
        (f"({nested_choices(4)}) != gift", f"({nested_choices(5)}) != gift"),
        (f"tags.exists(t, {nested_choices(5)})", f"tags.exists(t, {nested_choices(6)})"),
        (f"({nested_choices(4)} ? 1 : 2) == 1", f"({nested_choices(5)} ? 1 : 2) == 1"),
        (f"size(tags.filter(t, {nested_choices(4)})) > 1", f"size(tags.filter(t, {nested_choices(5)})) > 1"),
        (f"tags.map(t, {nested_choices(4)}).exists(b, b)", f"tags.map(t, {nested_choices(5)}).exists(b, b)"),
        (f"({nested_choices(4)}) == null", f"({nested_choices(5)}) == null"),
    ],
)
def test_conditions_serve_as_values_to_a_bounded_depth(allowed, refused):
    assert check(allowed, SCHEMA).checked
    assert [problem.code for problem in check(refused, SCHEMA).problems] == ["conditions-too-deep"]
    rules = RuleSet.build([RuleSpec("A", allowed, "hold")], SCHEMA)
    expected = compile_condition(rules.rules[0].checked)(record()) is True
    assert bool(compile_ruleset(rules).hits(record())) is expected


@pytest.mark.parametrize(
    "text",
    [
        "gift ? true : " * 30 + "express",
        "gift ? express : (" * 30 + "gift" + ")" * 30,
        "!(" * 38 + "gift" + ")" * 38,
        "(" + " && ".join(["(gift || express)"] * 700) + ")",
    ],
)
def test_what_does_not_double_may_be_as_deep_as_anything(text):
    began = time.process_time()
    lower(checked(text).root)
    compile_ruleset(RuleSet.build([RuleSpec("A", text, "hold")], SCHEMA))
    assert time.process_time() - began < 10


def test_the_deepest_condition_that_is_allowed_compiles_in_bounded_time():
    inner = " && ".join(f"amount > {number}.5" for number in range(700))
    text = nested_choices(4).replace("gift", f"({inner})", 1)
    began = time.process_time()
    compile_ruleset(RuleSet.build([RuleSpec("A", text, "hold")], SCHEMA))
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "gift && lists.words.exists(w, similarity(title, w) > 0.9)",
            "lists.words.exists(w, similarity(title, w) > 0.9)",
        ),
        ("tags.exists(a, tags.exists(b, a + b == 'z'))", "tags.exists(a, tags.exists(b, a + b == 'z'))"),
        (" || ".join(f"title.matches('{number}+')" for number in range(1_100))[:19_990].rpartition(" || ")[0], None),
    ],
)
def test_dear_conditions_get_a_warning(text, place):
    found = [(code, where) for code, where in complaints(text) if code == "dear"]
    if place is None:
        assert found == []
        return
    assert found == [("dear", place)]
    warning = next(problem for problem in check(text, SCHEMA).warnings if problem.code == "dear")
    assert re.search(r" may take \d\d ms on one event", warning.message)
    assert warning.hint


@pytest.mark.parametrize(
    "text",
    ["lists.words.exists(w, title.contains(w))", "tags.exists(t, t.matches('x'))", "amount > 1 && title.matches('x')"],
)
def test_usual_conditions_get_none(text):
    assert complaints(text) == []


MEASURED = Schema.from_form(
    {
        "rate": {"type": "double?", "unit": "share"},
        "other_rate": {"type": "double?", "unit": "share"},
        "orders": {"type": "int?", "unit": "count"},
        "refunds": {"type": "int?", "unit": "count"},
        "price": {"type": "double?", "unit": "EUR"},
        "fee": {"type": "double?", "unit": "SGD"},
        "plain": "double?",
    }
)


def warnings(text):
    return [(problem.code, problem.message, problem.hint) for problem in check(text, MEASURED).warnings]


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        ("rate > 10", "unit-of-limit", "`rate` is a share from 0 to 1, and `10` means 1000 %", "For 10 % write 0.1."),
        (
            "2.5 <= rate",
            "unit-of-limit",
            "`rate` is a share from 0 to 1, and `2.5` means 250 %",
            "For 2.5 % write 0.025.",
        ),
        ("rate < -1", "unit-of-limit", "`rate` is a share from 0 to 1, and `-1` means -100 %", "For 10 % write 0.1."),
        (
            "rate == 500",
            "unit-of-limit",
            "`rate` is a share from 0 to 1, and `500` means 50000 %",
            "For 10 % write 0.1.",
        ),
        (
            "rate > 1.5",
            "unit-of-limit",
            "`rate` is a share from 0 to 1, and `1.5` means 150 %",
            "For 1.5 % write 0.015.",
        ),
        ("rate > 100", "unit-of-limit", "`rate` is a share from 0 to 1, and `100` means 10000 %", "For 100 % write 1."),
        (
            "rate > 101",
            "unit-of-limit",
            "`rate` is a share from 0 to 1, and `101` means 10100 %",
            "For 10 % write 0.1.",
        ),
        ("orders > -1", "unit-of-limit", "`orders` is a count and never below 0", "Compare it with 0 or more."),
        ("price > fee", "units-differ", "`price` is in EUR, `fee` in SGD", "Compare and add like with like."),
        ("rate > orders", "units-differ", "`rate` is in share, `orders` in count", "Compare and add like with like."),
        ("price + fee > 5", "units-differ", "`price` is in EUR, `fee` in SGD", "Compare and add like with like."),
        (
            "price > fee + fee",
            "units-differ",
            "`price` is in EUR, `fee + fee` in SGD",
            "Compare and add like with like.",
        ),
    ],
)
def test_units_that_do_not_go_together_get_a_warning(text, code, message, hint):
    assert warnings(text) == [(code, message, hint)]


def test_a_sum_of_two_units_is_pointed_at_once():
    [(_, message, _)] = warnings("price + fee > rate")
    assert message == "`price` is in EUR, `fee` in SGD"


@pytest.mark.parametrize(
    "text",
    [
        "rate > 0.1 && rate <= 1 && other_rate >= 0",
        "orders >= 0 && refunds < 5",
        "rate > other_rate && orders > refunds",
        "orders - refunds < -5",
        "rate - other_rate > -0.5",
        "rate * 100.0 > 10",
        "price > 10 && price + plain > plain",
        "(price + fee * 1.5) > plain",
        "rate == null && orders in [1, 2]",
        "double(refunds) / double(orders) > 0.5",
    ],
)
def test_units_that_go_together_get_none(text):
    assert [code for code, _, _ in warnings(text) if "unit" in code] == []
