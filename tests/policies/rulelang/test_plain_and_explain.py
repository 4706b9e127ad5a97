"""Conditions are said in plain words, and explained part by part on a record."""

import json

import pytest

from policies.rulelang import UNKNOWN, Explainer, Truth, describe, explain
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.phrases import CONDITIONS, LOOPS, VALUES
from policies.rulelang.showing import show_measured, show_number, show_value
from tests.policies.rulelang.market import checked, record


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "seller.late_rate_30d > 0.10 && seller.orders_30d >= 10 && !(seller.id in lists.trusted_sellers)",
            "late dispatch rate is above 10 % and the seller's orders over 30 days is at least 10"
            " and the seller's id is not in the list trusted_sellers",
        ),
        ("amount < 5 || (gift && express)", "amount is below 5 EUR or (gift is true and express is true)"),
        ("!(gift && express)", "not (gift is true and express is true)"),
        ("!gift && !!express", "gift is false and express is true"),
        ("!(amount <= 5)", "amount is more than 5 EUR"),
        ("amount == null || coupon != null", "amount has no data or coupon has data"),
        ("has(coupon) && !has(title)", "coupon has data and title has no data"),
        ("country in ['SG', 'MY']", 'country is one of "SG", "MY"'),
        ("country in []", "country is one of nothing"),
        ("quantity in [1,2,3,4,5,6,7]", "quantity is one of 1, 2, 3, 4, 5 and 2 more"),
        (
            "'bag' in tags && !('x' in tags.map(t, lower(t)))",
            'tags holds "bag" and t in small letters for each entry “t” of tags does not hold "x"',
        ),
        ("title.matches(r'\\d') && title.contains('x')", 'title matches the pattern \\d and title contains "x"'),
        (
            "event.occurred_at > timestamp('2026-01-01T00:00:00Z')",
            "the event's occurred at is after 2026-01-01T00:00:00Z",
        ),
        ("event.occurred_at == timestamp('2026-01-01T00:00:00Z')", "the event's occurred at is 2026-01-01T00:00:00Z"),
        ("lead_time > duration('36h')", "lead time is above 36h"),
        ("(amount + 5) * 2 > shipping", "(amount plus 5 EUR) times 2 is above shipping"),
        (
            "amount - shipping > 5 && -amount < 3",
            "amount minus shipping is above 5 EUR and minus amount is below 3 EUR",
        ),
        ("quantity > 1.5", "quantity is above 1.5"),
        (
            "size(title) > 3 && size(tags) > 1",
            "the length of title is above 3 and the number of entries of tags is above 1",
        ),
        ("tags.exists(t, t == 'x') && gift", '(for at least one entry “t” of tags: “t” is "x") and gift is true'),
        ("!tags.all(t, t == 'x')", 'not for every entry “t” of tags: “t” is "x"'),
        (
            "size(tags.filter(t, t == 'x')) > 1",
            'the number of entries of the entries “t” of tags for which “t” is "x" is above 1',
        ),
        (
            "tags.map(t, t == 'x').exists(b, b)",
            'for at least one entry “b” of “t” is "x" for each entry “t” of tags: “b” is true',
        ),
        ("gift ? express : amount > 1", "if gift is true then express is true, otherwise amount is above 1 EUR"),
        ("(gift ? amount : shipping) > 1", "(amount if gift is true, otherwise shipping) is above 1"),
        ("gift == (amount > 1)", "gift is (amount is above 1 EUR)"),
        ("(amount > 1) == gift", "(amount is above 1 EUR) is gift"),
        ("true", "always"),
        ("!true || false", "never or never"),
        ("!false", "always"),
        ("seller.bank.country == 'SG'", 'the seller bank\'s country is "SG"'),
        (
            "similarity(title, coupon) > 0.5 && days_since(event.occurred_at) < 3",
            "the similarity of title and coupon is above 0.5 and the days since the event's occurred at is below 3",
        ),
    ],
)
def test_plain_words(text, words):
    assert str(describe(checked(text))) == words.replace("and t in small", "and “t” in small")


def test_every_overload_has_words():
    by_structure = {"and", "or", "not", "choose", "timestamp", "duration", "filter", "map"}
    for function in FUNCTIONS.values():
        for overload in function.overloads:
            assert overload.id in {*CONDITIONS, *VALUES, *LOOPS, *by_structure}, overload.id


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (UNKNOWN, "", "unknown"),
        (None, "", "no data"),
        (True, "", "true"),
        (False, "", "false"),
        (0.142, "share", "14.2 %"),
        (1 / 3, "", "0.333333"),
        (1234567.5, "", "1234567.5"),
        (12, "count", "12"),
        (12, "days", "12 days"),
        ("x" * 300, "", '"' + "x" * 199 + '…"'),
        ((), "", "nothing"),
        (frozenset({"b", "a"}), "", '"a", "b"'),
        ((0.1, 0.2), "share", "10 %, 20 %"),
    ],
)
def test_values_are_shown(value, unit, shown):
    assert str(show_value(value, unit)) == shown


@pytest.mark.parametrize(
    ("value", "limits", "shown"),
    [
        (7 / 11, (), "63.6 %"),
        (0.636364, (0.1,), "63.6 %"),
        (0.1004, (0.1,), "10.04 %"),
        (0.09999, (0.1,), "9.999 %"),
        (0.1, (0.1,), "10 %"),
        (0.07, (0.07,), "7 %"),
        (0.0004, (), "0.04 %"),
        (0.0, (), "0 %"),
        (1.0, (), "100 %"),
        (12, (), "1200 %"),
        (0.1 + 1e-12, (0.1,), "10 %"),
        (None, (), "no data"),
    ],
)
def test_measured_shares_are_short_but_never_belie_the_limit(value, limits, shown):
    assert str(show_measured(value, "share", limits)) == shown


def test_only_shares_and_long_texts_are_shortened():
    assert str(show_measured(1 / 3)) == "0.333333"
    assert str(show_measured("x", "share")) == '"x"'
    assert str(show_measured("x" * 60)) == '"' + "x" * 60 + '"'
    assert str(show_measured("x" * 61)) == '"' + "x" * 59 + '…"'


def test_numbers_of_any_size_are_shown():
    assert show_number(2**63 - 1) == "9223372036854775807"
    assert show_number(1e300) == "1e+300"


def sketch(explanation):
    return {
        explanation.source_text: (
            explanation.kind,
            None if explanation.truth is None else str(explanation.truth),
            str(explanation.sentence),
        ),
        **{key: value for child in explanation.children for key, value in sketch(child).items()},
    }


def explained(text, **changes):
    return explain(checked(text), record(**changes))


def test_a_rule_is_explained_part_by_part():
    text = "seller.late_rate_30d > 0.10 && !(amount > 300 || coupon == null)"
    assert sketch(explained(text)) == {
        text: ("and", "true", "All of these hold"),
        "seller.late_rate_30d > 0.10": ("comparison", "true", "late dispatch rate (14.2 %) is above 10 %"),
        "seller.late_rate_30d": ("field", None, "late dispatch rate: 14.2 %"),
        "0.10": ("constant", None, "0.1"),
        "!(amount > 300 || coupon == null)": (
            "not",
            "true",
            'not (amount (250 EUR) is above 300 EUR or coupon ("WELCOME") has no data)',
        ),
        "(amount > 300 || coupon == null)": ("or", "false", "None of these holds"),
        "amount > 300": ("comparison", "false", "amount (250 EUR) is not above 300 EUR"),
        "amount": ("field", None, "amount: 250 EUR"),
        "300": ("constant", None, "300"),
        "coupon == null": ("comparison", "false", 'coupon ("WELCOME") has data'),
        "coupon": ("field", None, 'coupon: "WELCOME"'),
    }


def test_what_decides_is_named():
    def because(text, **changes):
        return [str(part.source_text) for part in explained(text, **changes).decisive()]

    assert because("amount > 1 && quantity > 1") == ["amount > 1", "quantity > 1"]
    assert because("amount > 1 && quantity > 9") == ["quantity > 9"]
    assert because("amount > 1 || quantity > 9") == ["amount > 1"]
    assert because("!(amount > 1 || quantity > 9)") == ["amount > 1"]
    assert because("amount > 1 && (quantity > 9 || shipping > 99)", shipping=None) == ["shipping > 99"]
    assert because("gift") == ["gift"]
    assert because("tags.exists(t, t == 'bag')") == ["tags.exists(t, t == 'bag')"]


def test_missing_data_is_named():
    found = sketch(explained("amount > shipping && quantity / 0 > 1 && express", shipping=None, express=None))
    assert found["amount > shipping && quantity / 0 > 1 && express"][2] == "Whether all of these hold is unknown"
    assert found["amount > shipping"] == (
        "comparison",
        "unknown",
        "Unknown, as there is no data: shipping (asked was: amount is above shipping)",
    )
    assert found["quantity / 0 > 1"] == (
        "comparison",
        "unknown",
        "Unknown, as it cannot be computed: (quantity (2) divided by 0, without fraction is above 1)",
    )
    assert found["quantity / 0"][1:] == (
        "unknown",
        "Unknown, as it cannot be computed: quantity (2) divided by 0, without fraction",
    )
    assert found["express"] == (
        "field",
        "unknown",
        "Unknown, as there is no data: express (asked was: express is true)",
    )
    assert found["shipping"] == ("field", None, "shipping: no data")


def test_other_chains():
    assert str(explained("gift || express").sentence) == "Whether one of these holds is unknown"
    assert str(explained("gift || amount > 1").sentence) == "At least one of these holds"
    assert str(explained("gift && express").sentence) == "Not all of these hold"


def test_loops_show_the_elements_that_decide_first():
    loop = explained("lists.words.exists(w, lower(title).contains(w))")
    assert [(child.kind, str(child.shown), child.truth) for child in loop.children] == [
        ("list", "a list of 2 entries", None),
        ("element", '"leather"', Truth.TRUE),
        ("element", '"replica"', Truth.FALSE),
    ]
    assert str(loop.sentence) == (
        'for at least one entry “w” of the list words: title ("Leather Bag (new)") in small letters contains “w”'
        ' (found: "leather")'
    )
    inner = loop.children[1].children[0]
    assert str(inner.sentence) == 'title ("Leather Bag (new)") in small letters contains w ("leather")'
    assert str(loop.children[1].sentence) == '“w” is "leather"'
    many = explained("sizes.all(n, n < 50)", sizes=list(range(60)))
    assert many.truth is Truth.FALSE
    assert [child.value for child in many.children[1:]] == [*range(50, 60)]


def test_loops_without_elements():
    assert len(explained("tags.exists(t, t == 'x')", tags=None).children) == 1
    assert len(explained("tags.exists(t, t == 'x')", tags="x").children) == 1


def test_nested_loops_show_both_elements():
    outer = explained("tags.exists(t, tags.exists(u, t != u && t.startsWith(u)))", tags=["ab", "a"])
    inner = outer.children[1].children[0]
    comparison = inner.children[1].children[0].children[1]
    assert str(comparison.sentence) == 't ("ab") begins with u ("a")'


def test_values_and_choices_are_explained():
    found = sketch(explained("(gift ? amount : shipping) * 2 > quantity"))
    assert found["(gift ? amount : shipping)"] == ("choice", None, "(amount if gift is true, otherwise shipping): 20")
    assert found["quantity"] == ("field", None, "quantity: 2")
    assert found["gift"] == ("field", "false", "gift (false) is false")
    found = sketch(explained("size(tags.map(t, size(t))) == 2"))
    assert found["size(t)"] == ("value", None, "the length of “t”: 7")
    assert found["t"] == ("variable", None, '“t”: "leather"')


def test_an_explanation_is_plain_data_in_any_language():
    text = (
        "event.occurred_at - seller.registered_at > duration('1h') && tags.exists(t, true)"
        " && id in lists.words && amount / 0 > 1"
    )
    tree = explained(text)
    data = json.loads(json.dumps(tree.as_json()))
    assert data["children"][0]["children"][0]["value"] == "5864h30m0.25s"
    assert data["children"][0]["children"][0]["children"][0]["value"] == "2026-01-31T08:30:00.250000Z"
    assert data["children"][1]["children"][0]["value"] == ["bag", "leather"]
    assert data["children"][2]["children"][1]["value"] is None
    assert data["children"][3]["truth"] == "unknown"
    assert data["children"][3]["value"] is None
    german = tree.as_json(lambda template: {"Not all of these hold": "Nicht alles trifft zu"}.get(template, template))
    assert german["sentence"] == "Nicht alles trifft zu"


def test_an_explainer_says_of_every_record_what_is_said_of_it_alone() -> None:
    condition = checked("tags.exists(t, t == 'x' && title.contains(t)) || amount > 5.0 && quantity > 2")
    records = [
        record(tags=["a", "x"], title="x", amount=4.0, quantity=3),
        record(tags=["b"], title="x", amount=6.5),
        record(tags=["x"], title="y", amount=6.5, quantity=3),
    ]
    explainer = Explainer(condition)
    alone = [explain(condition, one).as_json() for one in records]
    assert [explainer.explain(one).as_json() for one in [*records, *records]] == [*alone, *alone]
    assert len({str(one) for one in alone}) == len(records)
