"""Generated code holds nothing that a person wrote except as a value, and nothing else ever runs."""

import ast
import builtins
import re

import pytest

from policies.rulelang import Record, RuleSet, RuleSpec, Schema, check, compile_ruleset
from policies.rulelang.compile import UnsafeCodeError, compile_formulas
from policies.rulelang.compile.assemble import write_module
from policies.rulelang.compile.guard import ALLOWED, check_code
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.lower import lower
from policies.rulelang.quoting import quote
from tests.policies.rulelang.market import SCHEMA
from tests.policies.rulelang.test_row import ASKED, EXAMPLES

ATTACKS = [
    "\"); __import__('os').system('true') #",
    "'); raise SystemExit(1) #",
    '"""\nraise SystemExit\n"""',
    "line\nbreak\r\n\ttab\x00null\x1b[31m",
    "{__import__('os')}",
    "%s%n{0.__class__}",
    "\\",
    "\\'\\\"",
    "\u2028\u2029\u202e\u2066\u200b\ufeff",
    "__class__.__mro__[1].__subclasses__()",
    "é😀" * 20,
    "# -*- coding: rot13 -*-",
]
PYTHON_NAMES = [
    *(
        "None1",
        "class_",
        "lambda_",
        "print",
        "exec",
        "eval",
        "open",
        "type",
        "values",
        "hits",
        "find",
        "v0",
        "m0",
        "l0",
    ),
    *("now", "lists_", "NAN", "LATER", "UNKNOWN", "k0", "items", "do_contains", "self", "get", "append"),
    *("def", "class", "lambda", "None", "True", "yield", "async", "_", "_private", "and", "is", "not_"),
]


def engine_for(texts, schema):
    return compile_ruleset(RuleSet.build([RuleSpec(f"R{at}", text, "hold") for at, text in enumerate(texts)], schema))


def hits(engine, record):
    return {hit.rule for hit in engine.hits(record)}


@pytest.mark.parametrize("attack", ATTACKS)
def test_texts_stay_values(attack):
    schema = Schema.build(fields={"title": "string?", "tags": "list<string>"}, lists={"words": "string"})
    literal = '"' + "".join(rf"\U{ord(sign):08x}" for sign in attack) + '"'
    texts = [
        f"title == {literal}",
        f"title in [{literal}, 'x']",
        f"title.contains({literal}) && title.startsWith({literal}) && title.endsWith({literal})",
        f"tags.exists(t, t == {literal})",
        f"similarity(title, {literal}) > 0.9 || size({literal}) > 0",
        f"title + {literal} == {literal} + title",
        f"title.matches({quote(re.escape(attack.replace(chr(0), 'x')))})" if attack.isprintable() else "true",
        "title in lists.words",
    ]
    engine = engine_for(texts, schema)
    lists = {"words": frozenset({attack})}
    assert hits(engine, Record({"title": attack, "tags": [attack]}, lists=lists)) == {f"R{at}" for at in range(8)}
    assert "R0" not in hits(engine, Record({"title": attack + "x", "tags": []}, lists=lists))


def test_names_of_fields_and_lists_may_look_like_python():
    names = [name for name in PYTHON_NAMES if check(f"{name} > 1", Schema.build(fields={name: "int"})).checked]
    assert len(names) > 25
    fields = dict.fromkeys(names, "int") | {f"group.{name}": "string?" for name in names}
    schema = Schema.build(fields=fields, lists=dict.fromkeys(names, "int"))
    texts = [f"{name} > 1 && {name} in lists.{name} && group.{name} == {quote(name)}" for name in names]
    texts += [f"[1, 2].exists(element, element == {name} && group.{name} != null)" for name in names]
    record = Record(
        {**dict.fromkeys(names, 2), "group": {name: name for name in names}}, lists={name: {2} for name in names}
    )
    assert len(hits(engine_for(texts, schema), record)) == len(texts)


def test_no_name_of_a_person_becomes_a_name_in_the_code():
    tree, constants = write_everything()
    identifiers = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    identifiers |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    identifiers |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    words = {word for name in [*SCHEMA.fields, *SCHEMA.lists] for word in name.split(".")}
    assert not identifiers & (words - {"type"})  # which is the function of Python here
    assert not {name for name in identifiers if name.startswith("_")}
    assert {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} == {
        *("append", "endswith", "get", "isascii", "startswith")
    }
    assert all(re.fullmatch(r"k\d+", name) for name in constants)


def test_generated_code_holds_only_the_allowed_forms():
    tree, constants = write_everything()
    assert {type(node) for node in ast.walk(tree)} <= ALLOWED
    check_code(tree, constants)


def write_everything():
    texts = [*EXAMPLES, *(text for asked in ASKED.values() for text in asked)]
    texts += [f"!({text})" for text in texts] + [f"country == 'SG' && ({text})" for text in texts]
    texts += ["lists.words.exists(w, title.contains(w))", "tags.map(t, t == 'x').exists(b, b)", "amount in lists.codes"]
    return write_module([lower(check(text, SCHEMA).require().root) for text in texts])


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "from os import system",
        "values.__class__",
        "values.pop('x')",
        "getattr(values, 'x')",
        "open('x')",
        "exec('x')",
        "__builtins__",
        "(lambda: 0)()",
        "[v0 for v0 in values]",
        "{v0: 1}",
        "f'{values}'",
        "values['x']",
        "len(*values)",
        "len(obj=values)",
        "len(**values)",
        "(len if now else type)(values)",
        "v0 + v1",
        "b'x'",
        "...",
        "1j",
        "x = 1",
        "v0 += 1",
        "del v0",
        "global v0",
        "assert v0",
        "raise v0",
        "while v0: pass",
        "with v0: pass",
        "try:\n    v0\nexcept: v0",
        "def evil(): return v0",
        "def find(evil): return v0",
        "def find(*values): return v0",
        "def find(values=v0): return v0",
        "@v0\ndef find(values): return v0",
        "async def find(): return v0",
        "class find: v0",
        "match v0:\n    case 1: v1",
        "find((yield))",
    ],
)
def test_the_guard_stops_everything_else(code):
    tree = ast.parse(code)
    with pytest.raises(UnsafeCodeError, match="not allowed"):
        check_code(tree, {"k0": 1})


def test_nothing_of_python_is_in_reach(monkeypatch):
    finder = compile_formulas([lower(check("gift", SCHEMA).require().root)])
    assert finder.__globals__["__builtins__"] == {}
    reachable = {value for value in finder.__globals__.values() if getattr(builtins, getattr(value, "__name__", ""), 0)}
    assert reachable == {int, float, str, dict, type, len, tuple}


def test_a_fault_of_the_compiler_is_found_before_the_code_runs(monkeypatch):
    monkeypatch.setattr("policies.rulelang.compile.syntax.METHODS", frozenset())
    monkeypatch.setattr("policies.rulelang.compile.guard.METHODS", frozenset())
    with pytest.raises(UnsafeCodeError, match="Attribute"):
        compile_formulas([lower(check("gift", SCHEMA).require().root)])


def test_every_function_was_written():
    assert len(EXAMPLES) == len(FUNCTIONS)
