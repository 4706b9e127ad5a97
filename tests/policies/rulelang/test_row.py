"""The row engine gives what the reference gives, rule by rule, whatever the record holds."""

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rulelang import (
    Lane,
    MissingListError,
    Record,
    RuleSet,
    RuleSpec,
    Schema,
    check,
    compile_condition,
    compile_ruleset,
    verdict,
)
from policies.rulelang.functions import FUNCTIONS
from tests.policies.rulelang import random_conditions
from tests.policies.rulelang.market import LISTS, NOW, SCHEMA, VALUES, record
from tests.policies.rulelang.random_conditions import conditions, records


def compare(texts, values, schema=SCHEMA, lists=LISTS, now=NOW):
    """Ask the engine and the reference about all conditions in one set; return who hits."""
    rules = [RuleSpec(f"R{number}", text, "hold") for number, text in enumerate(texts)]
    ruleset = RuleSet.build(rules, schema)
    asked = Record(values, now, lists)
    found = {hit.rule for hit in compile_ruleset(ruleset).hits(asked)}
    expected = {rule.spec.id for rule in ruleset.rules if compile_condition(rule.checked)(asked) is True}
    assert found == expected, [texts[int(rule[1:])] for rule in found ^ expected]
    return [texts[int(rule[1:])] for rule in sorted(found, key=lambda rule: int(rule[1:]))]


def hits(*texts, **changes):
    return compare(texts, {**VALUES, **changes})


@settings(max_examples=150, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=12), records)
def test_random_sets_of_rules_agree_with_the_reference(made, values):
    texts = [one.text for one in made]
    negated = [f"!({text})" for text in texts]
    compare([*texts, *negated], values, random_conditions.SCHEMA, random_conditions.LISTS, None)


EXAMPLES = [function.example for function in FUNCTIONS.values()]


def test_every_function_holds_on_its_example():
    assert hits(*EXAMPLES) == EXAMPLES
    assert not hits(*(f"!({example})" for example in EXAMPLES))


@pytest.mark.parametrize("name", sorted(SCHEMA.fields))
def test_every_function_on_records_with_a_gap(name):
    *path, last = name.split(".")
    values = {key: dict(value) if isinstance(value, dict) else value for key, value in VALUES.items()}
    inner = values
    for part in path:
        inner = inner.setdefault(part, {})
    tests = [f"{name} == null", f"{name} != null", f"!has({name})"]
    texts = [*EXAMPLES, *(f"!({example})" for example in EXAMPLES), *tests]
    for raw in (None, object(), [object()], {}, "", "x", -1, math.nan, math.inf, 10**30, Decimal("NaN"), 2.5, True):
        inner[last] = raw
        compare(texts, values)
    inner.pop(last)
    compare(texts, values)


RAW = {
    "quantity": [2, 2.0, 2.5, True, "2", 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, math.nan, Decimal(2)],
    "amount": [2, 2.5, 10**400, -0.0, math.inf, -math.inf, math.nan, True, "2", Decimal("2.5"), 1.7976931348623157e308],
    "title": ["", "x" * 100_000, "x" * 100_001, "\ud800", "é", "x\x00", 7, b"x"],
    "express": [True, False, 1, 0, "true", None],
    "lead_time": ["1h", "x", timedelta(hours=1), timedelta.max, 5],
    "tags": [[], ["x"], ("x",), ["x", None], ["x", 1], "x", ["x"] * 256, ["x"] * 257, {"x": 1}],
    "seller": [
        None,
        {},
        [],
        "s1",
        {"id": None},
        {"id": 5},
        {"bank": None},
        {"bank": 5},
        MappingProxyType({"id": "s1"}),
    ],
}
ASKED = {
    "quantity": ["quantity > 1", "quantity == 2", "quantity != 2", "quantity in [1, 2]", "!(quantity in [2])"],
    "amount": ["amount > 1", "amount < 1", "amount == 2.5", "amount != 2.5", "amount + 1.0 > 2", "amount in [2.5]"],
    "title": ["title == 'é'", "title != 'é'", "title > 'a'", "title.contains('x')", "!title.contains('x')"],
    "express": ["express", "!express", "express == true", "express != true", "express == null"],
    "lead_time": ["lead_time > duration('1s')", "lead_time == duration('1h')", "lead_time != duration('1h')"],
    "tags": ["'x' in tags", "!('x' in tags)", "size(tags) > 0", "tags.all(t, t == 'x')", "!tags.exists(t, t == 'x')"],
    "seller": ["seller.id == 's1'", "seller.id != 's1'", "seller.bank.country == null", "seller.bank.country != 'SG'"],
}


@pytest.mark.parametrize(("name", "raw"), [(name, raw) for name, found in RAW.items() for raw in found])
def test_unusual_values_are_read_as_by_the_reference(name, raw):
    texts = ASKED[name]
    for asked in (texts, texts[:1], [f"{text} || gift" for text in texts], [f"!({text})" for text in texts]):
        compare(asked, {**VALUES, name: raw})
        # Behind a part that never holds and one that always does, the field is read late.
        compare([f"id == 'e1' && gift == false && {text}" for text in asked], {**VALUES, name: raw})
    schema = Schema.build(fields={name: field.type for name, field in SCHEMA.fields.items()})
    compare([text for text in texts if check(text, schema).checked], {**VALUES, name: raw}, schema)


def test_points_in_time_are_read_in_every_form():
    text = "event.occurred_at == timestamp('2026-01-31T08:30:00Z')"
    zone = timezone(timedelta(hours=8))
    for moment in (datetime(2026, 1, 31, 8, 30, tzinfo=UTC), datetime(2026, 1, 31, 16, 30, tzinfo=zone)):
        assert compare([text], {"event": {"occurred_at": moment}}) == [text]
    assert not compare([text], {"event": {"occurred_at": datetime(2026, 1, 31, 8, 30)}})


@pytest.mark.parametrize(
    "text",
    [
        "(gift ? 'a' : 'b') == 'b'",
        "(express ? 'a' : 'b') == 'b'",
        "(express ? 'a' : 'b') != 'b'",
        "(gift == express) == null",
        "(gift == (amount > 1)) == false",
        "(gift && express) == false",
        "(amount > 1 || express) != gift",
        "tags.exists(t, t == 'bag') == true",
        "(!express) == null || (!gift) == true",
        "(gift ? express : true) != null",
        "(gift ? null : express) == null",
        "(gift ? amount : null) > 1",
        "amount > (true ? null : 1.0)",
        "amount > (gift ? 1.0 : null)",
        "(true ? null : tags).exists(t, true)",
        "quantity in (true ? null : [1])",
        "tags.map(t, size(t)).exists(n, n > 5)",
        "size(tags.filter(t, t == country || t == 'bag')) == 1",
        "size(tags.filter(t, amount > 1 && t != country)) == 2",
        "size(tags.filter(t, coupon == null || express)) == 1",
        "tags.map(t, t == 'bag').exists(b, b) && !tags.map(t, t == 'bag').all(b, b)",
        "tags.map(t, amount / 0.0).exists(n, n > 1)",
        "tags.map(t, gift ? t : null).exists(t, t == null)",
        "tags.map(t, gift ? t : null).all(t, t == 'bag')",
        "tags.map(t, t == 'bag' ? null : t).exists(t, t != null && t.startsWith('l'))",
        "(gift ? ['x'] : tags.map(t, t == 'bag' ? null : t)).exists(t, t > 'a')",
        "null in tags.map(t, t == 'bag' ? null : t)",
        "country in tags.map(t, t == 'bag' ? null : t) || !(coupon in tags.map(t, t == 'bag' ? null : t))",
        "[1, 2].exists(x, [2, 3].exists(y, x == y && y == quantity))",
        "sizes.exists(x, sizes.exists(y, x * y == 6))",
        "sizes.all(x, sizes.exists(y, y >= x))",
        "!sizes.all(x, x > 1) && !sizes.exists(x, x > 3)",
        "sizes.exists(x, x == 2.0) && sizes.exists(x, x > 2.5)",
        "sizes.map(x, x > 1 ? x : null).exists(x, x == 2.0)",
        "sizes.exists(x, days_since(event.occurred_at) > double(x) - 1.0)",
        "lists.words.exists(w, lower(title).contains(w))",
        "lists.words.all(w, title.contains(w))",
        "lists.words.exists(w, lower(title).contains(w) && upper(lower(title)) != w && size(title) > 5)",
        "tags.exists(a, sizes.exists(b, lower(title).contains(a) && b * 2 == quantity + 2 && size(a) == b))",
        "tags.map(a, size(sizes.filter(b, quantity + 1 == b))).exists(n, n == quantity - 1)",
        "tags.exists(a, sizes.map(b, quantity * 2).exists(n, n == 4 && a == lower(a)))",
        "lower(title) == 'leather bag (new)' && tags.exists(t, lower(title).contains(t))",
        "lists.words == null",
        "quantity in lists.codes && amount in lists.codes && !(shipping in lists.codes)",
        "9007199254740993.0 in lists.codes",
        "quantity in lists.limits && quantity == 2.0 && quantity != 2.5 && !(quantity == 9007199254740993.0)",
        "amount in sizes || shipping in sizes",
        "!(amount in sizes)",
        "id in ['e1', 'e2'] && !(id in ['e3'])",
        "gift in [false]",
        "seller.id == seller.bank.country || seller.id != country",
        "express == null && coupon != null && has(coupon) && !has(express)",
        "id == null || id != null",
        "title.matches('(new)') && title.matches('B.g') || title.matches('(new)')",
        "!title.matches('(new)') || !coupon.matches('x')",
        "title.startsWith(country) || title.endsWith(coupon) || title.contains(country)",
        "quantity < amount && amount > quantity && quantity != amount",
        "event.occurred_at - seller.registered_at > lead_time",
        "days_since(seller.registered_at) > 30 && days_since(seller.registered_at) < 3000",
        "similarity(title, coupon) < 0.9 && similarity(title, coupon) >= 0.0",
        "true",
        "false",
        "1 / 0 > 1 || gift == false",
    ],
)
def test_forms_that_are_rare(text):
    texts = [text, f"!({text})", f"({text}) && gift == false", f"({text}) || express", f"({text}) == true"]
    texts = [one for one in texts if check(one, SCHEMA).checked]
    for changes in ({}, {"gift": True}, {"amount": None, "quantity": None}, {"tags": None, "sizes": [2**53 + 1]}):
        compare(texts, {**VALUES, **changes})
    compare(texts, {**VALUES, "express": True, "coupon": None, "tags": ["bag"]})


def test_many_rules_on_one_field_share_a_look_up():
    texts = [f"country == '{code}' && amount > {limit}" for limit, code in enumerate(["SG", "MY", "SG", "ID", "SG"])]
    texts += ["country in ['SG', 'TH'] && gift", "country in ['VN', 'TH']", "country == 'SG'", "country != 'SG'"]
    texts += ["amount > 1", "quantity in [1, 2, 3]", "quantity == 2", "quantity == 3", "quantity in [3, 2]", "true"]
    for country in ("SG", "MY", "TH", "XX", None, 5):
        compare(texts, {**VALUES, "country": country})
        compare(texts[:-1], {**VALUES, "country": country, "quantity": None})


def test_an_empty_set_hits_nothing():
    assert hits() == []


def test_a_missing_list_is_the_fault_of_the_caller():
    engine = compile_ruleset(RuleSet.build([RuleSpec("A", "gift == false && id in lists.words", "hold")], SCHEMA))
    assert engine.hits(record()) == ()
    with pytest.raises(MissingListError, match="words"):
        engine.hits(Record(VALUES))
    assert engine.hits(Record({**VALUES, "gift": True})) == ()


LANES = (
    RuleSpec("LABEL", "amount > 100", "label"),
    RuleSpec("HOLD", "amount > 200", "hold"),
    RuleSpec("REVIEW", "shipping > 10", "review", priority=5),
    RuleSpec("ALLOW", "country == 'ID'", "allow", lane=Lane.ALLOW),
    RuleSpec("ALLOW2", "country in ['ID', 'MY']", "allow", lane=Lane.ALLOW, priority=1),
)


@pytest.mark.parametrize("country", ["SG", "ID", "MY", None])
@pytest.mark.parametrize("amount", [None, 1, 150, 250])
@pytest.mark.parametrize("outcomes", [("block", "hold", "review", "label"), ("label", "review", "hold")])
def test_verdicts_are_those_of_the_reference(country, amount, outcomes):
    ruleset = RuleSet.build(LANES, SCHEMA, outcomes)
    asked = record(country=country, amount=amount, shipping=amount)
    assert compile_ruleset(ruleset).verdict(asked) == verdict(ruleset, asked)


def test_hits_are_those_of_both_lanes():
    found = compile_ruleset(RuleSet.build(LANES, SCHEMA)).hits(record(country="ID"))
    assert [hit.rule for hit in found] == ["ALLOW2", "ALLOW", "REVIEW", "LABEL", "HOLD"]
