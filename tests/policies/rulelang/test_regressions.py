"""Named cases on which engines have differed, or would if they were careless; each runs through all of them.

A difference that `make fuzz` finds is added here under a name, in its smallest form.
"""

import math
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest

from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.ibis.connections import open_engine
from policies.engines.ibis.engine import hits_of_records
from policies.rulelang import Record, RuleSet, RuleSpec, check, compile_condition, compile_ruleset
from policies.rulelang.rules_form import load_rules
from tests.policies.rulelang.fuzz_batch import Batch
from tests.policies.rulelang.fuzz_engines import engines
from tests.policies.rulelang.random_rules import LISTS, NOW, SCHEMA

BASE = {"j": 7, "e": 2.5, "t": "ab", "c": True, "w": ["a", "b"], "since": datetime(2026, 1, 4, 5, 6, 7, tzinfo=UTC)}

CASES = {
    "a constant that is null": ("d > (true ? null : 1.0)", {"d": 5.0}, False),
    "the negation of a constant that is null": ("!(d > (true ? null : 1.0))", {"d": 5.0}, False),
    "a list that is null for certain": ("(true ? null : l).exists(x, x > 0)", {"l": [1]}, False),
    "null differs from a value": ("s != 'a'", {"s": None}, True),
    "what is unsound does not differ from a value": ("s != 'a'", {"s": "\ud800"}, False),
    "what is of the wrong kind is not null": ("i == null", {"i": "x"}, False),
    "null is not in a list": ("!(i in [1, 2])", {"i": None}, True),
    "what is unsound is not outside a list": ("!(i in [1, 2])", {"i": 2.5}, False),
    "null beside null": ("i == who.i", {}, True),
    "null among the values of a map": ("null == null && s in w.map(x, x == 'a' ? null : x)", {"s": None}, True),
    "no order with null": ("!(d < 1.0) || !(d >= 1.0)", {"d": None}, False),
    "not a number is refused": ("d < 1.0 || d >= 1.0 || d != 1.0", {"d": math.nan}, False),
    "infinity is refused": ("d > 1.0", {"d": math.inf}, False),
    "an infinite product is unknown": ("e * 1e308 > 1.0 || e * 1e308 <= 1.0", {"e": 1e308}, False),
    "an infinite part makes the whole unknown": ("1.0 / (e * 1e308) == 0.0", {"e": 1e308}, False),
    "whole numbers become doubles when compared": ("i == 9007199254740992.0", {"i": 2**53 + 1}, True),
    "whole numbers are exact among themselves": ("i == 9007199254740992", {"i": 2**53 + 1}, False),
    "a double in a list of whole numbers": ("d in lists.codes", {"d": 9007199254740992.0}, True),
    "a large double in whole numbers with a null": (
        "d in l.map(x, x == 1 ? null : x)",
        {"d": 2.0**53, "l": [1, 2**53 + 1]},
        True,
    ),
    "null beside itself where there is nothing else": ("!(who.bank.d != who.bank.d)", {}, True),
    "null in a computed list": ("s in w.map(x, s) && size(w) == 2", {"s": None}, True),
    "minus zero is zero": ("d == 0.0 && d in [0.0] && -d in [0.0]", {"d": -0.0}, True),
    "a division is cut off": ("j / 2 == 3 && -j / 2 == -3 && j / -2 == -3", {}, True),
    "a rest has the sign of the first": ("-j % 3 == -1 && j % -3 == 1", {}, True),
    "a division by zero beside what decides": ("j / 0 == 1 || c", {}, True),
    "a division by zero beside what does not": ("j / 0 == 1 || !c", {}, False),
    "an overflow": ("i + 1 > 0 || i + 1 <= 0", {"i": 2**63 - 1}, False),
    "the least number has no negative": ("-i > 0 || -i <= 0", {"i": -(2**63)}, False),
    "the end of a text is not before a line break": ("s.matches('a$')", {"s": "a\n"}, False),
    "digits are ASCII": (r"s.matches(r'\d')", {"s": "٣"}, False),
    "only ASCII has small letters": ("lower(s) == 'İß'", {"s": "İß"}, True),
    "a sign beyond sixteen bits counts once": ("size(s) == 1", {"s": "😀"}, True),
    "texts are ordered by their signs": ("'Z' < s && s < 'ä'", {"s": "a"}, True),
    "Sunday is 0": ("since.getDayOfWeek() == 0 && since.getMonth() == 0 && since.getDate() == 4", {}, True),
    "hours are in UTC": ("at.getHours() == 1", {"at": "2026-01-01T23:30:00-02:00"}, True),
    "a boolean compared with a condition": ("(b) == (i > 1)", {"b": None, "i": 5}, False),
    "an unknown condition equals nothing": ("(i > 1) != (c)", {"i": None}, False),
    "a choice by what is unknown": ("(b ? 1 : 2) == 1 || (b ? 1 : 2) != 1", {"b": None}, False),
    "all of nothing": ("l.all(x, x > 9) && !l.exists(x, true)", {"l": []}, True),
    "all of no list": ("l.all(x, x > 9) || !l.all(x, x > 9)", {"l": None}, False),
    "an element that decides beside one that cannot be computed": ("l.exists(x, 12 / x == 3)", {"l": [0, 4]}, True),
    "a list that is too long": ("size(l) > 0 || size(l) == 0", {"l": [0] * 257}, False),
    "a group that is a text": ("who.bank.s == null", {"who": "x"}, False),
    "a group that is null": ("who.bank.s == null", {"who": None}, True),
}


@pytest.fixture(scope="module")
def asked():
    found, _ = engines()
    if "duckdb" in found:
        found["duckdb"] = type(found["duckdb"])(every=1)
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_engine_gives_the_known_answer(name, asked):
    text, changes, expected = CASES[name]
    rules = [check(text, SCHEMA).require()]
    batch = Batch([text], rules, [Record({**BASE, **changes}, NOW, LISTS)], frozenset(), frozenset())
    answers = {engine: ask(batch)[0][0] for engine, ask in asked.items()}
    assert {engine: said for engine, said in answers.items() if said not in (expected, None)} == {}


DOUBLES_IN_A_FILE = "{fields: {d: double, i: int}, lists: {bounds: [0.5, 9007199254740993]}, rules: []}"


@pytest.mark.parametrize(
    "text", ["d in lists.bounds", "lists.bounds.exists(x, x == d)", "i in lists.bounds", "d in [0.5, 9007199254740993]"]
)
def test_whole_numbers_in_a_list_of_doubles_are_doubles_in_every_engine(text):
    file = load_rules(DOUBLES_IN_A_FILE)
    records = [Record({"d": float(number), "i": number}, NOW, file.lists) for number in (2**53, 2**53 + 2)]
    rule, ruleset = check(text, file.schema).require(), RuleSet.build([RuleSpec("R", text, "hold")], file.schema)
    answers = {
        "reference": [compile_condition(rule)(record) is True for record in records],
        "row": [bool(compile_ruleset(ruleset).hits(record)) for record in records],
        "columnar": ColumnarEngine.of(ruleset, file.lists).hits_on(records)[0].tolist(),
    }
    if find_spec("ibis") and find_spec("duckdb"):
        hits = hits_of_records({"R": rule}, file.schema, records, file.lists, open_engine("duckdb", ""))
        answers["duckdb"] = [bool(hit) for hit in hits]
    assert {engine: said for engine, said in answers.items() if said != [True, False]} == {}
