"""Judge the condition of a rule: what is wrong with it, and whether it does what its tests say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from policies.domain.rules import Expectation
from policies.rulelang import Problem, Record, Schema, check, compile_condition

Lists = Mapping[str, frozenset[Any]]


@dataclass(frozen=True)
class RuleSchemas:
    """What conditions may name: one schema for rules on events, one per entity type for rules on entities."""

    events: Schema
    entities: Mapping[str, Schema]

    def of(self, entity_type: str) -> Schema:
        """Return the schema of a target; an empty entity type stands for events."""
        return self.entities[entity_type] if entity_type else self.events


@dataclass(frozen=True)
class RuleTest:
    """A record that a rule must or must not hit."""

    id: int
    title: str
    values: Mapping[str, Any]
    expectation: Expectation


def find_condition_problems(text: str, schema: Schema) -> tuple[Problem, ...]:
    """Return errors, then warnings of a condition, each with its place in the text; none when it is sound."""
    found = check(text, schema)
    return (*found.problems, *found.warnings)


def find_errors(text: str, schema: Schema) -> tuple[Problem, ...]:
    """Return what forbids the condition."""
    return check(text, schema).problems


def find_failed_tests(text: str, schema: Schema, tests: Sequence[RuleTest], lists: Lists) -> list[RuleTest]:
    """Return the tests that a sound condition does not pass; unknown counts as no hit.

    A test is evaluated as of its `event.occurred_at`; without one `days_since` is unknown.
    """
    is_hit = compile_condition(check(text, schema).require())
    failed = []
    for test in tests:
        found = is_hit(Record(test.values, moment_of(test.values), lists)) is True
        if found is not (test.expectation is Expectation.HIT):
            failed.append(test)
    return failed


def moment_of(values: Mapping[str, Any]) -> datetime | None:
    """Return `event.occurred_at` of a record, None when it is absent or no point in time."""
    event = values.get("event")
    moment = event.get("occurred_at") if isinstance(event, Mapping) else None
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    return moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo else None
