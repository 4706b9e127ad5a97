"""Every check finds what it is for, points at it, and gives advice."""

import pytest

from policies.rulelang import DOUBLE, INT, Schema, check
from policies.rulelang.patterns import PatternError, compile_pattern, compile_test
from policies.rulelang.source import ConditionError
from policies.rulelang.typed import Choice, every
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
        ("seller.i == 'x'", "`seller.i` is not known", "Did you mean `seller.id`?"),
        ("id in lists.words.x", "There is no list `lists.words.x`", "Did you mean `lists.words`?"),
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
            "quantity == [1.5]",
            "`quantity` is a whole number, `[1.5]` is a list of numbers",
            "Both sides of `==` must be of the same kind.",
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
            "amount in ['x']",
            "`amount` is a number, `['x']` is a list of texts",
            "`in` asks whether a list of the same kind holds the value: x in [1, 2].",
        ),
        (
            "true in [1.5]",
            "`true` is a yes/no value, `[1.5]` is a list of numbers",
            "`in` asks whether a list of the same kind holds the value: x in [1, 2].",
        ),
        (
            "amount + country == 'x'",
            "`amount` is a number, `country` is text",
            "Both sides of `+` must be of the same kind.",
        ),
        ("-event.occurred_at == null", "`-` needs a number, `event.occurred_at` is a point in time", ""),
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
            "timestamp('2026-01-31T00:00:00Z', 'UTC') == null",
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
        (
            "amount in [1, 2.5, 'x']",
            "The list begins with a number, but `'x'` is text",
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
        "gift ? 1 : amout",
        "(amout && gift) > 1",
    ):
        codes = [code for code, _ in complaints(text)]
        assert set(codes) == {"unknown-name"}, (text, codes)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("(!country) > 1", "country"),
        ("(country ? 1 : 2) > 'x'", "country"),
        ("country in [coupon, 5]", "coupon"),
        ("country in [" + "5," * 1001 + "]", "[" + "5," * 1001 + "]"),
        (
            "lists.words.exists(w, tags.exists(t, t == w) && sizes.exists(s, s > 1))",
            "tags.exists(t, t == w)",
        ),
    ],
)
def test_one_mistake_is_said_once_at_its_first_place(text, place):
    assert [where for _, where in complaints(text)] == [place]


def test_the_longest_list_and_the_most_loops_that_are_allowed_are_checked():
    assert complaints("quantity in [" + "1," * 1000 + "]") == []
    assert complaints(" && ".join(f"tags.all(a, a != 'x{at}')" for at in range(10))) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(gift ? 1 : 2) == 1", INT),
        ("(gift ? 1 : quantity) == 1", INT.or_null()),
        ("(gift ? null : 1) == 1", INT.or_null()),
        ("(gift ? 1 : 2.5) == 1", DOUBLE),
        ("(gift ? quantity : 1.5) == 1", DOUBLE.or_null()),
    ],
)
def test_a_choice_may_be_all_that_its_values_may_be(text, kind):
    chosen = next(node for node in every(checked(text).root) if isinstance(node, Choice))
    assert chosen.type == kind


def test_five_fields_of_a_group_are_named_without_dots():
    schema = Schema.build(fields={f"group.f{at}": "int" for at in range(5)})
    assert [one.hint for one in check("group == null", schema).problems] == [
        "Its fields are `group.f0`, `group.f1`, `group.f2`, `group.f3`, `group.f4`."
    ]


def test_a_checked_condition_is_shown_by_its_text():
    shown = repr(checked("gift && amount > 1"))
    assert "gift && amount > 1" in shown
    assert not any(word in shown for word in ("Schema", "Logic", "FieldRef", "Binary"))


def test_of_names_that_differ_in_case_only_the_same_one_is_offered_always():
    for fields in ({"Amount": "int", "amount": "int"}, {"amount": "int", "Amount": "int"}):
        assert [one.hint for one in check("AMOUNT > 1", Schema.build(fields=fields)).problems] == [
            "Did you mean `Amount`?"
        ]


def test_reports_are_bounded():
    assert len(check(" && ".join(f"zz{at} > 1" for at in range(50)), SCHEMA).problems) == 20


def test_lists_without_any_name_to_offer():
    bare = Schema.build(fields={"a": "int"})
    assert [problem.hint for problem in check("a in lists.b", bare).problems] == [""]


def test_the_last_part_of_a_name_alone_finds_the_field():
    schema = Schema.build(fields={"warehouse_of_origin.x": "int"})
    for text in ("x > 1", "yy.x > 1"):
        assert [one.hint for one in check(text, schema).problems] == ["Did you mean `warehouse_of_origin.x`?"]
    several = Schema.build(
        fields={"place_of_birth.k": "int", "warehouse_of_origin.x": "int", "place_of_destination.x": "int"}
    )
    assert [one.hint for one in check("x > 1", several).problems] == ["Did you mean `warehouse_of_origin.x`?"]


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
