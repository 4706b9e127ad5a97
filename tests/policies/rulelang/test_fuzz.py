"""Random rules on random records: every engine says what the reference says. `make fuzz` does it for longer."""

import platform
import sys

import pytest

from policies.rulelang import check
from policies.rulelang.evaluate import IMPLEMENTED
from policies.rulelang.typed import Apply, Choice, Walk, every
from tests.policies.rulelang.fuzz import RULES_A_ROUND, ask_round, make_batch
from tests.policies.rulelang.fuzz_batch import Batch, Matrix
from tests.policies.rulelang.fuzz_engines import ask_reference, engines
from tests.policies.rulelang.random_rules import SCHEMA, Rule, Tree, simpler

ROUNDS = 25
PARTS = 4


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize("part", range(PARTS))
def test_random_rules_get_one_verdict(part):
    asked, _ = engines()
    total = dict.fromkeys([*asked, "hits"], 0)
    for number in range(ROUNDS):
        found, cells = ask_round(f"part {part}/{number}", asked)
        assert not found, "\n\n".join(map(str, found))
        total = {name: total[name] + cells[name] for name in total}
    assert total["row"] == total["reference"] == ROUNDS * RULES_A_ROUND * 24
    assert 0.1 < total["hits"] / total["reference"] < 0.9
    assert all(total.values())


def test_there_are_twenty_thousand_rules():
    assert PARTS * ROUNDS * RULES_A_ROUND >= 20_000


CEL_WHEELS = sys.platform == "linux" and platform.machine() == "x86_64"


@pytest.mark.parametrize(
    "name",
    ["columnar", "duckdb", pytest.param("cel", marks=pytest.mark.skipif(not CEL_WHEELS, reason="no wheel here"))],
)
def test_every_engine_is_there(name):
    asked, missing = engines()
    assert name in asked, missing


def test_rules_use_everything_that_the_language_has():
    seen: set[str] = set()
    for number in range(20):
        for rule in make_batch(f"features/{number}")[0].rules:
            nodes = list(every(rule.root))
            seen |= {node.overload.id for node in nodes if isinstance(node, Apply)}
            seen |= {node.name for node in nodes if isinstance(node, Walk)}
            seen |= {"choose" for node in nodes if isinstance(node, Choice)}
    assert IMPLEMENTED - seen <= {"double_of_double", "int_of_int"}  # which do nothing


def broken(batch: Batch) -> Matrix:
    """An engine that takes what is unknown below a `!` for false, as a careless translation to SQL would."""
    matrix = ask_reference(batch)
    for place, rule in enumerate(batch.rules):
        if any(isinstance(node, Apply) and node.overload.id == "matches" for node in every(rule.root)):
            matrix[place] = [not cell for cell in matrix[place]]
    return matrix


def test_a_difference_is_found_and_made_small():
    found, _ = ask_round("broken", {"reference": ask_reference, "broken": broken})
    assert len(found) == 1
    assert len(found[0].text) < 40
    assert ".matches(" in found[0].text
    assert "broken" in str(found[0])
    assert check(found[0].text, SCHEMA).checked


def broken_among_others(batch: Batch) -> Matrix:
    matrix = ask_reference(batch)
    if len(batch.rules) > 1:
        matrix[3][5] = not matrix[3][5]
    return matrix


def test_a_difference_that_shows_only_among_other_rules_is_told_too():
    found, _ = ask_round("broken", {"reference": ask_reference, "broken": broken_among_others})
    assert "among the rules" in str(found[0])


def test_trees_are_made_simpler_without_losing_their_variable():
    x, y = Tree("bool", "b"), Tree("bool", "c")
    loop = Tree("bool", "w.exists(x, \0)", (Tree("bool", "\0 == 'a'", (Tree("string", "x"),)),))
    both = Tree("bool", "(\0 && \0)", (x, Tree("bool", "(\0 || \0)", (y, loop))))
    assert Rule(both, is_tame=False).text == "(b && (c || w.exists(x, x == 'a')))"
    assert [tree.text for tree in simpler(both)] == [
        "b",
        "(b && c)",
        "(c || w.exists(x, x == 'a'))",
        "(b && w.exists(x, x == 'a'))",
    ]
