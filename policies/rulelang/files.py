"""Read rules and events from files, check, evaluate and explain them: the work behind `manage.py rules`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yaml.nodes import Node, ScalarNode

from policies.rulelang.check import check
from policies.rulelang.explain import explain
from policies.rulelang.plain import describe
from policies.rulelang.record import Record, misfit_finder, read_timestamp
from policies.rulelang.row import compile_ruleset
from policies.rulelang.rules_form import RuleInFile, RulesFile, load_rules
from policies.rulelang.ruleset import RuleSet
from policies.rulelang.source import Problem
from policies.rulelang.yaml_form import FileProblem, RulesFileError


def check_file(text: str) -> list[dict[str, object]]:
    """Check a rules file and return one report per rule, in the order of the file.

    A report has `rule` and `ok`, `errors` when something is wrong and `warnings` when something is odd.
    An error in a condition counts lines and columns within the condition (`where: condition`) and tells
    its place in the file too. What is wrong with the file as a whole stands in one report with `rule` null.
    """
    try:
        file = load_rules(text)
    except RulesFileError as error:
        return [{"rule": None, "ok": False, "errors": [problem.as_json() for problem in error.problems]}]
    return [_check_rule(file, rule) for rule in file.rules]


def _check_rule(file: RulesFile, rule: RuleInFile) -> dict[str, object]:
    errors = [problem.as_json() for problem in rule.faults]
    warnings: list[dict[str, object]] = []
    if rule.spec.when:
        result = check(rule.spec.when, file.schema)
        errors += [_place_in_file(problem, rule, file.text) for problem in result.problems]
        warnings = [_place_in_file(problem, rule, file.text) for problem in result.warnings]
    report: dict[str, object] = {"rule": rule.spec.id or None, "ok": not errors}
    if errors:
        report["errors"] = errors
    if warnings:
        report["warnings"] = warnings
    return report


def _place_in_file(problem: Problem, rule: RuleInFile, text: str) -> dict[str, object]:
    line, column = _find_in_file(problem, rule.when_node, rule.spec.when, text)
    return {"where": "condition", **problem.as_json(), "file_line": line, "file_column": column}


def _find_in_file(problem: Problem, node: Node, when: str, text: str) -> tuple[int, int]:
    """Return the place of a problem in the file, or of its condition where YAML has changed the spelling."""
    mark = node.start_mark
    lines = text.split("\n")
    quotes = 1 if isinstance(node, ScalarNode) and node.style in ("'", '"') else 0
    start = mark.column + quotes
    if lines[mark.line][start : start + len(when)] == when:
        return mark.line + 1, start + problem.column
    at = mark.line + problem.line
    wanted = when.split("\n")[problem.line - 1]
    if isinstance(node, ScalarNode) and node.style == "|" and at < len(lines) and lines[at].strip() == wanted.strip():
        return at + 1, lines[at].index(wanted.strip()) + problem.column - (len(wanted) - len(wanted.lstrip()))
    return mark.line + 1, mark.column + 1


def build_ruleset(file: RulesFile) -> RuleSet:
    """Compile the rules of a file.

    Raises:
        RulesFileError: a rule is wrong; the problems stand at the places of the file.
    """
    problems = [fault for rule in file.rules for fault in rule.faults]
    for rule in file.rules:
        for problem in check(rule.spec.when, file.schema).problems if rule.spec.when else ():
            line, column = _find_in_file(problem, rule.when_node, rule.spec.when, file.text)
            problems.append(FileProblem(line, column, f"{rule.spec.id}: {problem.message}", problem.hint))
    if problems:
        raise RulesFileError(problems)
    return RuleSet.build([rule.spec for rule in file.rules], file.schema, file.outcomes)


class EventError(ValueError):
    """An event that cannot be read or does not fit the schema; `event_id` is its identifier as far as it is known."""

    def __init__(self, message: str, event_id: Any = None) -> None:
        super().__init__(message)
        self.event_id = event_id


@dataclass(frozen=True, slots=True)
class EventInFile:
    """An event of a file: its identifier, and either the record to evaluate or in words why there is none."""

    id: Any
    record: Record | None
    error: str = ""


def read_events(file: RulesFile, lines: Iterable[str], now: datetime | None = None) -> Iterator[EventInFile]:
    """Read events given as lines of JSON and yield one per line that is not blank, in order.

    `now` is the instant of evaluation; without it each event's own `occurred_at` or `event.occurred_at`.
    """
    read = _RecordReader(file, now)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        event: Any = None
        try:
            event = parse_event(line)
            found = EventInFile(event.get("id"), read.record(event))
        except EventError as error:
            event_id = event.get("id") if isinstance(event, dict) else error.event_id
            found = EventInFile(event_id, None, f"line {number}: {error}")
        yield found


def evaluate_lines(
    file: RulesFile, ruleset: RuleSet, lines: Iterable[str], now: datetime | None = None
) -> Iterator[dict[str, object]]:
    """Evaluate events given as lines of JSON and yield one answer per line that is not blank, in order.

    An answer is `{"id", "outcome", "hits"}`, or `{"id", "error"}` for an event that cannot be used.
    """
    engine = compile_ruleset(ruleset)
    for event in read_events(file, lines, now):
        if event.record is None:
            yield {"id": event.id, "error": event.error}
        else:
            yield {"id": event.id, **engine.verdict(event.record).as_json()}


def explain_event(file: RulesFile, ruleset: RuleSet, text: str, now: datetime | None = None) -> list[dict[str, object]]:
    """Explain every rule of a file on one event given as JSON, in the order of the file.

    Raises:
        EventError: the event cannot be read or does not fit the schema.
    """
    record = _RecordReader(file, now).record(parse_event(text))
    answers: list[dict[str, object]] = []
    for rule in ruleset.rules:
        tree = explain(rule.checked, record)
        answers.append(
            {
                "rule": rule.spec.id,
                "outcome": rule.spec.outcome,
                "lane": str(rule.spec.lane),
                "truth": str(tree.truth),
                "condition": rule.spec.when,
                "meaning": str(describe(rule.checked)),
                "because": [str(part.sentence) for part in tree.decisive()],
                "tree": tree.as_json(),
            }
        )
    return answers


def parse_event(text: str) -> dict[str, Any]:
    """Read an event from JSON.

    Raises:
        EventError: the text is no JSON object, or holds NaN or an infinity.
    """
    strange: list[str] = []
    try:
        event = json.loads(text, parse_constant=strange.append)
    except (ValueError, RecursionError) as error:
        message = f"this is no JSON: {error}"
        raise EventError(message) from None
    if not isinstance(event, dict):
        raise EventError('an event is a JSON object: {"id": "1", …}')
    if strange:
        message = f"this is no JSON: {strange[0]} is no number"
        raise EventError(message, event.get("id"))
    return event


class _RecordReader:
    """Turns events into records, refusing those that do not fit the schema."""

    def __init__(self, file: RulesFile, now: datetime | None) -> None:
        self._find_misfits = misfit_finder(file.schema)
        self._lists, self._now = file.lists, now

    def record(self, event: dict[str, Any]) -> Record:
        misfits = self._find_misfits(event)
        if misfits:
            raise EventError("; ".join(misfits))
        return Record(event, self._now or _own_instant(event), self._lists)


def _own_instant(event: dict[str, Any]) -> datetime | None:
    inner = event.get("event")
    for place in (event, inner if isinstance(inner, dict) else {}):
        moment = read_timestamp(place.get("occurred_at"))
        if isinstance(moment, datetime):
            return moment
    return None


def draw_tree(tree: Mapping[str, Any], indent: str = "  ") -> Iterator[str]:
    """Yield the lines of an explanation in plain words, inner parts indented."""
    mark = {"true": "✓", "false": "✗", "unknown": "?"}.get(tree["truth"] or "", "·")
    yield f"{indent}{mark} {tree['sentence']}   [{tree['text']}]"
    for child in tree["children"]:
        yield from draw_tree(child, indent + "  ")
