"""A formula says of every record what the condition says, once for TRUE and once for FALSE."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings

from policies.rulelang import Record, check, compile_condition
from policies.rulelang.costs import OVERLOAD_COSTS, cost_of
from policies.rulelang.evaluate import IMPLEMENTED, compile_node, slots_of
from policies.rulelang.limits import MAX_RECORD_LIST, MAX_WALKED_LIST
from policies.rulelang.lower import (
    ALWAYS,
    NEVER,
    Atom,
    Every,
    Formula,
    Some,
    atoms_of,
    chance_of_formula,
    fold,
    lower,
    lower_all,
    shape_of_formula,
)
from policies.rulelang.shapes import shape_of
from policies.rulelang.typed import Apply, Const, FieldRef, every
from tests.policies.rulelang import random_conditions
from tests.policies.rulelang.market import checked, record
from tests.policies.rulelang.random_conditions import LISTS, conditions, records

ATOMS = {
    *("equal", "less", "less_equal", "greater", "greater_equal", "is_null", "in", "in_as_double"),
    *("contains", "starts_with", "ends_with", "matches"),
}


def holds(formula: Formula, record: Record) -> bool:
    """Ask a formula in the plainest way: no part is skipped."""
    if isinstance(formula, Atom):
        said = compile_node(formula.node)(record, [None] * slots_of(formula.node))
        return said is formula.wanted
    said = [holds(part, record) for part in formula.parts]
    return all(said) if isinstance(formula, Every) else any(said)


def formula_of(text: str, *, wanted: bool = True) -> Formula:
    return lower(checked(text).root, wanted=wanted)


@settings(max_examples=600, deadline=None)
@given(conditions, records)
def test_a_formula_holds_exactly_when_the_condition_has_the_wanted_truth(made, values):
    root = check(made.text, random_conditions.SCHEMA).require().root
    record = Record(values, lists=LISTS)
    truth = compile_condition(check(made.text, random_conditions.SCHEMA).require())(record)
    assert holds(lower(root), record) is (truth is True)
    assert holds(lower(root, wanted=False), record) is (truth is False)


@settings(max_examples=200, deadline=None)
@given(conditions, records)
def test_folding_keeps_the_value(made, values):
    root = check(made.text, random_conditions.SCHEMA).require().root
    record = Record(values, lists=LISTS)
    at_hand = [None] * slots_of(root)
    assert compile_node(fold(root))(record, at_hand) is compile_node(root)(record, at_hand)


@settings(max_examples=200, deadline=None)
@given(conditions)
def test_atoms_keep_to_their_promise(made):
    root = check(made.text, random_conditions.SCHEMA).require().root
    for atom in atoms_of(lower(root)):
        overload = getattr(atom.node, "overload", None)
        assert overload is None or overload.id in ATOMS
        assert atom.wanted or overload is None or overload.id not in ("less", "less_equal", "greater", "greater_equal")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("!(amount > 100)", "amount <= 100"),
        ("!(amount >= 100)", "amount < 100"),
        ("!(amount < 100)", "amount >= 100"),
        ("!(amount <= 100)", "amount > 100"),
        ("100 < amount", "amount > 100"),
        ("'SG' == country", "country == 'SG'"),
        ("!(country != 'SG')", "country == 'SG'"),
        ("!(country == 'SG')", "country != 'SG'"),
        ("!has(country)", "country == null"),
        ("!!gift", "gift"),
        ("!(gift && amount > 1)", "!gift || amount <= 1"),
        ("!(gift || amount > 1)", "!gift && amount <= 1"),
        ("gift ? express : amount > 1", "gift && express || !gift && amount > 1"),
        ("!(gift ? express : amount > 1)", "gift && !express || !gift && amount <= 1"),
        ("gift && (gift && (express && gift))", "gift && express"),
        ("gift || gift || (express || gift)", "gift || express"),
        ("amount > 2 * 50.0", "amount > 100"),
        ("tags.exists(a, a == 'x') || tags.exists(b, b == 'x')", "tags.exists(c, c == 'x')"),
        ("quantity == (gift ? 1 : 2) && quantity == (gift ? 1 : 2)", "quantity == (gift ? 1 : 2)"),
        ("(1 < 2) && gift", "gift"),
        ("(1 > 2) || gift", "gift"),
    ],
)
def test_what_says_the_same_is_lowered_to_the_same(text, same):
    assert shape_of_formula(formula_of(text)) == shape_of_formula(formula_of(same))


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        ("true", ALWAYS, NEVER),
        ("1 > 2", NEVER, ALWAYS),
        ("1 / 0 > 1", NEVER, NEVER),
        ("1 / 0 == quantity", NEVER, NEVER),
        ("(1 / 0 > 1 ? 1 : 2) == quantity", NEVER, NEVER),
        ("9223372036854775807 + 1 == quantity", NEVER, NEVER),
        ("amount < (true ? null : 1.0)", NEVER, NEVER),
        ("quantity in (true ? null : [1])", NEVER, NEVER),
        ("(true ? null : 1.0) < amount", NEVER, NEVER),
        ("gift && 1 > 2", NEVER, ALWAYS),
        ("gift || 1 < 2", ALWAYS, NEVER),
        ("1 < 2 ? gift : express", lower(checked("gift").root), lower(checked("gift").root, wanted=False)),
        ("1 < 2 ? null : gift", NEVER, NEVER),
        ("(true ? 1 : 2) == 1 && 'a' in ['a']", ALWAYS, NEVER),
    ],
)
def test_fixed_parts_are_gone(text, true, false):
    assert shape_of_formula(formula_of(text)) == shape_of_formula(true)
    assert shape_of_formula(formula_of(text, wanted=False)) == shape_of_formula(false)


@pytest.mark.parametrize(
    "text",
    [
        "quantity == (true ? null : 1)",
        "quantity != (true ? null : 1)",
        "(true ? null : 1) == quantity",
        "(true ? null : 1) in sizes",
        "(true ? null : 1.5) in sizes",
        "quantity in (true ? null : [1])",
    ],
)
@pytest.mark.parametrize("changes", [{}, {"quantity": None}, {"sizes": None}])
def test_null_that_is_computed_is_a_value_like_null_in_a_field(text, changes):
    node, values = checked(text), record(**changes)
    truth = compile_condition(node)(values)
    assert holds(lower(node.root), values) is (truth is True)
    assert holds(lower(node.root, wanted=False), values) is (truth is False)


@pytest.mark.parametrize(
    "text",
    ["!(amount < 1)", "!(country < 'b')", "1 < quantity", "'b' <= country", "country != 'SG'", "gift != express"],
)
def test_a_turned_comparison_takes_the_kinds_that_stand_in_it(text):
    formula = formula_of(text)
    assert isinstance(formula, Atom)
    assert isinstance(formula.node, Apply)
    takes = [wanted.kind for wanted in formula.node.overload.takes]
    assert takes == [argument.type.kind for argument in formula.node.arguments]
    assert not isinstance(formula.node.arguments[0], Const)


def test_formulas_are_values_that_engines_may_share():
    assert len({ALWAYS, NEVER, formula_of("gift"), formula_of("gift"), formula_of("!gift")}) == 4
    for formula in (ALWAYS, NEVER):
        with pytest.raises(FrozenInstanceError):
            formula.parts = ()
    with pytest.raises(FrozenInstanceError):
        formula_of("gift").wanted = False


def test_conditions_are_joined():
    apart = [checked(text).root for text in ("gift", "amount > 1", "gift && express")]
    assert shape_of_formula(lower_all(apart)) == shape_of_formula(formula_of("gift && amount > 1 && express"))
    assert lower_all([]) == ALWAYS


def test_the_instant_of_evaluation_is_not_fixed():
    formula = formula_of("days_since(timestamp('2026-01-01T00:00:00Z')) > 1")
    assert isinstance(formula, Atom)


def test_values_that_look_alike_are_kept_apart():
    assert shape_of(checked("amount == 0.0").root) != shape_of(checked("amount == -0.0").root)
    assert shape_of(checked("quantity == 1").root) != shape_of(checked("amount == 1").root)
    nested = "tags.exists(a, tags.exists(b, a == b && a == 'x'))"
    assert shape_of(checked(nested).root) != shape_of(checked(nested.replace("a == 'x'", "b == 'x'")).root)
    assert shape_of(checked(nested).root) == shape_of(checked(nested.replace("(b, a == b", "(c, a == c")).root)


def test_cheap_parts_that_decide_much_come_first():
    text = (
        "title.matches('x') && similarity(title, 'bag') > 0.5 && tags.exists(t, t == 'x') && "
        "lists.words.exists(w, title.contains(w)) && amount > 1 && country == 'SG'"
    )
    formula = formula_of(text)
    assert isinstance(formula, Every)
    assert [sorted(checked_fields(part)) for part in formula.parts] == [
        ["country"],
        ["amount"],
        ["title"],
        ["title"],
        ["tags"],
        ["title"],
    ]
    either = lower(checked(text).root, wanted=False)
    assert isinstance(either, Some)
    assert sorted(checked_fields(either.parts[0])) == ["country"]
    assert formula_of(" && ".join(["gift"] + [f"amount > {n}" for n in range(900)]), wanted=False) is not None


@pytest.mark.parametrize(
    ("text", "chance"),
    [
        ("gift", 0.5),
        ("country == 'SG'", 0.1),
        ("country != 'SG'", 0.9),
        ("gift && express", 0.25),
        ("gift || express", 0.75),
        ("gift || country == 'SG'", 0.55),
        (" && ".join(f"tags.exists(t, t == 'x{n}')" for n in range(8)), 0.01),
        (" || ".join(f"tags.exists(t, t == 'x{n}')" for n in range(8)), 0.99),
    ],
)
def test_chances_multiply_and_are_never_sure(text, chance):
    assert chance_of_formula(formula_of(text)) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("coupon != 'x' && title.contains('y')", "title"),
        ("coupon == 'x' && title.contains('y')", "coupon"),
        ("country == 'SG' || amount > 1", "amount"),
        ("country == 'SG' || country.contains('x') || title.matches('y')", "country"),
    ],
)
def test_a_dearer_part_comes_first_if_it_decides_enough_more(text, first):
    formula = formula_of(text)
    assert not isinstance(formula, Atom)
    assert checked_fields(formula.parts[0]) == {first}


def checked_fields(formula: Formula) -> set[str]:
    nodes = (node for atom in atoms_of(formula) for node in every(atom.node))
    return {node.name for node in nodes if isinstance(node, FieldRef)}


def test_every_overload_has_its_cost():
    assert set(OVERLOAD_COSTS) >= IMPLEMENTED


@pytest.mark.parametrize(
    ("cheap", "dear"),
    [
        ("gift", "gift && express"),
        ("country in ['SG']", "title.matches('x')"),
        ("'x' in lists.words", "'x' in tags"),
        ("[1, 2].exists(x, x == quantity)", "sizes.exists(x, x == quantity)"),
        ("tags.exists(t, t == 'x')", "lists.words.exists(t, t == 'x')"),
        ("size(sizes.filter(x, x > 1)) > 1", "sizes.filter(x, x > 1).exists(y, y > 2)"),
        ("(gift ? [1] : [2, 3]).exists(x, x == 1)", "(gift ? [1] : sizes).exists(x, x == 1)"),
        ("lists.words.exists(w, lower(title).contains(w))", "lists.words.exists(w, lower(w).contains(title))"),
        ("[].exists(x, x == 'a')", "['a'].exists(x, x == 'a')"),
    ],
)
def test_costs_grow_with_the_work(cheap, dear):
    assert cost_of(checked(cheap).root) < cost_of(checked(dear).root)


def test_a_loop_costs_its_list_and_its_body_for_each_element():
    compared = cost_of(checked("quantity > 1").root)
    assert compared == OVERLOAD_COSTS["greater"] + cost_of(checked("gift").root)
    alone = cost_of(checked("sizes.exists(s, s > 1)").root)
    assert alone == cost_of(checked("gift").root) + MAX_RECORD_LIST * (OVERLOAD_COSTS["exists"] + compared)
    nested = cost_of(checked("tags.exists(t, sizes.exists(s, s > 1))").root)
    assert nested == cost_of(checked("gift").root) + MAX_RECORD_LIST * (OVERLOAD_COSTS["exists"] + alone)


def test_a_value_that_no_element_changes_is_paid_for_once():
    read = cost_of(checked("gift").root)
    lowered = OVERLOAD_COSTS["lower"] + read
    each = OVERLOAD_COSTS["exists"] + OVERLOAD_COSTS["contains"] + read + read
    found = cost_of(checked("lists.words.exists(w, lower(title).contains(w))").root)
    assert found == read + lowered + MAX_WALKED_LIST * each
