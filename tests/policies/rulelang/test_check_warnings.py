"""What is allowed but most likely not meant is warned about, once and at its place."""

import pytest

from policies.rulelang import check
from tests.policies.rulelang.market import SCHEMA, checked, complaints


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 > 2", [("constant", "1 > 2")]),
        ("amount > 1.0 || 1 < 2", [("constant", "1 < 2")]),
        ("!(false)", [("constant", "!(false)")]),
        ("false", [("constant", "false")]),
        ("true", []),
        ("gift == true", []),
        ("gift != true", []),
        ("gift ? amount > 1.0 : false", []),
        ("true ? gift : express", [("constant", "true")]),
        ("(gift ? 1 : 2) > 1", []),
        ("gift ? 1 > 2 : express", [("constant", "1 > 2")]),
        ("tags.exists(t, true)", [("constant", "true")]),
        ("size(tags.map(t, true)) > 1", []),
        ("quantity > 1 / 0", [("never-computed", "1 / 0")]),
        ("1 + 1 > 3", [("constant", "1 + 1 > 3")]),
        ("quantity / -2 > 1", []),
        ("quantity / 0 > 1", [("division-by-zero", "quantity / 0")]),
        ("amount / 2.0 > 1.0", []),
        ("amount > 2.0 * 3.0", []),
        ("days_since(timestamp('2026-01-01T00:00:00Z')) > 5.0", []),
        ("null == null", [("constant", "null == null")]),
        ("[1, 2].exists(n, n > 1)", []),
        ("id == null", [("never-null", "id == null")]),
        ("has(id) && has(amount)", [("never-null", "has(id)")]),
        ("amount > amount", [("same-sides", "amount > amount")]),
        ("amount > 1 && quantity > 2 && amount  >1", [("repeated", "amount  >1")]),
        # contradictions
        ("amount > 5 && amount < 3", [("contradiction", "amount < 3")]),
        ("amount > 5 && amount <= 5", [("contradiction", "amount <= 5")]),
        ("amount >= 5 && amount <= 5", []),
        ("amount >= 5 && amount <= 5 && amount != 5", [("contradiction", "amount != 5")]),
        ("amount > 5 && amount < 6", []),
        ("quantity > 5 && quantity < 6", [("contradiction", "quantity < 6")]),
        ("quantity > 5 && quantity < 7", []),
        ("quantity > 5.5 && quantity < 6.5", []),
        ("5 < amount && 3 > amount", [("contradiction", "3 > amount")]),
        ("amount > 5 && (gift && amount < 3)", [("contradiction", "amount < 3")]),
        ("gift || (amount > 5 && amount < 3)", [("contradiction", "amount < 3")]),
        ("gift && (amount > 5 && amount < 3)", [("contradiction", "amount < 3")]),
        ("title.contains('x') && amount > 5 && amount < 3", [("contradiction", "amount < 3")]),
        (
            "amount > 5 && amount < 3 && amount < 2 && country == 'SG' && country == 'MY'",
            [("contradiction", "amount < 3"), ("contradiction", "country == 'MY'")],
        ),
        ("amount > 5 && amount < 3 && amount < 2", [("contradiction", "amount < 3")]),
        ("amount > 5 && amount > 7 && amount > 6 && amount < 7", [("contradiction", "amount < 7")]),
        ("amount < 5 && amount < 3 && amount < 4 && amount > 3", [("contradiction", "amount > 3")]),
        ("amount > 5 && amount >= 5 && amount <= 5", [("contradiction", "amount <= 5")]),
        ("amount < 5 && amount <= 5 && amount >= 5", [("contradiction", "amount >= 5")]),
        ("country == 'SG' && country == 'MY'", [("contradiction", "country == 'MY'")]),
        ("country == 'SG' && country in ['MY', 'ID']", [("contradiction", "country in ['MY', 'ID']")]),
        (
            "country in ['SG', 'MY'] && !(country in ['SG', 'MY', 'ID'])",
            [("contradiction", "!(country in ['SG', 'MY', 'ID'])")],
        ),
        ("country in ['SG', 'MY'] && country != 'SG'", []),
        ("country > 'b' && country < 'a'", [("contradiction", "country < 'a'")]),
        ("quantity in [1, 2] && quantity > 2", [("contradiction", "quantity > 2")]),
        ("quantity in [1, 2] && quantity < 1", [("contradiction", "quantity < 1")]),
        ("quantity in [1, 2] && quantity <= 1", []),
        ("quantity in [1, 5] && quantity > 2", []),
        ("quantity in [1, 5] && quantity < 4", []),
        ("amount in [1.0, 5.0] && amount > 2.0", []),
        ("amount in [1.0, 5.0] && amount < 4.0", []),
        ("coupon == null && coupon == 'x'", [("contradiction", "coupon == 'x'")]),
        ("coupon == null && coupon != 'x'", []),
        ("has(coupon) && coupon == null", [("contradiction", "coupon == null")]),
        ("gift && gift == true", []),
        ("gift && gift == false", [("contradiction", "gift == false")]),
        ("gift && !gift", [("contradiction", "!gift")]),
        ("country in []", [("contradiction", "country in []")]),
        ("!(amount > 5 && gift) && amount < 3", []),
        ("amount + 1.0 > 5 && amount + 1.0 < 3", []),
        ("has(coupon) && country.contains('x') && country.matches('y')", []),
        ("coupon == null && !coupon.contains('x')", []),
        ("amount > shipping && amount < shipping", []),
        ("2 in sizes && 3 in sizes", []),
        ("!(amount == shipping) && gift", []),
        ("tags.all(t, t == 'a' && t == 'b')", []),
        # tautologies
        ("country != 'SG' || country != 'MY'", [("tautology", "country != 'MY'")]),
        ("gift && (amount > 3 || amount < 5)", [("tautology", "amount < 5")]),
        ("amount > 3 || amount < 5", [("tautology", "amount < 5")]),
        ("amount > 5 || amount < 3", []),
        ("country != 'SG' || country != 'MY' && gift", []),
    ],
)
def test_odd_conditions_are_warned_about(text, found):
    assert complaints(text) == found
    checked(text)


def test_warnings_say_what_is_constant():
    assert check("1 < 2 || gift", SCHEMA).warnings[0].message == "`1 < 2` is always true"
    assert check("1 > 2 || gift", SCHEMA).warnings[0].message == "`1 > 2` is never true"


def test_warnings_say_what_collides():
    [warning] = check("amount > 5 && gift && amount < 3", SCHEMA).warnings
    assert warning.message == "`amount < 3` cannot hold together with `amount > 5`"
    [warning] = check("country in []", SCHEMA).warnings
    assert warning.message == "`country in []` can be fulfilled by no value"
    [warning] = check("gift || !gift", SCHEMA).warnings
    assert warning.message == "Either `!gift` or `gift` holds for every value"
