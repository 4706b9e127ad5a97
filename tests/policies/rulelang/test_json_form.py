"""The form of a condition goes to JSON and back without changing what it says."""

import json
import random
import time

import pytest

from policies.rulelang import ConditionError, check, format_text
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.json_form import FormError, from_form, to_form
from policies.rulelang.shapes import shape_of
from tests.policies.rulelang.market import checked
from tests.policies.rulelang.random_rules import SCHEMA, Maker

EXAMPLES = [function.example for function in FUNCTIONS.values()]
GIFT = {"kind": "name", "name": "gift"}


@pytest.mark.parametrize("text", [*EXAMPLES, "-quantity < -5 && amount > .5 && quantity != 0x1F", "!!gift"])
def test_every_construct_comes_back(text):
    form = json.loads(json.dumps(to_form(text)))
    back = from_form(form)
    assert shape_of(checked(back).root) == shape_of(checked(text).root)
    assert to_form(back) == form
    assert from_form(to_form(back)) == back


def test_random_conditions_come_back():
    maker, seen = Maker(random.Random("forms")), 0
    for _ in range(600):
        text = maker.rule().text
        before = check(text, SCHEMA)
        if before.checked is None:
            continue
        seen += 1
        # Chains in chains of the same sign come back as one chain, as the layout makes them.
        assert to_form(from_form(json.loads(json.dumps(to_form(text))))) == to_form(format_text(text))
    assert seen > 550


def test_the_form_is_as_described():
    assert to_form("seller.rating < 4.50 && !gift") == {
        "kind": "all",
        "of": [
            {
                "kind": "compare",
                "sign": "<",
                "left": {"kind": "name", "name": "seller.rating"},
                "right": {"kind": "number", "text": "4.50"},
            },
            {"kind": "not", "of": GIFT},
        ],
    }
    assert to_form("tags.exists(t, t.startsWith('x'))")["element"] == "t"
    assert to_form("size(tags) > 1")["left"] == {
        "kind": "call",
        "name": "size",
        "of": [{"kind": "name", "name": "tags"}],
    }


def test_a_text_that_cannot_be_read_has_no_form():
    with pytest.raises(ConditionError):
        to_form("amount >")


def chained(depth):
    form = GIFT
    for _ in range(depth):
        form = {"kind": "not", "of": form}
    return form


@pytest.mark.parametrize(
    ("form", "path", "reason"),
    [
        (None, "", "object"),
        ([], "", "object"),
        ({}, "", "kind None"),
        ({"kind": []}, "", "kind"),
        ({"kind": "import"}, "", "kind 'import'"),
        ({"kind": "all", "of": [GIFT]}, "of", "at least 2"),
        ({"kind": "any", "of": "gift"}, "of", "at least 2"),
        ({"kind": "all", "of": [GIFT, {"kind": "not"}]}, "of.1.of", "object"),
        ({"kind": "compare", "sign": "&&", "left": GIFT, "right": GIFT}, "sign", "none of"),
        ({"kind": "compare", "sign": [], "left": GIFT, "right": GIFT}, "sign", "none of"),
        ({"kind": "name", "name": "a || b"}, "name", "cannot stand here"),
        ({"kind": "name", "name": 5}, "name", "cannot stand here"),
        ({"kind": "number", "text": "1 || true"}, "text", "cannot stand here"),
        ({"kind": "number", "text": "\u0661"}, "text", "cannot stand here"),
        ({"kind": "text", "text": 5}, "text", "a text"),
        ({"kind": "truth", "value": "true"}, "value", "true or false"),
        ({"kind": "call", "name": "x(1) || f", "of": []}, "name", "cannot stand here"),
        ({"kind": "loop", "name": "size", "list": GIFT, "element": "x", "of": GIFT}, "name", "none of"),
        (
            {"kind": "loop", "name": "all", "list": GIFT, "element": "x, true) || (", "of": GIFT},
            "element",
            "stand here",
        ),
        (chained(500), ".".join(["of"] * 80), "deeper than 80"),
        ({"kind": "list", "of": [{"kind": "text", "text": "x" * 9_000}] * 1_000}, "of.177", "characters"),
    ],
)
def test_what_is_no_form_is_refused_with_its_place(form, path, reason):
    began = time.process_time()
    with pytest.raises(FormError, match=reason) as caught:
        from_form(form)
    assert caught.value.path == path
    assert time.process_time() - began < 5


@pytest.mark.parametrize("attack", ['" || true || "', "\\", "\n", "\u202e", "'", "\x00", "😀", '\\" || true'])
def test_texts_stay_texts(attack):
    form = {"kind": "compare", "sign": "==", "left": {"kind": "name", "name": "title"}, "right": None}
    form["right"] = {"kind": "text", "text": attack}
    assert to_form(from_form(form)) == form


def test_sound_parts_may_be_wrong_together():
    with pytest.raises(ConditionError):
        from_form({"kind": "name", "name": "for"})
