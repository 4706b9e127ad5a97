"""Ask many rules about a table of an engine in few queries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engines.ibis.context import Source
from policies.engines.ibis.dialects.base import Dialect
from policies.engines.ibis.library import load_ibis
from policies.engines.ibis.literals import literal
from policies.engines.ibis.lowering import ConditionRefusedError, lower_condition
from policies.engines.ibis.records import ROW, RecordTable
from policies.engines.ibis.refusals import RefusedError
from policies.rulelang import Checked, Problem, Record, Schema

RULES_PER_QUERY = 100


@dataclass(frozen=True)
class Engine:
    """A connection to an engine, with how it computes. Close it when done."""

    backend: Any
    dialect: Dialect

    def close(self) -> None:
        """Give the connection back."""
        self.backend.disconnect()


def lower_rules(
    rules: Mapping[str, Checked], engine: Engine, source: Source, lists: Mapping[str, frozenset[Any]]
) -> dict[str, Any]:
    """Return the condition of each rule, by its identifier.

    Raises:
        RefusedError: the engine cannot evaluate some of them; it names them all.
    """
    made: dict[str, Any] = {}
    refused: dict[str, tuple[Problem, ...]] = {}
    for rule, checked in rules.items():
        try:
            made[rule] = lower_condition(checked, engine.dialect, source, lists)
        except ConditionRefusedError as error:
            refused[rule] = (error.problem,)
    if refused:
        raise RefusedError(engine.dialect.name, refused)
    return made


def hits_of_records(
    rules: Mapping[str, Checked],
    schema: Schema,
    records: Sequence[Record],
    lists: Mapping[str, frozenset[Any]],
    engine: Engine,
) -> list[list[str]]:
    """Return for each record the identifiers of the rules that hit, in the order of the rules.

    Raises:
        RefusedError: the engine cannot evaluate some of the rules.
    """
    ibis = load_ibis()
    used = frozenset().union(*(checked.fields_used for checked in rules.values())) if rules else frozenset()
    table = RecordTable([(name, field) for name, field in schema.fields.items() if name in used], records)
    rows = ibis.memtable(table.table)
    conditions = lower_rules(rules, engine, table.source(rows), lists)
    hits: list[list[str]] = [[] for _ in records]
    for chunk in _chunks(list(conditions.items())):
        marks = {f"r{at}": marked(condition) for at, (_, condition) in enumerate(chunk)}
        answer = engine.backend.to_pyarrow(rows.select(rows[ROW], **marks)).sort_by(ROW)
        for at, (rule, _) in enumerate(chunk):
            for row, is_hit in enumerate(answer[f"r{at}"].to_pylist()):
                if is_hit:
                    hits[row].append(rule)
    return hits


def marked(condition: Any) -> Any:
    """Return true where a condition holds and NULL elsewhere."""
    return load_ibis().cases((condition, literal(value=True)))


def _chunks(items: Sequence[tuple[str, Any]]) -> Iterator[Sequence[tuple[str, Any]]]:
    for start in range(0, len(items), RULES_PER_QUERY):
        yield items[start : start + RULES_PER_QUERY]
