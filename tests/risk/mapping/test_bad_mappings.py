"""What is wrong with a mapping is told at its line and place, with the reason and what to do."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from risk.domain.mapping.parsing import parse_mapping
from risk.domain.mapping.spec import ImportMapping

BASE = """source: shop
market: BR
files:
  sales: {path: sales.csv}
  items: {path: items.csv}
tables:
  sums: {from: items, group_by: order, columns: {total: {sum: price}}}
entities:
  - {from: sales, type: seller, id: seller}
events:
  - from: sales
    type: order_placed
    id: "{order}:placed"
    occurred_at: at
    roles: {seller: seller}
    payload: {amount: amount}
"""


def problems_of(text: str) -> list[str]:
    found = parse_mapping(text, "m.yaml")
    return [] if isinstance(found, ImportMapping) else [str(problem) for problem in found]


def test_the_mapping_of_these_tests_is_sound() -> None:
    assert problems_of(BASE) == []


WHOLE = [
    ("", "m.yaml, line 1: The file is empty. A mapping needs source, files, and entities or events."),
    (
        "source: [shop",
        "m.yaml, line 1: This is no YAML: expected ',' or ']', but got '<stream end>'. Check quotes and indents.",
    ),
    (
        "a: 1\nb: \x07",
        "m.yaml, line 2: The file holds a sign that YAML forbids: special characters are not allowed. Remove it.",
    ),
    ("[" * 9_000, "m.yaml, line 1: The file is nested too deep. Flatten it."),
    ("source: " + "[" * 20 + "]" * 20, "m.yaml: the mapping is nested too deep or too large. Flatten it."),
    (
        "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
        "c: &c [*b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d]",
        "m.yaml: the mapping is nested too deep or too large. Flatten it.",
    ),
    ("a: &a [*a]", "m.yaml: the mapping is nested too deep or too large. Flatten it."),
    (
        "# " + "x" * 200_000,
        "m.yaml: the mapping is too long. At most 200000 characters: a mapping names columns, it holds no data.",
    ),
    ("source: shop\nsource: other", "m.yaml, line 2: source stands twice in the mapping. Keep one of the two."),
    ("files: {a: {path: x.csv, path: y.csv}}", "m.yaml, line 1: path stands twice in files.a. Keep one of the two."),
    ("? [a]\n: b", "m.yaml, line 1: A name in the mapping must be a single word. Write name: value."),
]


@pytest.mark.parametrize(("text", "problem"), WHOLE, ids=range(len(WHOLE)))
def test_a_text_that_is_no_mapping_at_all(text: str, problem: str) -> None:
    assert problems_of(text) == [problem]


@pytest.mark.parametrize("text", ["[1, 2]", "5", "just words"])
def test_another_kind_of_yaml(text: str) -> None:
    (problem,) = problems_of(text)
    assert problem.startswith("m.yaml, line 1: expected keys and values, found ")
    assert "Keys: source, files, market" in problem


MISTAKES = yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=[item["told"].partition(". ")[0][:90] for item in MISTAKES])
def test_each_mistake_is_told_at_its_place(mistake: dict[str, Any]) -> None:
    text = BASE.replace(mistake["old"], mistake["new"], 1)
    assert text != BASE
    found = problems_of(text)
    assert [line for line in found if line.startswith(f"m.yaml, {mistake['told']}")], "\n".join(found)
    assert len(found) == mistake.get("count", 1), "\n".join(found)


def test_every_mistake_is_told_at_once() -> None:
    text = BASE.replace("market: BR", "market: brazil").replace("type: seller", "type: saler").replace("at\n", "\n")
    places = [line.split(": ")[1] for line in problems_of(text)]
    assert places == ["market", "entities[0].type", "events[0].occurred_at"]


@pytest.mark.parametrize(
    ("old", "problem"),
    [
        ("files:\n  sales: {path: sales.csv}\n  items: {path: items.csv}\n", "line 1: files is missing. Add files."),
        (
            BASE[BASE.index("entities:") :],
            "line 1: there are neither entities nor events. Say what the rows become: add",
        ),
    ],
)
def test_what_a_mapping_cannot_do_without(old: str, problem: str) -> None:
    assert any(line.startswith(f"m.yaml, {problem}") for line in problems_of(BASE.replace(old, "")))


def test_a_mapping_without_files() -> None:
    text = "source: s\nmarket: BR\nfiles: {}\nevents: []\n"
    assert problems_of(text) == ["m.yaml, line 3: files: no file is named. Add one: orders: {path: orders.csv}."]
