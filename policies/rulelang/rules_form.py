"""Read the form of a rules file: fields, lists, outcomes, rules, each fault with its place in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from policies.rulelang.ruleset import ALLOW, OUTCOMES, Lane, RuleSpec, fault_of
from policies.rulelang.schema import LISTS, Field, Schema, SchemaError, entry_type_of, typed_entries
from policies.rulelang.types import Type, parse_type
from policies.rulelang.yaml_form import FileProblem, RulesFileError, entries, items, problem_at, read_yaml, scalar, word

_FIELD_KEYS = ("type", "doc", "unit", "label")
_FILE_KEYS = ("fields", "lists", "outcomes", "rules")
_RULE_KEYS = ("id", "when", "outcome", "lane", "priority", "title", "reason", "policy", "description")


@dataclass(frozen=True)
class RuleInFile:
    """A rule with the place of its condition in the file, and what is wrong with it apart from the condition."""

    spec: RuleSpec
    when_node: Node
    faults: tuple[FileProblem, ...]


@dataclass(frozen=True)
class RulesFile:
    """What a rules file says; the conditions are not checked yet."""

    text: str
    schema: Schema
    lists: Mapping[str, frozenset[Any]]
    outcomes: tuple[str, ...]
    rules: tuple[RuleInFile, ...]


def load_rules(text: str) -> RulesFile:
    """Read a rules file.

    Raises:
        RulesFileError: the file is not of the form, apart from faults of single rules, which stay with them.
    """
    problems: list[FileProblem] = []
    root = read_yaml(text)
    found = {key: (key_node, node) for key, key_node, node in entries(root, "The file", problems)}
    for key, (key_node, _) in found.items():
        if key not in _FILE_KEYS:
            problems.append(
                problem_at(key_node, f"{key} is not known here", f"A rules file has {', '.join(_FILE_KEYS)}.")
            )
    for key in ("fields", "rules"):
        if key not in found and not problems:
            problems.append(problem_at(root, f"{key}: is missing", f"Add {key}: to the file."))
    fields = _read_fields(found["fields"][1], problems) if "fields" in found else {}
    lists = _read_lists(found["lists"][1], problems) if "lists" in found else {}
    outcomes = _read_outcomes(found["outcomes"][1], problems) if "outcomes" in found else OUTCOMES
    schema = _build_schema(fields, lists, found, problems)
    rules = _read_rules(found["rules"][1], outcomes, problems) if "rules" in found else []
    if problems or schema is None:
        raise RulesFileError(problems)
    known = {name: entries_of for name, (_, entries_of) in lists.items()}
    return RulesFile(text, schema, known, outcomes, tuple(rules))


def _read_fields(node: Node, problems: list[FileProblem]) -> dict[str, Field]:
    fields = {}
    for name, _, value in entries(node, "fields", problems):
        try:
            form = _read_field_form(value, name, problems)
            fields[name] = Field(
                parse_type(form.get("type", "")),
                doc=form.get("doc", ""),
                unit=form.get("unit", ""),
                label=form.get("label", ""),
            )
        except ValueError as error:
            problems.append(problem_at(value, f"{name}: {error}"))
    return fields


def _read_field_form(node: Node, name: str, problems: list[FileProblem]) -> dict[str, str]:
    if not isinstance(node, MappingNode):
        return {"type": node.value if isinstance(node, ScalarNode) else ""}
    form = {}
    for key, key_node, value in entries(node, name, problems):
        if key not in _FIELD_KEYS:
            problems.append(problem_at(key_node, f"{key} is not known here", f"A field has {', '.join(_FIELD_KEYS)}."))
        else:
            form[key] = word(value, key, problems)
    return form


def _read_lists(node: Node, problems: list[FileProblem]) -> dict[str, tuple[Type, frozenset[Any]]]:
    lists = {}
    for name, _, value in entries(node, "lists", problems):
        found = []
        for item in items(value, name, problems):
            if isinstance(item, ScalarNode):
                found.append(scalar(item))
            else:
                problems.append(problem_at(item, f"An entry of {name} must be a single value"))
        try:
            kind = entry_type_of(found)
            lists[name] = (kind, typed_entries(kind, found))
        except ValueError as error:
            problems.append(problem_at(value, f"{name}: {error}"))
    return lists


def _read_outcomes(node: Node, problems: list[FileProblem]) -> tuple[str, ...]:
    found = tuple(word(item, "An outcome", problems) for item in items(node, "outcomes", problems))
    if ALLOW in found or len(set(found)) < len(found):
        message = f"Each outcome stands once, and {ALLOW} is not among them"
        problems.append(problem_at(node, message, f"{ALLOW} is the outcome when no rule hits."))
    return found


def _build_schema(
    fields: dict[str, Field],
    lists: dict[str, tuple[Type, frozenset[Any]]],
    found: Mapping[str, tuple[Node, Node]],
    problems: list[FileProblem],
) -> Schema | None:
    try:
        return Schema.build(fields=fields, lists={name: kind for name, (kind, _) in lists.items()})
    except SchemaError as error:
        places = {key.value: key for part in ("fields", "lists") if part in found for key, _ in found[part][1].value}
        for reason in error.reasons:
            name = reason.split(":")[0].removeprefix(f"{LISTS}.")
            problems.append(problem_at(places[name], reason))
        return None


def _read_rules(node: Node, outcomes: tuple[str, ...], problems: list[FileProblem]) -> list[RuleInFile]:
    rules: list[RuleInFile] = []
    for item in items(node, "rules", problems):
        rules.append(_read_rule(item, outcomes, {rule.spec.id for rule in rules if rule.spec.id}))
    return rules


def _read_rule(item: Node, outcomes: tuple[str, ...], ids_used: set[str]) -> RuleInFile:
    faults: list[FileProblem] = []
    form = {key: value for key, _, value in _rule_entries(item, faults)}
    rule_id, when = (word(form[key], key, faults) if key in form else "" for key in ("id", "when"))
    lane = _read_lane(form.get("lane"), faults)
    outcome = word(form["outcome"], "outcome", faults) if "outcome" in form else ""
    wanted = ("id", "when") if lane is Lane.ALLOW else ("id", "when", "outcome")
    missing = [key for key in wanted if key not in form]
    faults += [problem_at(item, f"{key} is missing", f"Add {key}: to the rule.") for key in missing]
    if rule_id in ids_used:
        faults.append(problem_at(form["id"], f"{rule_id} is used twice", "Give each rule its own id."))
    priority = _read_priority(form.get("priority"), faults)
    spec = RuleSpec(rule_id, when, outcome or ALLOW, lane or Lane.MAIN, priority)
    fault = fault_of(spec, outcomes)
    # Without a sound lane or outcome the fault would only repeat what was reported.
    if fault and lane and outcome:
        faults.append(problem_at(form["outcome"], fault))
    return RuleInFile(spec, form.get("when", item), tuple(faults))


def _rule_entries(item: Node, faults: list[FileProblem]) -> Iterator[tuple[str, ScalarNode, Node]]:
    for key, key_node, value in entries(item, "A rule", faults):
        if key not in _RULE_KEYS:
            faults.append(problem_at(key_node, f"{key} is not known here", f"A rule has {', '.join(_RULE_KEYS)}."))
        yield key, key_node, value


def _read_lane(node: Node | None, faults: list[FileProblem]) -> Lane | None:
    if node is None:
        return Lane.MAIN
    name = word(node, "lane", faults)
    if name in list(Lane):
        return Lane(name)
    if name:
        faults.append(problem_at(node, f"There is no lane {name}", f"Lanes are {', '.join(Lane)}."))
    return None


def _read_priority(node: Node | None, faults: list[FileProblem]) -> int:
    value = scalar(node) if isinstance(node, ScalarNode) else None
    if node is not None and type(value) is not int:
        faults.append(problem_at(node, "priority must be a whole number", "Higher comes first; without it: 0."))
    return value if type(value) is int else 0
