"""Every check finds what it is for, points at it, and gives advice."""

import pytest

from policies.rulelang import Schema, check
from policies.rulelang.patterns import PatternError, compile_pattern, compile_test
from policies.rulelang.source import ConditionError
from tests.policies.rulelang.market import SCHEMA, checked, complaints

SELLER_FIELDS = (
    "Its fields are `seller.id`, `seller.rating`, `seller.orders_30d`, `seller.late_rate_30d`, "
    "`seller.registered_at`, …."
)


def first(text):
    return check(text, SCHEMA).problems[0]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        # names
        ("amout > 1", "`amout` is not known", "Did you mean `amount`?"),
        ("AMOUNT > 1", "`AMOUNT` is not known", "Did you mean `amount`?"),
        ("seller.late_rate > 1", "`seller.late_rate` is not known", "Did you mean `seller.late_rate_30d`?"),
        ("orders_30d > 1", "`orders_30d` is not known", "Did you mean `seller.orders_30d`?"),
        ("rating > 1", "`rating` is not known", "Did you mean `seller.rating`?"),
        ("country == SG", "`SG` is not known", 'If it is a text put it in quotes: "SG".'),
        (
            "seller.zzz > 1",
            "`seller.zzz` is not known",
            SELLER_FIELDS,
        ),
        (
            "seller == null",
            "`seller` is a group of fields, not a value",
            SELLER_FIELDS,
        ),
        (
            "seller.bank == null",
            "`seller.bank` is a group of fields, not a value",
            "Its fields are `seller.bank.country`.",
        ),
        ("title.size > 1", "`title` is text and has no part `size`", "Did you mean the function size(a)?"),
        ("title.zzzzzz > 1", "`title` is text and has no part `zzzzzz`", ""),
        (
            "tags.exists(tag, tag.lower == 'x')",
            "`tag` is text and has no part `lower`",
            "Did you mean the function lower(text)?",
        ),
        ("id in trusted_sellers", "`trusted_sellers` is not known", "Did you mean `lists.trusted_sellers`?"),
        ("id in lists.trusted", "There is no list `lists.trusted`", "Did you mean `lists.trusted_sellers`?"),
        (
            "id in lists.zzzzzzzz",
            "There is no list `lists.zzzzzzzz`",
            "Lists are named `lists.trusted_sellers`, `lists.words`, `lists.codes`, `lists.limits`.",
        ),
        (
            "id in lists",
            "There is no list `lists`",
            "Lists are named `lists.trusted_sellers`, `lists.words`, `lists.codes`, `lists.limits`.",
        ),
        (
            "__class__.__mro__ == null",
            "`__class__.__mro__` is not known",
            'If it is a text put it in quotes: "__class__.__mro__".',
        ),
        # kinds
        (
            'amount > "high"',
            '`amount` is a number, `"high"` is text',
            "Compare it with a number, such as 0.5, without quotes.",
        ),
        ('amount == "5"', '`amount` is a number, `"5"` is text', "Write 5 without quotes."),
        ('express == "True"', '`express` is a yes/no value, `"True"` is text', "Write true without quotes."),
        (
            'gift == "maybe"',
            '`gift` is a yes/no value, `"maybe"` is text',
            "Both sides of `==` must be of the same kind.",
        ),
        ("country == 5", "`country` is text, `5` is a whole number", 'Put it in quotes: "5".'),
        (
            'event.occurred_at > "2026"',
            '`event.occurred_at` is a point in time, `"2026"` is text',
            'Write a point in time as timestamp("2026-01-31T00:00:00Z").',
        ),
        (
            'lead_time > "1h"',
            '`lead_time` is a length of time, `"1h"` is text',
            'Write a length of time as duration("36h").',
        ),
        ("amount > null", "`amount` is a number, `null` is null", "Null can only be compared with == and !=."),
        (
            "quantity * 0.5 > 1.0",
            "`quantity` is a whole number, `0.5` is a number",
            "Write double(quantity) to compute with a number that has decimals.",
        ),
        (
            "amount - quantity > 1.0",
            "`amount` is a number, `quantity` is a whole number",
            "Write double(quantity) to compute with a number that has decimals.",
        ),
        (
            "tags == 'bag'",
            "`tags` is a list of texts, `'bag'` is text",
            "Write 'bag' in tags to look it up in the list.",
        ),
        (
            "tags == sizes",
            "`tags` is a list of texts, `sizes` is a list of whole numbers",
            "Both sides of `==` must be of the same kind.",
        ),
        (
            "tags == tags",
            "`==` cannot be used on a list of texts",
            "Ask about its elements: list.exists(x, x == 1), or about size(list).",
        ),
        (
            "gift > gift",
            "`>` cannot be used on a yes/no value",
            "Ordering and arithmetic need numbers, texts or times; compare others with == or !=.",
        ),
        (
            "amount % 2.0 == 0.0",
            "`%` cannot be used on a number",
            "The rest of a division exists for whole numbers only.",
        ),
        ("country in 'SG'", "`in` cannot be used on text", "On the right of `in` stands a list: x in [1, 2]."),
        (
            "amount in tags",
            "`amount` is a number, `tags` is a list of texts",
            "`in` asks whether a list of the same kind holds the value: x in [1, 2].",
        ),
        (
            "amount + country == 'x'",
            "`amount` is a number, `country` is text",
            "Both sides of `+` must be of the same kind.",
        ),
        ("-title == 'x'", "`-` needs a number, `title` is text", ""),
        (
            "(gift ? 1 : 'x') == 1",
            "`1` is a whole number, `'x'` is text",
            "Both values of a choice must be of the same kind.",
        ),
        # conditions
        ("amount", "`amount` is a number, here a condition is needed", "Compare it: amount > 0."),
        ("gift && country", "`country` is text, here a condition is needed", 'Compare it: country == "text".'),
        (
            "!event.occurred_at",
            "`event.occurred_at` is a point in time, here a condition is needed",
            "Compare it: event.occurred_at != null.",
        ),
        ("lower(title)", "`lower(title)` is text, here a condition is needed", ""),
        (
            "quantity ? gift : express",
            "`quantity` is a whole number, here a condition is needed",
            "Compare it: quantity > 0.",
        ),
        ("tags.exists(tag, size(tag))", "`size(tag)` is a whole number, here a condition is needed", ""),
        # functions
        ("title.contain('x')", "There is no function `contain`", "Did you mean `contains`?"),
        ("title.toLowerCase() == 'x'", "There is no function `toLowerCase`", "Did you mean lower(text)?"),
        ("zzzzzzzz(title)", "There is no function `zzzzzzzz`", ""),
        ("contains(title, 'x')", "`contains` is written as text.contains(part)", ""),
        ("title.has()", "`has` is written as has(field)", ""),
        ("exists(tags)", "`exists` is written as list.exists(x, condition)", ""),
        ("title.contains()", "`contains` is written as text.contains(part), here are 1 values instead of 2", ""),
        (
            "event.occurred_at.getHours('Europe/Berlin') == 1",
            "`getHours` is written as time.getHours(), here are 2 values instead of 1",
            "Getters give the time in UTC and take no zone.",
        ),
        (
            "amount.getHours() == 1",
            "`getHours` needs a point in time or a length of time, `amount` is a number",
            "It is written as time.getHours().",
        ),
        (
            "similarity(title, 5) > 0",
            "`similarity` needs text, `5` is a whole number",
            "It is written as similarity(a, b).",
        ),
        ("has(5)", "`has` takes the name of a field", "Write for example has(seller.rating)."),
        ("has(lists.words)", "`has` takes the name of a field", "Write for example has(seller.rating)."),
        ("has(amout)", "`amout` is not known", "Did you mean `amount`?"),
        (
            "timestamp(title) == null",
            "`timestamp` takes one fixed text in quotes",
            "A field that holds a time is declared so in the schema and needs no conversion.",
        ),
        (
            "timestamp() == null",
            "`timestamp` takes one fixed text in quotes",
            "A field that holds a time is declared so in the schema and needs no conversion.",
        ),
        (
            "duration('7d') == null",
            "'7d' is no length of time; write hours, minutes and seconds such as 36h or 1h30m",
            "",
        ),
        # lists
        (
            "country in ['SG', 5]",
            "The list begins with text, but `5` is a whole number",
            "All entries of a list are of one kind.",
        ),
        ("country in ['SG', null]", "A list cannot hold null", "Write x == null || x in [...]."),
        (
            "country in ['SG', coupon]",
            "A list holds fixed values, `coupon` is none",
            "Compare with it on its own: x == coupon.",
        ),
        (
            "country in [['SG']]",
            "A list holds fixed values, `['SG']` is none",
            "Compare with it on its own: x == ['SG'].",
        ),
        (
            "quantity in [" + "1," * 1001 + "]",
            "A list has at most 1000 entries, this one has 1001",
            "Make it a named list: x in lists.name.",
        ),
        # loops
        ("amount.exists(x, x > 1)", "`exists` needs a list, `amount` is a number", ""),
        ("amout.exists(x, x > 1)", "`amout` is not known", "Did you mean `amount`?"),
        (
            "tags.exists(amount, true)",
            "`amount` already means something else",
            "Choose another name for the element, for example `item`.",
        ),
        (
            "tags.exists(seller, true)",
            "`seller` already means something else",
            "Choose another name for the element, for example `item`.",
        ),
        (
            "tags.exists(lists, true)",
            "`lists` already means something else",
            "Choose another name for the element, for example `item`.",
        ),
        (
            "tags.all(t, sizes.all(t, true))",
            "`t` already means something else",
            "Choose another name for the element, for example `item`.",
        ),
        ("tags.all(t, amout > 1)", "`amout` is not known", "Did you mean `amount`?"),
        ("size(tags.map(t, tags)) > 1", "`map` makes a list of single values, not of lists or nulls", ""),
        ("size(lists.words.map(t, t)) > 1", "`map` cannot be used on a named list", "Use exists or all."),
        ("size(lists.words.filter(t, true)) > 1", "`filter` cannot be used on a named list", "Use exists or all."),
        (
            "tags.exists(t, lists.words.exists(w, w == t))",
            "A loop over a named list cannot stand in another loop, nor hold one",
            "Compare with `in` where the whole entry is meant.",
        ),
        (
            "lists.words.exists(w, tags.exists(t, w == t))",
            "A loop over a named list cannot stand in another loop, nor hold one",
            "Compare with `in` where the whole entry is meant.",
        ),
        (
            "tags.all(a, tags.all(b, tags.all(c, true)))",
            "Loops are nested deeper than 2",
            "Put the inner list into a named list, or write several rules.",
        ),
        (
            " && ".join(["tags.all(a, a != id)"] * 11),
            "A condition has at most 10 loops",
            "Split the condition into several rules.",
        ),
        # patterns
        (
            "title.matches(coupon)",
            "The pattern of `matches` must be a fixed text",
            'Write it out: text.matches(r"\\d+"); use contains to compare with another field.',
        ),
        (
            "title.matches('(')",
            "The pattern is not valid: missing ): (",
            "Patterns follow RE2; put a backslash before signs that are meant as they are: \\.",
        ),
        (
            "title.matches('a(?=b)')",
            "The pattern is not valid: invalid perl operator: (?=",
            "Looking ahead or behind and repeating a group are not possible; write two conditions.",
        ),
        (
            "title.matches(r'(a)\\1')",
            "The pattern is not valid: invalid escape sequence: \\1",
            "Looking ahead or behind and repeating a group are not possible; write two conditions.",
        ),
        ("title.matches(r'\\C')", "The pattern is not valid: \\C takes characters apart", "Write . for any character."),
        (
            "title.matches('" + "a" * 1001 + "')",
            "The pattern is not valid: it has more than 1000 characters",
            "Put words into a named list, or write several patterns.",
        ),
        (
            "title.matches('((a{100}){100}){100}')",
            "The pattern is not valid: invalid repetition size: {100}",
            "Patterns follow RE2; put a backslash before signs that are meant as they are: \\.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(text, message, hint):
    problem = first(text)
    assert (problem.message, problem.hint) == (message, hint)


def test_several_problems_come_in_the_order_of_the_text():
    assert [code for code, _ in complaints("amout > 1 && title > 5 && contry == 'x' && zz(contry)")] == [
        "unknown-name",
        "kind-mismatch",
        "unknown-name",
        "unknown-function",
        "unknown-name",
    ]


def test_a_broken_part_causes_no_second_complaint():
    for text in (
        "-amout > 1",
        "!amout",
        "amout ? 1 : 2",
        "lower(amout) == 'x'",
        "amout in [amout2]",
        "gift ? amout : 1",
    ):
        codes = [code for code, _ in complaints(text)]
        assert set(codes) == {"unknown-name"}, (text, codes)


def test_reports_are_bounded():
    assert len(check(" && ".join(f"zz{at} > 1" for at in range(50)), SCHEMA).problems) == 20


def test_lists_without_any_name_to_offer():
    bare = Schema.build(fields={"a": "int"})
    assert [problem.hint for problem in check("a in lists.b", bare).problems] == [""]


def test_the_last_part_of_a_name_alone_finds_the_field():
    schema = Schema.build(fields={"warehouse_of_origin.x": "int"})
    assert [problem.hint for problem in check("x > 1", schema).problems] == ["Did you mean `warehouse_of_origin.x`?"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 > 2", [("constant", "1 > 2")]),
        ("amount > 1.0 || 1 < 2", [("constant", "1 < 2")]),
        ("!(false)", [("constant", "!(false)")]),
        ("false", [("constant", "false")]),
        ("true", []),
        ("gift == true", []),
        ("gift ? amount > 1.0 : false", []),
        ("true ? gift : express", [("constant", "true")]),
        ("(gift ? 1 : 2) > 1", []),
        ("tags.exists(t, true)", [("constant", "true")]),
        ("size(tags.map(t, true)) > 1", []),
        ("quantity > 1 / 0", [("never-computed", "1 / 0")]),
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
        ("quantity > 5.5 && quantity < 6.5", []),
        ("5 < amount && 3 > amount", [("contradiction", "3 > amount")]),
        ("amount > 5 && (gift && amount < 3)", [("contradiction", "amount < 3")]),
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
        ("coupon == null && coupon == 'x'", [("contradiction", "coupon == 'x'")]),
        ("coupon == null && coupon != 'x'", []),
        ("has(coupon) && coupon == null", [("contradiction", "coupon == null")]),
        ("gift && !gift", [("contradiction", "!gift")]),
        ("country in []", [("contradiction", "country in []")]),
        ("!(amount > 5 && gift) && amount < 3", []),
        ("amount + 1.0 > 5 && amount + 1.0 < 3", []),
        ("has(coupon) && country.contains('x') && country.matches('y')", []),
        ("amount > shipping && amount < shipping", []),
        ("2 in sizes && 3 in sizes", []),
        ("!(amount == shipping) && gift", []),
        ("tags.all(t, t == 'a' && t == 'b')", []),
        # tautologies
        ("country != 'SG' || country != 'MY'", [("tautology", "country != 'MY'")]),
        ("amount > 3 || amount < 5", [("tautology", "amount < 5")]),
        ("amount > 5 || amount < 3", []),
    ],
)
def test_odd_conditions_are_warned_about(text, found):
    assert complaints(text) == found
    checked(text)


def test_warnings_say_what_collides():
    [warning] = check("amount > 5 && gift && amount < 3", SCHEMA).warnings
    assert warning.message == "`amount < 3` cannot hold together with `amount > 5`"
    [warning] = check("country in []", SCHEMA).warnings
    assert warning.message == "`country in []` can be fulfilled by no value"
    [warning] = check("gift || !gift", SCHEMA).warnings
    assert warning.message == "Either `!gift` or `gift` holds for every value"


def test_a_checked_condition_tells_what_it_reads():
    condition = checked("amount > 1 && id in lists.trusted_sellers && tags.exists(t, t in lists.words)")
    assert condition.fields_used == {"amount", "id", "tags"}
    assert condition.lists_used == {"trusted_sellers", "words"}


def test_requiring_a_wrong_condition_raises_its_problems():
    with pytest.raises(ConditionError, match="line 1, column 1: `amout` is not known") as caught:
        check("amout > 1", SCHEMA).require()
    assert len(caught.value.problems) == 1


def test_patterns_are_compiled_once():
    assert compile_test("abc") is compile_test("abc")
    assert compile_pattern("a(b)c")("xabcx").span() == (1, 4)
    with pytest.raises(PatternError, match="missing"):
        compile_pattern("(")
