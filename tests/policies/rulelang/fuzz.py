"""Ask random rules of random records through every engine, and show the smallest case on which two differ.

python -m tests.policies.rulelang.fuzz --rounds 100 --seed 7
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from policies.rulelang import Checked, Record, check
from tests.policies.rulelang.fuzz_batch import Batch, Matrix
from tests.policies.rulelang.fuzz_engines import engines
from tests.policies.rulelang.random_rules import SCHEMA, Maker, RecordMaker, Rule, simpler

RULES_A_ROUND = 200
TAME_RECORDS = WILD_RECORDS = 12
MOST_SIMPLER = 400
BEYOND_LIMITS = {"loops-too-deep", "too-many-loops", "named-list-in-loops", "conditions-too-deep"}
"""Why a rule is made anew; every other complaint is a fault of the maker, or of the checker."""

Engine = Callable[[Batch], Matrix]


@dataclass(frozen=True)
class Difference:
    """A rule and a record on which an engine differs from the reference."""

    engine: str
    text: str
    record: Record
    expected: bool

    def __str__(self) -> str:
        said = "does not hit" if self.expected else "hits"
        return (
            f"{self.engine} {said}, the reference says otherwise:\n  rule: {self.text}\n"
            f"  values: {self.record.values!r}\n  now: {self.record.now!r}"
        )


def make_batch(seed: str) -> tuple[Batch, list[Rule]]:
    """Make the rules and records of one round."""
    rng = random.Random(seed)
    maker, records = Maker(rng), RecordMaker(rng)
    rules: list[Rule] = []
    checked: list[Checked] = []
    while len(rules) < RULES_A_ROUND:
        rule = maker.rule()
        found = check(rule.text, SCHEMA)
        if found.checked is not None:
            rules.append(rule)
            checked.append(found.checked)
        elif not {problem.code for problem in found.problems} <= BEYOND_LIMITS:
            raise AssertionError(f"{rule.text}: {found.problems[0].message}")
    made = [records.record(is_tame=True) for _ in range(TAME_RECORDS)]
    made += [records.record(is_tame=False) for _ in range(WILD_RECORDS)]
    tame = frozenset(place for place, rule in enumerate(rules) if rule.is_tame)
    return Batch([rule.text for rule in rules], checked, made, tame, frozenset(range(TAME_RECORDS))), rules


def ask_round(seed: str, asked: Mapping[str, Engine]) -> tuple[list[Difference], dict[str, int]]:
    """Run one round; return at most one difference per engine, made small, and how many cells each answered."""
    batch, rules = make_batch(seed)
    reference, *others = asked.items()
    expected = reference[1](batch)
    cells = {reference[0]: sum(map(len, expected)), "hits": sum(map(sum, expected))}
    found = []
    for name, engine in others:
        matrix = _ask(name, engine, batch)
        cells[name] = sum(cell is not None for row in matrix for cell in row)
        place = _first_difference(expected, matrix)
        if place is not None:
            rule, record = rules[place[0]], place[1]
            found.append(_shrink(name, engine, reference[1], rule, batch, record))
    return found, cells


def _ask(name: str, engine: Engine, batch: Batch) -> Matrix:
    """Return the answers of an engine, or say on which rule it fails."""
    try:
        return engine(batch)
    except Exception as error:
        for place, text in enumerate(batch.texts):
            try:
                engine(Batch([text], [batch.rules[place]], batch.records, frozenset(), frozenset()))
            except Exception:  # noqa: BLE001 - whatever it is, the rule is found
                raise AssertionError(f"{name} fails on {text}") from error
        raise


def _first_difference(expected: Matrix, matrix: Matrix) -> tuple[int, int] | None:
    return next(
        (
            (rule, record)
            for rule, (wanted, given) in enumerate(zip(expected, matrix, strict=True))
            for record, (one, other) in enumerate(zip(wanted, given, strict=True))
            if other is not None and one is not other
        ),
        None,
    )


def _shrink(name: str, engine: Engine, reference: Engine, rule: Rule, batch: Batch, place: int) -> Difference:
    """Replace parts of the rule by simpler ones for as long as the two differ on the record."""
    record, is_tame_record = batch.records[place], place in batch.tame_records

    def difference(one: Rule) -> Difference | None:
        found = check(one.text, SCHEMA)
        if found.checked is None:
            return None
        small = Batch(
            [one.text],
            [found.checked],
            [record],
            frozenset({0} if one.is_tame else ()),
            frozenset({0} if is_tame_record else ()),
        )
        expected, given = reference(small)[0][0], engine(small)[0][0]
        return None if given is None or given is expected else Difference(name, one.text, record, bool(expected))

    known = difference(rule)
    if known is None:
        # It shows only among other rules: what is shared goes wrong.
        return Difference(f"{name} (among the rules of its round)", rule.text, record, expected=True)
    tries = 0
    while tries < MOST_SIMPLER:
        for tree in simpler(rule.tree):
            tries += 1
            smaller = Rule(tree, rule.is_tame)
            less = difference(smaller)
            if less is not None:
                rule, known = smaller, less
                break
        else:
            break
    return known


def main() -> int:
    """Run rounds until one differs; the seed and the number of a round give it again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help=f"rounds of {RULES_A_ROUND} rules (default 100)")
    parser.add_argument("--seed", default="", help="a word; without it another one each time")
    options = parser.parse_args()
    seed = options.seed or str(random.SystemRandom().randrange(10**9))
    asked, missing = engines()
    print("\n".join([f"seed {seed}, engines {', '.join(asked)}", *missing.values()]), flush=True)
    began, total = time.monotonic(), dict.fromkeys([*asked, "hits"], 0)
    for number in range(options.rounds):
        found, cells = ask_round(f"{seed}/{number}", asked)
        total = {name: total[name] + cells[name] for name in total}
        if found:
            print(f"round {number} of seed {seed}:", *found, sep="\n\n")
            return 1
        if number % 10 == 9 or number == options.rounds - 1:
            seconds = time.monotonic() - began
            print(f"{(number + 1) * RULES_A_ROUND} rules, {seconds:.0f} s, no difference", flush=True)
    print(", ".join(f"{name} {count}" for name, count in total.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
