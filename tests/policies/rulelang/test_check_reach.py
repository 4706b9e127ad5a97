"""Parts that can never hold where they stand are pointed at."""

import pytest

from policies.rulelang import check
from tests.policies.rulelang.market import SCHEMA


def unreachable(text):
    found = check(text, SCHEMA).warnings
    return [(one.source.slice(one.span), one.message) for one in found if one.code == "unreachable"]


@pytest.mark.parametrize(
    ("text", "part", "message"),
    [
        (
            "amount > 5 && (amount < 3 || gift)",
            "amount < 3",
            "`amount < 3` cannot hold here, where `amount > 5` holds",
        ),
        (
            "amount > 5 && amount > 7 && (amount < 6 || gift)",
            "amount < 6",
            "`amount < 6` cannot hold here, where `amount > 7` holds",
        ),
        (
            "(gift || amount < 3 && express) && amount > 5",
            "amount < 3",
            "`amount < 3` cannot hold here, where `amount > 5` holds",
        ),
        (
            "country == 'SG' && (amount > 1 && (gift || country in ['MY', 'ID']))",
            "country in ['MY', 'ID']",
            "`country in ['MY', 'ID']` cannot hold here, where `country == 'SG'` holds",
        ),
        (
            "amount > 5 ? gift || amount == 2 : express",
            "amount == 2",
            "`amount == 2` cannot hold here, where `amount > 5` holds",
        ),
        (
            "amount > 5 ? gift : amount > 9",
            "amount > 9",
            "`amount > 9` cannot hold here, where `amount > 5` does not",
        ),
        (
            "amount > 5 && (gift || express && (amount < 3 || country == 'SG'))",
            "amount < 3",
            "`amount < 3` cannot hold here, where `amount > 5` holds",
        ),
        (
            "amount > 5 && (express || amount < 3 && gift && (!gift || country == 'SG'))",
            "amount < 3",
            "`amount < 3` cannot hold here, where `amount > 5` holds",
        ),
        (
            "has(coupon) && (coupon == null || gift)",
            "coupon == null",
            "`coupon == null` cannot hold here, where `has(coupon)` holds",
        ),
        (
            "express && (gift ? !express : amount > 1)",
            "!express",
            "`!express` cannot hold here, where `express` holds",
        ),
    ],
)
def test_what_cannot_hold_is_said_with_its_reason(text, part, message):
    assert unreachable(text) == [(part, message)]


@pytest.mark.parametrize(
    "text",
    [
        "amount > 5 && (amount < 30 || gift)",
        "amount > 5 || amount < 3 && gift",
        "amount > 5 && amount < 3 && (amount == 4 || gift)",
        "!(amount > 5) && (amount > 3 || gift)",
        "amount > 5 ? amount < 30 : amount < 3",
        "(amount > 5 || gift) ? amount < 3 : amount > 1",
        "(gift ? 1 : 2) == 1 && (quantity > 1 || gift)",
        "country == 'SG' && (seller.bank.country == 'MY' || gift)",
        "gift && (1 > amount || amount > 2)",
    ],
)
def test_what_can_hold_is_left_alone(text):
    assert unreachable(text) == []
