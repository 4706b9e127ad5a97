"""Types are read and named; a schema refuses names that no condition could use."""

import pytest

from policies.rulelang import BOOL, DOUBLE, INT, STRING, Field, Schema, SchemaError, list_of, parse_type
from policies.rulelang.schema import entry_type_of
from policies.rulelang.types import ANY, ANY_LIST, NULL


@pytest.mark.parametrize(
    "spelling", ["bool", "int?", "double", "string?", "timestamp", "duration?", "list<string>", "list<int>?"]
)
def test_a_type_is_written_as_it_is_read(spelling):
    assert str(parse_type(spelling)) == spelling


@pytest.mark.parametrize(
    "spelling", ["", "text", "list", "list<list<int>>", "list<text>", "int??", "any", "null", "int<int>"]
)
def test_a_wrong_type_names_the_right_ones(spelling):
    with pytest.raises(ValueError, match=r"is no type; write bool, int, double, string"):
        parse_type(spelling)


def test_types_have_words_for_people():
    assert str(DOUBLE.words()) == "a number"
    assert str(list_of(STRING).words()) == "a list of texts"
    assert str(ANY_LIST.words()) == "a list"
    assert DOUBLE.is_number
    assert not STRING.is_number
    assert INT.or_null().without_null() == INT


def test_a_field_may_say_twice_that_it_may_be_null():
    assert Field(INT.or_null()) == Field(INT, nullable=True)
    assert Field(INT, nullable=True).full_type == INT.or_null()
    assert Field(INT).full_type == INT


def test_a_schema_knows_its_roles_and_groups():
    schema = Schema.build(fields={"amount": "double?", "seller.id": STRING, "seller.bank.country": Field(STRING)})
    assert schema.roles == ("seller",)
    assert schema.prefixes == {"seller", "seller.bank"}
    assert schema.fields["amount"] == Field(DOUBLE, nullable=True)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"1st": INT}, "1st: a name consists of"),
        ({"__class__": INT}, "__class__: a name consists of"),
        ({"a.true": INT}, "a.true: a name consists of"),
        ({"a..b": INT}, "a..b: a name consists of"),
        ({"größe": INT}, "größe: a name consists of"),
        ({"while": INT}, "while: the word while is reserved"),
        ({"lists.x": INT}, "lists.x: lists is the name of the named lists"),
        ({"a.b.c.d.e": INT}, "a.b.c.d.e: a name has at most 4 parts"),
        ({"seller": STRING, "seller.id": STRING}, "seller: is a field and also the beginning of seller.id"),
        ({"a": "number"}, "a: 'number' is no type"),
        ({"a": NULL}, "a: null is no type for a field"),
        ({"a": ANY}, "a: any is no type for a field"),
        ({"a": ANY_LIST}, "a: list is no type for a field"),
    ],
)
def test_a_schema_refuses_fields_that_cannot_be(fields, reason):
    with pytest.raises(SchemaError) as caught:
        Schema.build(fields=fields)
    assert any(found.startswith(reason) for found in caught.value.reasons), caught.value.reasons


@pytest.mark.parametrize(
    ("lists", "reason"),
    [
        ({"a b": STRING}, "lists.a b: a name consists of"),
        ({"in": STRING}, "lists.in: a name consists of"),
        ({"a": BOOL}, "lists.a: the entries of a list are string, int or double, not bool"),
        ({"a": "string?"}, "lists.a: the entries of a list are string, int or double, not string?"),
        ({"a": "words"}, "lists.a: 'words' is no type"),
    ],
)
def test_a_schema_refuses_lists_that_cannot_be(lists, reason):
    with pytest.raises(SchemaError) as caught:
        Schema.build(fields={}, lists=lists)
    assert any(found.startswith(reason) for found in caught.value.reasons), caught.value.reasons


def test_all_reasons_come_at_once():
    with pytest.raises(SchemaError) as caught:
        Schema.build(fields={"1": INT, "b": "x"}, lists={"c": "y"})
    assert len(caught.value.reasons) == 3


def test_a_schema_is_built_from_the_form_of_a_file():
    schema = Schema.from_form(
        {"amount": "double?", "rate": {"type": "double", "unit": "share", "doc": "d", "label": "l"}},
        {"risky": ["NG"], "codes": [1, 2], "limits": [1, 2.5], "empty": []},
    )
    assert schema.fields["rate"] == Field(DOUBLE, unit="share", doc="d", label="l")
    assert schema.lists == {"risky": STRING, "codes": INT, "limits": DOUBLE, "empty": STRING}


@pytest.mark.parametrize(
    ("fields", "lists", "reason"),
    [
        ({"a": {"typ": "int"}}, {}, "a: typ is not known here"),
        ({"a": {"doc": "x"}}, {}, "a: the type is missing"),
        ({"a": {"type": 1}}, {}, "a: type, doc, unit and label are texts"),
        ({"a": {"type": "int", "doc": None}}, {}, "a: type, doc, unit and label are texts"),
        ({}, {"l": [True]}, "lists.l: the entries must be all text or all numbers"),
        ({}, {"l": ["a", 1]}, "lists.l: the entries must be all text or all numbers"),
    ],
)
def test_a_form_that_is_wrong_says_where(fields, lists, reason):
    with pytest.raises(SchemaError) as caught:
        Schema.from_form(fields, lists)
    assert caught.value.reasons[0].startswith(reason)


def test_a_form_without_lists_is_fine():
    assert Schema.from_form({"a": "int"}).lists == {}


def test_yes_and_no_are_no_list_entries():
    with pytest.raises(ValueError, match="put quotes around words"):
        entry_type_of([None])
