"""Evaluate events from a file on an engine: the work behind `manage.py rules eval --engine`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from policies.engines.ibis.engine import Engine, hits_of_records
from policies.rulelang import Kind, Schema
from policies.rulelang.files import EventInFile, read_events
from policies.rulelang.record import field_reader
from policies.rulelang.rules_form import RulesFile
from policies.rulelang.ruleset import RuleSet, Verdict, decide

EVENTS_PER_QUERY = 20_000


def evaluate_lines_on(
    engine: Engine, file: RulesFile, ruleset: RuleSet, lines: Iterable[str], now: datetime | None = None
) -> Iterator[dict[str, object]]:
    """Evaluate events given as lines of JSON and yield the answers of the row engine, in order.

    Raises:
        RefusedError: the engine cannot evaluate some of the rules; nothing was evaluated then.
    """
    events = (_as_engine_holds_it(event, file.schema, engine) for event in read_events(file, lines, now))
    rules = {rule.spec.id: rule.checked for rule in ruleset.rules}
    hits_of_records(rules, file.schema, [], file.lists, engine)
    while batch := list(islice(events, EVENTS_PER_QUERY)):
        records = [event.record for event in batch if event.record is not None]
        hits = iter(hits_of_records(rules, file.schema, records, file.lists, engine) if records else [])
        for event in batch:
            if event.record is None:
                yield {"id": event.id, "error": event.error}
            else:
                yield {"id": event.id, **_verdict(ruleset, frozenset(next(hits))).as_json()}


def _verdict(ruleset: RuleSet, hits: frozenset[str]) -> Verdict:
    return decide(ruleset, lambda rule: rule.spec.id in hits)


def _as_engine_holds_it(event: EventInFile, schema: Schema, engine: Engine) -> EventInFile:
    """Return the event, or the reason why the engine can have no such text."""
    if event.record is None:
        return event
    for name, described in schema.fields.items():
        if (described.type.element or described.type).kind is Kind.STRING:
            value = field_reader(name, described)(event.record.values)
            texts = [value] if isinstance(value, str) else value or ()
            if not all(engine.can_hold(text) for text in texts):
                return replace(
                    event, record=None, error=f"{name}: {engine.dialect.name} has no text with such a character"
                )
    return event
