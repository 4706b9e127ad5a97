"""Evaluate events from a file over columns: the work behind `manage.py rules eval --engine columnar`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from policies.engines.columnar.engine import ColumnarEngine
from policies.rulelang.files import read_events
from policies.rulelang.rules_form import RulesFile
from policies.rulelang.ruleset import RuleSet

EVENTS_AT_HAND = 10_000


def evaluate_lines(
    file: RulesFile, ruleset: RuleSet, lines: Iterable[str], now: datetime | None = None
) -> Iterator[dict[str, object]]:
    """Evaluate events given as lines of JSON and yield the answers of the row engine, in order."""
    engine, events = ColumnarEngine.of(ruleset, file.lists), read_events(file, lines, now)
    while batch := list(islice(events, EVENTS_AT_HAND)):
        verdicts = iter(engine.verdicts_on([event.record for event in batch if event.record is not None]))
        for event in batch:
            if event.record is None:
                yield {"id": event.id, "error": event.error}
            else:
                yield {"id": event.id, **next(verdicts).as_json()}
