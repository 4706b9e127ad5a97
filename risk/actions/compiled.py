"""Keep compiled conditions per process: of signal definitions, and of the rule set in force."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import structlog

from policies.queries.lists import list_types
from policies.queries.rules import LiveRule, Ruleset, current_ruleset_number, load_ruleset
from policies.rulelang import Checked, Explainer, Record, Schema, check, compile_condition
from policies.rulelang.compile import Finder, compile_formulas
from policies.rulelang.lower import Formula, lower, lower_all
from policies.rulelang.quoting import quote
from risk.actions.columns import ColumnGroup
from risk.domain.records import entity_schema, event_schema, fields_by_role, payload_schema
from risk.queries.signals import signals_in_force

log = structlog.get_logger(__name__)

# A worker asks at most this often whether a newer rule set holds, so a released rule fires within two seconds.
ASK_EVERY_SECONDS = 1.0
# Asking by columns is faster than one by one from so many records and so many rules on: values have to be laid into
# columns first, which costs as much as some sixty rules of the compiled function.
WORTH_COLUMNS = 500
WORTH_RULES = 60


@dataclass(frozen=True)
class CompiledWhere:
    """The `where` of a signal: a test of (values, moment), and the payload fields that it reads."""

    holds: Callable[[Mapping[str, Any], datetime], bool | None]
    fields: frozenset[str]


@dataclass(frozen=True)
class CompiledRule:
    """A live rule, ready to be asked about a record."""

    live: LiveRule
    checked: Checked

    @cached_property
    def holds(self) -> Callable[[Record], bool | None]:
        """The condition by itself, for runs that compare single rules."""
        return compile_condition(self.checked)

    @cached_property
    def explainer(self) -> Explainer:
        """What says why the rule is true of a record."""
        return Explainer(self.checked)

    def concerns(self, market: str) -> bool:
        """Say whether the rule holds in the market."""
        return not self.live.markets or market in self.live.markets


@dataclass(frozen=True)
class RuleGroup:
    """Rules that look at the same records, allow rules first, then by falling priority: one function asks them all."""

    rules: tuple[CompiledRule, ...]
    find: Finder
    formulas: tuple[Formula, ...]
    lists: Mapping[str, frozenset[Any]]

    def __iter__(self) -> Iterator[CompiledRule]:
        return iter(self.rules)

    def that_hold(self, record: Record) -> list[CompiledRule]:
        """Return the rules that are true of a record and hold in its market."""
        found = self.find(record.values, record.now, record.lists)
        return [self.rules[position] for position in sorted(found)]

    def that_hold_on(self, records: Sequence[Record]) -> Iterator[tuple[int, list[CompiledRule]]]:
        """Yield the place of each record of which some rules are true, with these; as `that_hold` for every record.

        Many records are asked many rules by columns, all together; few, or few rules, one by one. Their lists are
        those of the rule set.
        """
        if len(records) < WORTH_COLUMNS or len(self.rules) < WORTH_RULES:
            each = ((place, self.that_hold(record)) for place, record in enumerate(records))
            yield from ((place, found) for place, found in each if found)
            return
        for place, rules in self._columns.find(records).items():
            yield place, [self.rules[rule] for rule in rules]

    @cached_property
    def _columns(self) -> ColumnGroup:
        """Made when first needed: a web process never asks so many."""
        return ColumnGroup(self.formulas, self.lists)


@dataclass(frozen=True)
class CompiledRuleset:
    """The rules in force by what they look at; `broken` are the codes of those that do not compile any more."""

    number: int
    lists: Mapping[str, frozenset[Any]]
    on_events: Mapping[str, RuleGroup]
    on_entities: Mapping[str, RuleGroup]
    broken: tuple[str, ...] = ()

    @cached_property
    def read_on_events(self) -> Mapping[str, frozenset[str]]:
        """The fields, attributes and signals, that some rule on events reads, by role."""
        rules = {rule.live.version_id: rule for rules in self.on_events.values() for rule in rules}
        return fields_by_role(name for rule in rules.values() for name in rule.checked.fields_used)


@lru_cache(maxsize=512)
def compile_where(text: str) -> CompiledWhere:
    """Compile the `where` of a signal definition; raises ConditionError when it is not right."""
    checked = check(text, payload_schema()).require()
    holds = compile_condition(checked)
    return CompiledWhere(lambda values, now: holds(Record(values, now)), checked.fields_used)


class _Keeper:
    """Holds the newest compiled rule set of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: CompiledRuleset | None = None
        self._source: Ruleset | None = None  # the same object for as long as the set and its lists stay as they are
        self._asked_at = 0.0

    def newest(self) -> CompiledRuleset:
        """Return the rule set in force, at most ASK_EVERY_SECONDS old."""
        held, now = self._held, time.monotonic()
        if held is not None and now - self._asked_at < ASK_EVERY_SECONDS:
            return held
        with self._lock:
            ruleset = load_ruleset(current_ruleset_number())
            if self._held is None or self._source is not ruleset:
                self._held, self._source = compile_ruleset(ruleset), ruleset
            self._asked_at = now
            return self._held

    def forget(self) -> None:
        """Drop what is held; for tests, whose databases begin anew with the same numbers."""
        with self._lock:
            self._held, self._source, self._asked_at = None, None, 0.0


_keeper = _Keeper()
ruleset_in_force = _keeper.newest
forget_ruleset = _keeper.forget


def compile_ruleset(ruleset: Ruleset) -> CompiledRuleset:
    """Compile every rule of the set; one that is not right any more is left out, logged and named in `broken`."""
    signals, lists = signals_in_force(), list_types()
    on_events: dict[str, list[CompiledRule]] = {}
    on_entities: dict[str, list[CompiledRule]] = {}
    broken = []
    for live in ruleset.rules:
        schema = entity_schema(live.entity_type, signals, lists) if live.entity_type else event_schema(signals, lists)
        rule = _compile(live, schema)
        if rule is None:
            broken.append(live.code)
        elif live.entity_type:
            on_entities.setdefault(live.entity_type, []).append(rule)
        else:
            for event_type in live.event_types:
                on_events.setdefault(event_type, []).append(rule)
    groups = _Groups(ruleset.lists)
    return CompiledRuleset(
        ruleset.number, ruleset.lists, groups.of(on_events), groups.of(on_entities), broken=tuple(broken)
    )


def _compile(live: LiveRule, schema: Schema) -> CompiledRule | None:
    result = check(live.condition, schema)
    if result.checked is None:
        log.error("rule_does_not_compile", rule=live.code, problems=[problem.message for problem in result.problems])
        return None
    return CompiledRule(live, result.checked)


class _Groups:
    """Compiles each set of rules once, though several types of events may share it."""

    def __init__(self, lists: Mapping[str, frozenset[Any]]) -> None:
        self._lists = lists
        self._made: dict[tuple[int, ...], RuleGroup] = {}

    def of(self, rules: Mapping[str, Sequence[CompiledRule]]) -> dict[str, RuleGroup]:
        """Return the groups by the name of what they look at."""
        return {name: self._group(tuple(found)) for name, found in rules.items()}

    def _group(self, rules: tuple[CompiledRule, ...]) -> RuleGroup:
        key = tuple(rule.live.version_id for rule in rules)
        if key not in self._made:
            formulas = tuple(_formula(rule) for rule in rules)
            self._made[key] = RuleGroup(rules, compile_formulas(formulas), formulas, self._lists)
        return self._made[key]


def _formula(rule: CompiledRule) -> Formula:
    """Return what has to hold for a rule to fire: its market, if it names some, and its condition."""
    markets = rule.live.markets
    if not markets:
        return lower(rule.checked.root)
    codes = ", ".join(quote(code) for code in markets)
    in_market = check(f"event.market in [{codes}]", rule.checked.schema).require()
    return lower_all([in_market.root, rule.checked.root])
