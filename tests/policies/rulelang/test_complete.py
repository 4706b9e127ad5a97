"""At every place what may follow is offered, with type and one line of words."""

import pytest

from policies.rulelang import complete
from tests.policies.rulelang.market import SCHEMA


def labels(text, offset=None):
    return [offer.label for offer in complete(text, len(text) if offset is None else offset, SCHEMA).offers]


def test_at_the_beginning_everything_is_offered():
    found = labels("")
    assert {"amount", "seller.id", "lists.words", "similarity", "has", "true", "null"} <= set(found)
    assert "contains" not in found
    assert "==" not in found
    assert labels("amount > 1 && ") == found
    assert labels("(") == found


def test_fields_come_with_type_and_words():
    offers = {offer.label: offer for offer in complete("", 0, SCHEMA).offers}
    assert offers["amount"].as_json() == {
        "label": "amount",
        "insert": "amount",
        "kind": "field",
        "type": "double?",
        "doc": "What the buyer paid, 100 % of it.",
    }
    assert str(offers["seller.orders_30d"].doc) == "the seller's orders over 30 days"
    assert offers["lists.codes"].type == "list<int>"
    assert offers["similarity"].insert == "similarity("
    assert offers["similarity"].type == "similarity(a, b)"
    assert str(offers["true"].doc) == "Yes."


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        (
            "sel",
            0,
            3,
            [
                "seller.id",
                "seller.rating",
                "seller.orders_30d",
                "seller.late_rate_30d",
                "seller.registered_at",
                "seller.bank.country",
                "lists.trusted_sellers",
            ],
        ),
        ("amount > 1 && QUANT", 14, 19, ["quantity"]),
        ("seller.", 7, 7, ["id", "rating", "orders_30d", "late_rate_30d", "registered_at", "bank.country"]),
        ("seller.la", 7, 9, ["late_rate_30d"]),
        ("seller.bank.", 12, 12, ["country"]),
        ("lists.", 6, 6, ["trusted_sellers", "words", "codes", "limits"]),
        ("lists.wo", 6, 8, ["words"]),
        ("country in ", 11, 11, ["lists.trusted_sellers", "lists.words", "lists.codes", "lists.limits"]),
        ("title.", 6, 6, ["size", "contains", "startsWith", "endsWith", "matches", "lower", "upper"]),
        ("tags.", 5, 5, ["size", "exists", "all", "filter", "map"]),
        ("lists.words.", 12, 12, ["size", "exists", "all", "filter", "map"]),
        ("event.occurred_at.getD", 18, 22, ["getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"]),
        ("gift ", 5, 5, ["==", "!=", "in", "&&", "||"]),
        ("gift in", 5, 7, ["in"]),
        ("amount ", 7, 7, ["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/"]),
        ("tags ", 5, 5, []),
        ('"abc', 4, 4, []),
        ('title == "abc', 13, 13, []),
        ("amount > 1 // am", 16, 16, []),
    ],
)
def test_offers(text, start, end, expected):
    found = complete(text, len(text), SCHEMA)
    assert [offer.label for offer in found.offers] == expected
    assert (found.start, found.end) == (start, end)


def test_in_the_middle_of_a_word_the_whole_word_is_replaced():
    found = complete("amount > shipp && gift", 12, SCHEMA)
    assert (found.start, found.end) == (9, 14)
    assert [offer.label for offer in found.offers] == ["shipping"]
    assert labels('title == "abc" ', 11) == []


def test_a_value_of_unknown_kind_may_be_followed_by_everything():
    assert "&&" in labels("amount > 1 ")
    assert "%" in labels("amount > 1 ")
    assert {"contains", "exists", "getHours"} <= set(labels("f(x)."))
    assert "contains" in labels('"text".')
    assert "&&" in labels("(amount > 1) ")


def test_loop_variables_are_offered_inside_the_loop_only():
    offers = {offer.label: offer for offer in complete("tags.exists(tag, ", 17, SCHEMA).offers}
    assert offers["tag"].kind == "variable"
    assert offers["tag"].type == "string"
    assert labels("lists.codes.exists(n, sizes.all(m, ")[:2] == ["n", "m"]
    assert "tag" not in labels("tags.exists(tag, true) && ")
    assert "tag" not in labels("size(tag, ")
    assert "tag" not in labels("tags.exists(tag ")
    assert "x" not in labels("(x, ")
    assert "1" not in labels("tags.exists(1, ")
    assert {offer.label: offer.type for offer in complete("zz.exists(q, ", 13, SCHEMA).offers}["q"] == ""
    assert "x" not in labels(") && (true) && ")


def test_methods_without_arguments_come_with_both_brackets():
    inserts = {offer.label: offer.insert for offer in complete("tags.", 5, SCHEMA).offers}
    assert inserts["size"] == "size()"
    assert inserts["exists"] == "exists("
