"""Write rules: new ones, drafts, new versions, and the events that they are tested on."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction

from governance.domain.actors import Actor, ActorKind
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.queries.markets import all_markets
from policies.actions.rule_steps import lock_version, note_change, record, require_where
from policies.domain.conditions import RuleSchemas, find_condition_problems
from policies.domain.rules import (
    OPEN_STATES,
    Expectation,
    RuleState,
    RuleText,
    find_code_problems,
    find_text_problems,
)
from policies.models import Rule, RuleVersion, SavedTestEvent
from policies.queries.rule_versions import text_of
from policies.queries.scope import visible_policies, visible_versions
from policies.rulelang import Problem

LONGEST_TITLE = 160
MOST_TEST_EVENTS = 50
LARGEST_TEST_EVENT = 20_000
_NEW_VERSION = "Write a new version instead."


@dataclass(frozen=True)
class DraftSaved:
    """A draft after saving. `problems` are what is wrong with the condition, each with its place in the text."""

    rule_id: int
    version_id: int
    number: int
    revision: int
    problems: tuple[Problem, ...]


def create_rule(
    *, actor: Actor, code: str, title: str, policy_id: int, text: RuleText, schemas: RuleSchemas
) -> DraftSaved:
    """Make a rule with its first draft; the condition may still have errors."""
    author_id = _require_person(actor)
    require_where(actor, Permission.EDIT_RULES, text.markets)
    problems = find_code_problems(code) + _find_title_problems(title) + _find_problems(text)
    policy = visible_policies(actor).filter(pk=policy_id).first()
    if policy is None:
        problems.append(FieldProblem("policy", "There is no such policy.", "Choose from the list."))
    if problems or policy is None:
        raise InvalidInput(problems)
    try:
        with transaction.atomic():
            rule = Rule.objects.create(code=code, title=title.strip(), policy=policy, created_by_id=author_id)
            version = _add_draft(actor, author_id, rule, text, "New rule.")
    except IntegrityError as error:
        hint = "Choose another code, or write a new version of that rule."
        raise InvalidInput([FieldProblem("code", f"{code} is taken.", hint)]) from error
    return _saved(version, schemas)


def save_draft(
    *, actor: Actor, version_id: int, revision: int, text: RuleText, title: str, schemas: RuleSchemas
) -> DraftSaved:
    """Replace the text of a draft; raises Conflict when somebody saved it since `revision`."""
    author_id = _require_person(actor)
    problems = _find_title_problems(title) + _find_problems(text)
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        version = lock_version(actor, version_id)
        require_where(actor, Permission.EDIT_RULES, version.markets)
        require_where(actor, Permission.EDIT_RULES, text.markets)
        if version.state != RuleState.DRAFT:
            raise Conflict(f"This version is {version.state.replace('_', ' ')}: its text is fixed.", hint=_NEW_VERSION)
        if version.revision != revision:
            raise Conflict(
                "Somebody saved this draft after you opened it.", hint="Copy your text, reload, and put it in again."
            )
        before, after = _facts(text_of(version)), _facts(text)
        changed = {name for name in after if before[name] != after[name]}
        if title.strip() != version.rule.title:
            record(actor, version, "rule_renamed", {"title": version.rule.title}, {"title": title.strip()})
            version.rule.title = title.strip()
            version.rule.save(update_fields=["title"])
        if changed:
            _write(version, text)
            version.author_id = version.author_id or author_id
            version.editors = sorted({*version.editors, author_id})
            version.revision += 1
            version.save()
            record(
                actor,
                version,
                "rule_draft_saved",
                {name: before[name] for name in sorted(changed)},
                {name: after[name] for name in sorted(changed)},
            )
    return _saved(version, schemas)


def new_version(*, actor: Actor, from_version_id: int, schemas: RuleSchemas) -> DraftSaved:
    """Begin a draft with the text of a version of the same rule; raises Conflict when one is open already."""
    author_id = _require_person(actor)
    with transaction.atomic():
        origin = visible_versions(actor).filter(pk=from_version_id).first()
        if origin is None:
            raise NotFound("There is no such version of a rule.")
        require_where(actor, Permission.EDIT_RULES, origin.markets)
        rule = Rule.objects.select_for_update().get(pk=origin.rule_id)
        open_one = rule.versions.filter(state__in=OPEN_STATES).first()
        if open_one is not None:
            state = open_one.state.replace("_", " ")
            raise Conflict(f"Version {open_one.number} is {state}.", hint="Finish or retire that one first.")
        version = _add_draft(actor, author_id, rule, text_of(origin), f"From version {origin.number}.")
        version.reasons = origin.reasons
        version.save(update_fields=["reasons"])
    return _saved(version, schemas)


def save_test_event(
    *, actor: Actor, version_id: int, title: str, values: Mapping[str, Any], expectation: Expectation
) -> int:
    """Keep a record that the rule must or must not hit before it is released; return its key."""
    problems = []
    if not 1 <= len(title.strip()) <= 120:
        problems.append(FieldProblem("title", "Give the test a title of at most 120 characters."))
    if len(json.dumps(values, ensure_ascii=False)) > LARGEST_TEST_EVENT:
        hint = "Keep the fields that the condition reads."
        problems.append(FieldProblem("record", f"The event has more than {LARGEST_TEST_EVENT} characters.", hint))
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        version = _lock_draft(actor, version_id)
        if version.rule.test_events.count() >= MOST_TEST_EVENTS:
            raise Conflict(f"A rule has at most {MOST_TEST_EVENTS} test events.", hint="Remove one first.")
        kept = SavedTestEvent.objects.create(
            rule=version.rule,
            title=title.strip(),
            record=dict(values),
            is_hit_expected=expectation is Expectation.HIT,
        )
        record(actor, version, "rule_test_saved", {}, {"title": kept.title, "expects": expectation.value})
    return kept.pk


def remove_test_event(*, actor: Actor, version_id: int, test_event_id: int) -> None:
    """Forget a test event; only while a draft is open, since a version in review is judged with its tests."""
    with transaction.atomic():
        version = _lock_draft(actor, version_id)
        kept = version.rule.test_events.filter(pk=test_event_id).first()
        if kept is None:
            raise NotFound("There is no such test event.")
        record(actor, version, "rule_test_removed", {"title": kept.title, "record": kept.record}, {})
        kept.delete()


def _lock_draft(actor: Actor, version_id: int) -> RuleVersion:
    _require_person(actor)
    version = lock_version(actor, version_id)
    require_where(actor, Permission.EDIT_RULES, version.markets)
    if version.state != RuleState.DRAFT:
        raise Conflict("Test events change with a draft only.", hint=_NEW_VERSION)
    return version


def _add_draft(actor: Actor, author_id: int, rule: Rule, text: RuleText, reason: str) -> RuleVersion:
    newest = rule.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = RuleVersion(rule=rule, number=newest + 1, state=RuleState.DRAFT, author_id=author_id, editors=[author_id])
    _write(version, text)
    version.save()
    note_change(actor, version, "", reason)
    record(actor, version, "rule_drafted", {}, _facts(text), reason)
    return version


def _write(version: RuleVersion, text: RuleText) -> None:
    version.condition = text.condition
    version.event_types = list(text.event_types)
    version.entity_type = text.entity_type
    version.markets = sorted(set(text.markets))
    version.outcome = text.outcome.value
    version.lane = text.lane
    version.priority = text.priority
    if version.reason != text.reason:
        version.reasons = {}  # translations of what it no longer says
    version.reason = text.reason


def _facts(text: RuleText) -> dict[str, Any]:
    """Return the text as audit entries show it."""
    facts = asdict(text)
    return facts | {name: list(facts[name]) for name in ("event_types", "markets")} | {"outcome": text.outcome.value}


def _saved(version: RuleVersion, schemas: RuleSchemas) -> DraftSaved:
    return DraftSaved(
        rule_id=version.rule_id,
        version_id=version.pk,
        number=version.number,
        revision=version.revision,
        problems=find_condition_problems(version.condition, schemas.of(version.entity_type)),
    )


def _find_problems(text: RuleText) -> list[FieldProblem]:
    return find_text_problems(text, frozenset(all_markets()))


def _find_title_problems(title: str) -> list[FieldProblem]:
    if 1 <= len(title.strip()) <= LONGEST_TITLE and "\0" not in title:
        return []
    return [FieldProblem("title", f"Give the rule a title of at most {LONGEST_TITLE} characters.")]


def _require_person(actor: Actor) -> int:
    """Return the key of the person; keys and the system do not write rules."""
    if actor.kind is not ActorKind.PERSON or actor.user_id is None:
        raise NotAllowed("Only a person can write rules.")
    return actor.user_id
