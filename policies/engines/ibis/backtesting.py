"""Count in an engine what rules hit, by day and market: the work behind `manage.py rules backtest --engine`."""

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engines.backtest.reading import Layout, layout_of
from policies.engines.backtest.request import Grouping, Request
from policies.engines.backtest.result import Result
from policies.engines.backtest.tally import Tally
from policies.engines.errors import DataError
from policies.engines.ibis.columns import fitted, raw_of
from policies.engines.ibis.context import Source
from policies.engines.ibis.dialects.base import DAY, YEAR_ONE
from policies.engines.ibis.engine import Engine, lower_rules
from policies.engines.ibis.library import load_ibis
from policies.engines.ibis.literals import either, literal
from policies.engines.ibis.value import Value
from policies.rulelang import ALLOW, RuleSet

RULES_PER_QUERY = 250
_MEGABYTE = 1024 if sys.platform != "darwin" else 1024 * 1024


def run_backtest_on(engine: Engine, ruleset: RuleSet, request: Request, events: str) -> Result:
    """Run the rules of a request over events that an engine can read: Parquet files, or a table that it has.

    Raises:
        DataError: there are no such events, a column does not fit, or a sample or labels are asked for, which
            engines do not count.
        EngineFailedError: the engine cannot read them.
        RefusedError: the engine cannot evaluate some of the rules.
    """
    if request.labels is not None or request.sample:
        raise DataError("labels and samples are counted by the engine columnar only; leave --engine out")
    started = time.perf_counter()
    tally = Tally.empty(len(ruleset.rules), 0)
    for piece in engine.events(events):
        try:
            layout = layout_of(piece.schema, request)
            _Counting(engine, ruleset, request, layout).count(piece.table, tally)
        except DataError as error:
            raise error.at(file=piece.place) from error
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE
    return Result(request, tally, time.perf_counter() - started, memory, 1)


class _Counting:
    """Counts one table."""

    def __init__(self, engine: Engine, ruleset: RuleSet, request: Request, layout: Layout) -> None:
        self._engine, self._ruleset, self._request, self._layout = engine, ruleset, request, layout
        self._places = {rule.spec.id: place for place, rule in enumerate(ruleset.rules)}
        self._allowing = [rule.spec.id for rule in ruleset.allowing]

    def count(self, table: Any, tally: Tally) -> None:
        """Add the counts of a table: hits a part of the rules at a time, outcomes over all rules."""
        clean = self._cleaned(table)
        rules = {rule.spec.id: rule.checked for rule in self._ruleset.rules}
        source = self._source(clean)
        conditions = lower_rules(rules, self._engine, source, self._request.program.lists)
        is_whole = len(conditions) <= RULES_PER_QUERY
        for chunk in self._chunks():
            wanted = {rule: conditions[rule] for rule in {**dict.fromkeys(self._allowing), **dict.fromkeys(chunk)}}
            self._count_chunk(clean, wanted, chunk, tally, with_outcomes=is_whole)
        if not is_whole:
            self._count_chunk(clean, conditions, [], tally, with_outcomes=True)

    def _chunks(self) -> Iterator[list[str]]:
        every = list(self._places)
        for start in range(0, max(1, len(every)), RULES_PER_QUERY):
            yield every[start : start + RULES_PER_QUERY]

    def _cleaned(self, table: Any) -> Any:
        """Return a table of the fields as values that fit, when each event occurred, its day and its market."""
        dialect, layout = self._engine.dialect, self._layout
        columns: dict[str, Any] = {}
        for at, bound in enumerate(layout.fields.values()):
            columns[f"f{at}"] = fitted(table, bound, dialect)
            if bound.field.nullable and bound.path:
                columns[f"n{at}"] = dialect.is_missing(raw_of(table, bound))
        columns["now"] = self._now(table)
        if layout.market is not None:
            columns["market"] = raw_of(table, layout.market).cast("string")
        return table.select(**columns)

    def _now(self, table: Any) -> Any:
        own = [fitted(table, bound, self._engine.dialect) for bound in self._layout.occurred_at.values()]
        return load_ibis().coalesce(*own) if own else load_ibis().null("int64")

    def _source(self, clean: Any) -> Source:
        fields = {}
        for at, (name, bound) in enumerate(self._layout.fields.items()):
            null = None
            if bound.field.nullable:
                null = clean[f"n{at}"] if bound.path else literal(value=True)
            fields[name] = Value(clean[f"f{at}"], null)
        return Source(fields, clean["now"] if self._request.now is None else literal(self._request.now))

    def _keys(self, clean: Any) -> dict[str, Any]:
        keys = {}
        if Grouping.DAY in self._request.groupings:
            first = YEAR_ONE // DAY
            keys["day"] = self._engine.dialect.quotient(clean["now"] + literal(YEAR_ONE), DAY) - literal(first)
        if Grouping.MARKET in self._request.groupings:
            keys["market"] = clean["market"]
        return keys

    def _count_chunk(
        self, clean: Any, conditions: Mapping[str, Any], counted: list[str], tally: Tally, *, with_outcomes: bool
    ) -> None:
        keys = self._keys(clean)
        marks = {f"r{self._places[rule]}": self._marked(condition) for rule, condition in conditions.items()}
        marked = clean.select(**keys, **marks)
        allowed = [marked[f"r{self._places[rule]}"] for rule in self._allowing]
        is_allowed = either(*allowed) if allowed else literal(value=False)
        sums: dict[str, Any] = {"rows": marked.count()}
        for rule in counted:
            mark = marked[f"r{self._places[rule]}"]
            hit = mark if rule in self._allowing else mark & ~is_allowed
            sums[f"h{self._places[rule]}"] = _count_where(hit)
        outcomes = list(self._outcomes(marked, is_allowed)) if with_outcomes else []
        sums |= {f"o{at}": _count_where(condition) for at, (_, condition) in enumerate(outcomes)}
        query = marked.group_by(list(keys)).aggregate(**sums) if keys else marked.aggregate(**sums)
        for row in self._engine.answer(query).to_pylist():
            if with_outcomes:
                self._add_outcomes(row, [name for name, _ in outcomes], tally)
            self._add_hits(row, counted, tally)

    def _marked(self, condition: Any) -> Any:
        return load_ibis().cases((condition, literal(value=True)), else_=literal(value=False))

    def _outcomes(self, marked: Any, is_allowed: Any) -> Iterator[tuple[str, Any]]:
        """Yield each outcome of the main lane with the condition that it is the verdict."""
        severer = is_allowed
        for outcome in self._ruleset.outcomes:
            marks = [
                marked[f"r{self._places[rule.spec.id]}"] for rule in self._ruleset.main if rule.spec.outcome == outcome
            ]
            if marks:
                yield outcome, either(*marks) & ~severer
                severer = either(severer, *marks)

    def _add_outcomes(self, row: Mapping[str, Any], outcomes: list[str], tally: Tally) -> None:
        tally.rows += row["rows"]
        allowed = row["rows"]
        for at, outcome in enumerate(outcomes):
            tally.outcomes[outcome] += row[f"o{at}"]
            allowed -= row[f"o{at}"]
        tally.outcomes[ALLOW] += allowed

    def _add_hits(self, row: Mapping[str, Any], counted: list[str], tally: Tally) -> None:
        for rule in counted:
            place = self._places[rule]
            tally.hits[place] += row[f"h{place}"]
            if self._request.groupings and row[f"h{place}"]:
                key = (row.get("day"), row.get("market"))
                counts = tally.groups.setdefault(key, tally.hits * 0)
                counts[place] += row[f"h{place}"]


def _count_where(condition: Any) -> Any:
    """Count rows in the form that engines do fastest."""
    return load_ibis().cases((condition, literal(1))).count()
