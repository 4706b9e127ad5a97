"""The engines that have to agree: by name, a function from checked rules and records to a matrix of hits.

A cell says whether a rule hits a record: True or False, or None when the engine was not asked. The first
engine is the reference. A new engine needs one function and one line in ENGINES.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib.util import find_spec

from policies.rulelang import Checked, Record, RuleSet, RuleSpec, Truth, compile_condition, compile_ruleset, explain
from tests.policies.rulelang.random_rules import FIELDS, LISTS, SCHEMA

Matrix = list[list[bool | None]]


@dataclass(frozen=True)
class Batch:
    """Checked rules and records; CEL is asked about tame rules on tame records only."""

    texts: Sequence[str]
    rules: Sequence[Checked]
    records: Sequence[Record]
    tame_rules: frozenset[int]
    tame_records: frozenset[int]

    def matrix(self, answers: Callable[[int, Record], bool | None]) -> Matrix:
        """Return the matrix of a function of a rule's place and a record."""
        return [[answers(place, record) for record in self.records] for place in range(len(self.rules))]

    @cached_property
    def ruleset(self) -> RuleSet:
        """The rules as a set; rule `R7` is the one in place 7."""
        return RuleSet.build([RuleSpec(f"R{place}", text, "hold") for place, text in enumerate(self.texts)], SCHEMA)


def ask_reference(batch: Batch) -> Matrix:
    conditions = [compile_condition(rule) for rule in batch.rules]
    return batch.matrix(lambda place, record: conditions[place](record) is True)


def ask_row(batch: Batch) -> Matrix:
    engine = compile_ruleset(batch.ruleset)
    found = {id(record): {hit.rule for hit in engine.hits(record)} for record in batch.records}
    return batch.matrix(lambda place, record: f"R{place}" in found[id(record)])


def ask_row_alone(batch: Batch) -> Matrix:
    """Each rule in a set of its own: nothing is shared, everything is read late or at once as it alone needs."""
    engines = [compile_ruleset(RuleSet.build([RuleSpec("R", text, "hold")], SCHEMA)) for text in batch.texts[::10]]
    return batch.matrix(
        lambda place, record: None if place % 10 else engines[place // 10].verdict(record).outcome == "hold"
    )


def ask_explain(batch: Batch) -> Matrix:
    """Explaining costs a thousand times as much as evaluating: one rule in twenty, on three records."""
    asked = {id(record) for record in batch.records[::10]}
    return batch.matrix(
        lambda place, record: (
            explain(batch.rules[place], record).truth is Truth.TRUE if place % 20 == 0 and id(record) in asked else None
        )
    )


def ask_columnar(batch: Batch) -> Matrix:
    from policies.engines.columnar.engine import ColumnarEngine  # noqa: PLC0415 - it needs NumPy and Arrow

    masks = ColumnarEngine.of(batch.ruleset, LISTS).hits_on(batch.records)
    return [[bool(cell) for cell in mask] for mask in masks]


class DuckDB:
    """DuckDB through Ibis: the writing of its SQL is slow, so that it gets one rule in `every`."""

    def __init__(self, every: int = 20) -> None:
        self.every, self._engine = every, None

    def __call__(self, batch: Batch) -> Matrix:
        from policies.engines.ibis.connections import connect_duckdb  # noqa: PLC0415 - as above
        from policies.engines.ibis.engine import hits_of_records  # noqa: PLC0415
        from policies.engines.ibis.refusals import RefusedError  # noqa: PLC0415

        self._engine = self._engine or connect_duckdb()
        rules = {str(place): rule for place, rule in enumerate(batch.rules) if place % self.every == 0}
        try:
            hits = hits_of_records(rules, SCHEMA, batch.records, LISTS, self._engine)
        except RefusedError as error:
            rules = {place: rule for place, rule in rules.items() if place not in error.by_rule}
            hits = hits_of_records(rules, SCHEMA, batch.records, LISTS, self._engine)
        found = [set(hit) for hit in hits]
        return [
            [str(place) in hit if str(place) in rules else None for hit in found] for place in range(len(batch.rules))
        ]


class OfficialCel:
    """Google's CEL. It knows no field that may be null, and takes points in time of a declared type only."""

    _TIMES = (*FIELDS["timestamp"], *FIELDS["duration"])
    _HAS = re.compile(r"has\(([\w.]+)\)")
    _TIME = re.compile(
        r"(?<![\w.\"])(" + "|".join(map(re.escape, sorted(_TIMES, key=len, reverse=True))) + r")(?![\w(])"
    )
    _REFUSED = "no matching overload for '(_[<>]=?_|_[!=]=_|@in)'"

    def __init__(self) -> None:
        from cel_expr_python import cel  # noqa: PLC0415 - there are no wheels for every machine

        self._cel = cel
        names = dict.fromkeys((*"ijdestbclmw", "who", "lists"), cel.Type.DYN)
        moments = {f"time_{name.replace('.', '_')}": cel.Type.TIMESTAMP for name in FIELDS["timestamp"]}
        spans = {f"time_{name}": cel.Type.DURATION for name in FIELDS["duration"]}
        self._nulls = {f"null_{name.replace('.', '_')}": name for name in self._TIMES}
        self._environment = cel.NewEnv(
            variables={**names, **moments, **spans, **dict.fromkeys(self._nulls, cel.Type.BOOL)}
        )

    def __call__(self, batch: Batch) -> Matrix:
        programs = {place: self._program(batch.texts[place]) for place in batch.tame_rules}
        activations = {
            id(batch.records[place]): self._environment.Activation(self._data(batch.records[place]))
            for place in batch.tame_records
        }

        def answer(place: int, record: Record) -> bool | None:
            program, activation = programs.get(place), activations.get(id(record))
            if program is None or activation is None:
                return None
            result = program.eval(activation)
            return result.type() == self._cel.Type.BOOL and result.plain_value() is True

        return batch.matrix(answer)

    def _program(self, text: str) -> object:
        spelled = self._TIME.sub(self._spell_time, self._HAS.sub(r"(\1 != null)", text))
        try:
            return self._environment.compile(spelled)
        except RuntimeError as error:
            # CEL compares numbers of two kinds only where it does not know the kinds beforehand.
            if not re.search(self._REFUSED, str(error)):
                raise
            return None

    @staticmethod
    def _spell_time(match: re.Match) -> str:
        name = match[1].replace(".", "_")
        return f"(null_{name} ? dyn(null) : dyn(time_{name}))"

    def _data(self, record: Record) -> dict[str, object]:
        values = record.values
        who = values.get("who") or {}
        bank = who.get("bank") or {}
        data = {name: values.get(name) for name in "ijdestbclmw"}
        data["who"] = {"i": who.get("i"), "s": who.get("s"), "bank": {"s": bank.get("s"), "d": bank.get("d")}}
        data["lists"] = {name: sorted(entries) for name, entries in LISTS.items()}
        for flag, name in self._nulls.items():
            given = who.get("at") if name == "who.at" else values.get(name)
            data[flag] = given is None
            standing_in = values["since"] if name in FIELDS["timestamp"] else _NO_TIME
            data[flag.replace("null_", "time_")] = standing_in if given is None else given
        return data


_NO_TIME = timedelta()


def engines() -> tuple[dict[str, Callable[[Batch], Matrix]], dict[str, str]]:
    """Return the engines that this machine has, the reference first, and why others are missing."""
    there: dict[str, Callable[[Batch], Matrix]] = {
        "reference": ask_reference,
        "row": ask_row,
        "row, each rule alone": ask_row_alone,
        "explain": ask_explain,
    }
    missing: dict[str, str] = {}
    optional = {
        "columnar": (("numpy", "pyarrow"), lambda: ask_columnar),
        "duckdb": (("ibis", "duckdb"), DuckDB),
        "cel": (("cel_expr_python",), OfficialCel),
    }
    for name, (packages, make) in optional.items():
        lacking = [package for package in packages if find_spec(package) is None]
        if lacking:
            missing[name] = f"SKIPPED: {name} was not asked for want of {', '.join(lacking)}"
        else:
            there[name] = make()
    return there, missing
