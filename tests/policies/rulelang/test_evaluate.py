"""Conditions are evaluated as CEL does, null and what cannot be computed included."""

from datetime import UTC, datetime

import pytest

from policies.rulelang import MissingListError, Record, compile_condition
from policies.rulelang.computing import OF_ONE, OF_TWO
from policies.rulelang.evaluate import IMPLEMENTED
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.limits import MAX_WALKED_LIST
from policies.rulelang.signatures import Form
from tests.policies.rulelang.market import NOW, VALUES, checked, complaints, holds

MAX = 2**63 - 1


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
def test_the_example_of_every_function_holds(function):
    assert holds(function.example) is True
    assert complaints(function.example) == []
    name = function.name.split()[0]
    assert name in function.example


def test_every_overload_is_implemented():
    wanted = {overload.id for function in FUNCTIONS.values() for overload in function.overloads}
    by_structure = {"and", "or", "choose", "timestamp", "duration"}
    assert wanted - by_structure <= IMPLEMENTED
    assert not set(OF_ONE) & set(OF_TWO)


def test_functions_are_described():
    for function in FUNCTIONS.values():
        assert function.doc.endswith("."), function.name
        assert function.form is Form.OPERATOR or function.name in function.usage


@pytest.mark.parametrize(
    ("text", "changes", "answer"),
    [
        # null: ==, != and in answer, everything else is unknown
        ("coupon == 'x'", {"coupon": None}, False),
        ("coupon != 'x'", {"coupon": None}, True),
        ("coupon == null", {"coupon": None}, True),
        ("null == coupon", {}, False),
        ("coupon != null", {"coupon": None}, False),
        ("coupon == title", {"coupon": None, "title": None}, True),
        ("coupon != title", {"coupon": None}, True),
        ("coupon in ['x']", {"coupon": None}, False),
        ("!(coupon in ['x'])", {"coupon": None}, True),
        ("coupon in lists.words", {"coupon": None}, False),
        ("amount in lists.codes", {"amount": None}, False),
        ("coupon in tags", {"coupon": None}, False),
        ("'bag' in tags", {"tags": None}, None),
        ("amount > 1", {"amount": None}, None),
        ("1 < amount", {"amount": None}, None),
        ("amount > shipping", {"shipping": None}, None),
        ("!(amount > 1)", {"amount": None}, None),
        ("title.contains('x')", {"title": None}, None),
        ("title.matches('x')", {"title": None}, None),
        ("lower(title) == 'x'", {"title": None}, None),
        ("amount + 1.0 == 2.0", {"amount": None}, None),
        ("amount * 2.0 == null", {"amount": None}, None),
        ("has(amount)", {"amount": None}, False),
        ("has(seller.bank.country)", {}, False),
        ("express", {"express": None}, None),
        ("!express", {"express": None}, None),
        ("express == null", {"express": None}, True),
        ("express == true", {"express": None}, False),
        ("express ? true : true", {"express": None}, None),
        ("(gift ? 1.0 : null) == null", {}, True),
        ("(gift ? null : amount) == 250", {}, True),
        ("(null == null ? null : null) == null", {}, True),
        ("tags.exists(t, t == 'x')", {"tags": None}, None),
        ("days_since(seller.registered_at) > 1", {"seller": {}}, None),
        ("quantity == amount", {"quantity": None}, False),
        ("quantity == amount", {"quantity": None, "amount": None}, True),
        ("quantity != 2.5", {"quantity": None}, True),
        ("quantity > 2.5", {"quantity": None}, None),
        ("quantity in [1.5]", {"quantity": None}, False),
        ("(gift ? quantity : amount) == null", {"gift": True, "quantity": None}, True),
        # what does not fit the schema is unknown, also to null tests
        ("amount == null", {"amount": "x"}, None),
        ("amount != 5", {"amount": float("nan")}, None),
        ("has(amount)", {"amount": float("inf")}, None),
        ("id == 'e1'", {"id": None}, None),
        ("seller.id == 's1'", {"seller": "x"}, None),
        ("amount in [1.0]", {"amount": "x"}, None),
        ("quantity == 1.5", {"quantity": "x"}, None),
        ("coupon in tags", {"tags": "x"}, None),
        # absorbing
        ("amount > 1 && gift", {"amount": None}, False),
        ("gift && amount > 1", {"amount": None}, False),
        ("amount > 1 && !gift", {"amount": None}, None),
        ("amount > 1 || !gift", {"amount": None}, True),
        ("amount > 1 || gift", {"amount": None}, None),
        ("quantity / 0 > 1 || true", {}, True),
        ("quantity / 0 > 1 && false", {}, False),
        ("express && true", {"express": None}, None),
        ("express || false", {"express": None}, None),
        # whole numbers
        ("7 / 2 == 3 && -7 / 2 == -3", {}, True),
        ("-7 % 3 == -1", {}, True),
        ("quantity % 0 == 0", {}, None),
        ("quantity + 1 > 0", {"quantity": MAX}, None),
        ("quantity - 1 > 0", {"quantity": MAX}, True),
        ("-quantity < 0", {"quantity": -MAX - 1}, None),
        ("quantity * 2 > 0", {"quantity": MAX}, None),
        ("int(amount) == 250", {"amount": 250.9}, True),
        ("int(amount) == 1", {"amount": 1e19}, None),
        ("int(quantity) == 2 && double(amount) == 250", {}, True),
        # numbers
        ("amount / 0.0 > 1", {}, None),
        ("amount * 1e300 > 0", {"amount": 1e300}, None),
        ("-amount == -250", {}, True),
        ("quantity > 1.5", {}, True),
        ("quantity == 2.0 && 2.0 == quantity", {}, True),
        ("quantity >= amount", {"amount": 2.0}, True),
        ("quantity in [2.0, 3.5]", {}, True),
        ("quantity in lists.limits", {}, True),
        ("amount in [250, 1.5]", {}, True),
        ("amount in [250, 251]", {}, True),
        ("amount in lists.codes", {}, True),
        ("amount in lists.codes", {"amount": 250.5}, False),
        ("amount in lists.codes", {"amount": 2.0**53}, True),
        ("amount in lists.codes", {"amount": 2.0**54}, False),
        ("amount in sizes", {"amount": 3}, True),
        ("quantity == amount", {"quantity": 2**53 + 1, "amount": 2.0**53}, True),
        ("(gift ? quantity : amount) == 250.0", {}, True),
        # texts
        ("size('é😀') == 2 && 'é😀'.size() == 2", {}, True),
        ("'Z' < 'a' && 'a' < 'ä'", {}, True),
        ("country + '-' + coupon == 'SG-WELCOME'", {}, True),
        ("title + title == ''", {"title": "x" * 60_000}, None),
        ("title.contains('%')", {"title": "a%b"}, True),
        ("title.matches('c$')", {"title": "abc\n"}, False),
        ("title.matches(r'^\\d$')", {"title": "٣"}, False),
        ("title.matches('(?i)STRASSE')", {"title": "Straße"}, False),
        ("matches(title, '')", {}, True),
        ("lower(title) == 'İß'", {"title": "İß"}, True),
        ("title.upper().startsWith('LEATHER')", {}, True),
        ("title.contains(coupon)", {"coupon": "Bag"}, True),
        # times
        ("event.occurred_at == timestamp('2026-01-31T09:30:00.250+01:00')", {}, True),
        ("event.occurred_at + duration('15h30m') >= timestamp('2026-02-01T00:00:00Z')", {}, True),
        ("duration('24h') + event.occurred_at > event.occurred_at", {}, True),
        ("event.occurred_at - duration('1h') < event.occurred_at", {}, True),
        ("event.occurred_at - event.occurred_at == duration('0')", {}, True),
        ("lead_time + duration('1h') - duration('30m') > duration('36h')", {}, True),
        ("lead_time.getHours() == 36 && lead_time.getMinutes() == 2160", {}, True),
        ("lead_time.getSeconds() == 129600", {}, True),
        ("event.occurred_at.getHours() == 23", {"event": {"occurred_at": "2026-02-01T00:30:00+01:00"}}, True),
        ("event.occurred_at + lead_time > event.occurred_at", {"event": {"occurred_at": "9999-12-31T00:00:00Z"}}, None),
        ("lead_time in [duration('36h')]", {}, True),
        ("days_since(event.occurred_at) == 1", {}, True),
        # loops
        ("tags.exists(t, t == 'bag')", {}, True),
        ("tags.exists(t, t == 'x')", {}, False),
        ("tags.exists(t, t == 'x')", {"tags": []}, False),
        ("tags.all(t, t == 'x')", {"tags": []}, True),
        ("tags.all(t, size(t) > 2)", {}, True),
        ("tags.all(t, size(t) > 3)", {}, False),
        ("sizes.exists(n, 1 / (n - 1) > 0)", {"sizes": [1, 2]}, True),
        ("sizes.exists(n, 1 / (n - 1) > 1)", {"sizes": [1, 2]}, None),
        ("sizes.all(n, 1 / (n - 1) > 1)", {"sizes": [1, 2]}, False),
        ("sizes.all(n, 1 / (n - 1) > 0)", {"sizes": [1, 2]}, None),
        ("size(sizes.filter(n, n > 1)) == 2", {}, True),
        ("size(sizes.filter(n, 1 / (n - 1) > 0)) == 2", {}, None),
        ("4 in sizes.map(n, n * 2)", {}, True),
        ("4 in sizes.map(n, 4 / (n - 1))", {}, None),
        ("sizes.map(n, gift ? null : n).exists(n, n == 2)", {}, True),
        ("sizes.map(n, gift ? n : null).exists(n, n == null)", {}, True),
        ("sizes.map(n, gift ? n : null).exists(n, n > 0)", {}, None),
        ("tags.exists(t, sizes.exists(n, size(t) == n))", {"tags": ["a", "abc"]}, True),
        ("tags.exists(t, tags.exists(u, t != u && t.startsWith(u)))", {"tags": ["ab", "a"]}, True),
        ("lists.words.exists(w, lower(title).contains(w))", {}, True),
        ("lists.words.all(w, lower(title).contains(w))", {}, False),
        ("size(lists.words) == 2", {}, True),
        ("[].exists(n, n == 'x') || gift", {}, False),
        ("quantity in [] || gift", {}, False),
        ("tags.exists(t, t == 'bag') && sizes.all(n, n > 0) && !tags.exists(t, t == '')", {}, True),
        # named lists
        ("!(seller.id in lists.trusted_sellers)", {}, True),
        ("seller.id in lists.trusted_sellers", {"seller": {"id": "s7"}}, True),
        # choices
        ("gift ? false : amount > 1", {}, True),
        ("(amount > 1 ? country : coupon) == 'SG'", {}, True),
        ("gift == (amount > 1000)", {}, True),
        ("(amount > 1000) in [true, false]", {}, True),
        ("(amount > 1) == true", {"amount": None}, None),
    ],
)
def test_meaning(text, changes, answer):
    assert holds(text, **changes) is answer


def test_a_list_that_was_not_passed_is_the_fault_of_the_caller():
    condition = compile_condition(checked("seller.id in lists.trusted_sellers"))
    with pytest.raises(MissingListError, match="trusted_sellers is not loaded"):
        condition(Record(VALUES, NOW))


def test_a_very_long_list_is_not_walked():
    condition = compile_condition(checked("lists.words.exists(w, w == 'x')"))
    entries = frozenset(str(number) for number in range(MAX_WALKED_LIST + 1))
    assert condition(Record(VALUES, NOW, {"words": entries})) is None
    assert condition(Record(VALUES, NOW, {"words": entries - {"5"}})) is False


def test_the_age_depends_on_the_instant_alone():
    condition = compile_condition(checked("days_since(seller.registered_at) > 200"))
    assert condition(Record(VALUES, datetime(2026, 1, 1, tzinfo=UTC))) is True
    assert condition(Record(VALUES, datetime(2025, 7, 1, tzinfo=UTC))) is False
    assert condition(Record(VALUES)) is None
