"""Ask many rules about a table of an engine in few queries."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engines.arrow import load_arrow
from policies.engines.ibis.context import Source
from policies.engines.ibis.dialects.base import Dialect
from policies.engines.ibis.library import load_ibis
from policies.engines.ibis.literals import literal, plain
from policies.engines.ibis.lowering import ConditionRefusedError, lower_condition
from policies.engines.ibis.records import ROW, RecordTable
from policies.engines.ibis.refusals import RefusedError
from policies.rulelang import Checked, Problem, Record, Schema

RULES_PER_QUERY = 100


class EngineFailedError(RuntimeError):
    """An engine that does not answer, or that answers with an error; it says which and why."""


@dataclass(frozen=True)
class Piece:
    """A table of an engine with its Arrow schema, and where it is, for errors."""

    table: Any
    schema: Any
    place: str


class Engine(ABC):
    """A connection to an engine, with how it computes. Close it when done."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._sent: dict[tuple[Any, ...], Any] = {}

    @abstractmethod
    def send(self, table: Any) -> Any:
        """Bring an Arrow table to the engine and return it as an Ibis table."""

    @abstractmethod
    def answer(self, query: Any) -> Any:
        """Run a query and return its rows as an Arrow table."""

    @abstractmethod
    def events(self, where: str) -> list[Piece]:
        """Return the events of a place: Parquet files or a table; files of the same columns are one piece.

        Raises:
            DataError: there is no such place.
        """

    @abstractmethod
    def close(self) -> None:
        """Give the connection back, and with it what was sent."""

    def can_hold(self, text: str) -> bool:
        """Tell whether a text can be sent."""
        return True

    def send_entries(self, entries: tuple[Any, ...]) -> Any:
        """Return the entries of a list as the column of a table; each list is sent once."""
        if entries not in self._sent:
            table = load_arrow().table({"entry": [plain(entry) for entry in entries]})
            self._sent[entries] = self.send(table)["entry"]
        return self._sent[entries]


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
            made[rule] = lower_condition(checked, engine.dialect, source, lists, engine.send_entries)
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
    used = frozenset().union(*(checked.fields_used for checked in rules.values())) if rules else frozenset()
    table = RecordTable([(name, field) for name, field in schema.fields.items() if name in used], records)
    rows = engine.send(table.table)
    conditions = lower_rules(rules, engine, table.source(rows), lists)
    hits: list[list[str]] = [[] for _ in records]
    if not records:
        return hits
    for chunk in _chunks(list(conditions.items())):
        marks = {f"r{at}": marked(condition) for at, (_, condition) in enumerate(chunk)}
        answer = engine.answer(rows.select(rows[ROW], **marks)).sort_by(ROW)
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
