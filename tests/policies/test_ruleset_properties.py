"""Whatever people do in whatever order: at most one version of a rule is live, and the rule set is what is live."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.domain.actors import Actor
from governance.domain.errors import DomainError
from governance.domain.roles import Role
from policies.actions.drafting_rules import DraftSaved, new_version, save_draft
from policies.actions.reviewing_rules import approve_rule, reject_rule, submit_rule, withdraw_rule
from policies.actions.running_rules import pause_rule, resume_rule, retire_rule
from policies.models import Rule, RuleChange, RulesetVersion, RuleVersion
from policies.queries.rules import current_ruleset_number
from risk.queries.rule_schemas import rule_schemas
from tests.builders.governance import make_markets, make_person
from tests.builders.policies import TEXT, load_small_pack, make_rule, pack_files

STEPS = ("new", "save", "submit", "withdraw", "approve", "reject", "pause", "resume", "retire", "pack", "release")


class Office:
    """Two rules, three people, and every step that they can try; a refused step changes nothing."""

    def __init__(self) -> None:
        self.manager = make_person(Role.POLICY_MANAGER)
        self.both = make_person(Role.POLICY_MANAGER, Role.APPROVER)
        self.approver = make_person(Role.APPROVER)
        self.schemas = rule_schemas()
        self.rules = [make_rule(self.manager, code).rule_id for code in ("RULE-A", "RULE-B")]
        self.rules.append(Rule.objects.get(code="LATE-30D").pk)
        self.loads = 0

    def try_step(self, step: str, rule: int, person: int, pick: int) -> None:
        actor = (self.manager, self.both, self.approver)[person]
        versions = list(RuleVersion.objects.filter(rule_id=self.rules[rule]).order_by("-number"))
        version = versions[pick % len(versions)]
        with suppress(DomainError), transaction.atomic():
            self._step(step, actor, version)

    def _step(self, step: str, actor: Actor, version: RuleVersion) -> None:
        here = {"actor": actor, "version_id": version.pk}
        actions: dict[str, Callable[[], object]] = {
            "new": lambda: new_version(actor=actor, from_version_id=version.pk, schemas=self.schemas),
            "save": lambda: save_draft(
                **here,
                revision=version.revision,
                text=replace(TEXT, priority=version.revision % 1000),
                title="Rule",
                schemas=self.schemas,
            ),
            "submit": lambda: submit_rule(**here, revision=version.revision, note="", schemas=self.schemas, figures={}),
            "withdraw": lambda: withdraw_rule(**here),
            "approve": lambda: approve_rule(**here, schemas=self.schemas),
            "reject": lambda: reject_rule(**here, note="no"),
            "pause": lambda: pause_rule(**here, reason="r"),
            "resume": lambda: resume_rule(**here, reason="r", schemas=self.schemas),
            "retire": lambda: retire_rule(**here, reason="r"),
            "pack": self._load_changed_pack,
            "release": lambda: self._release(version),
        }
        actions[step]()

    def _release(self, version: RuleVersion) -> None:
        """Go the whole way, which single steps at random seldom do."""
        draft = new_version(actor=self.manager, from_version_id=version.pk, schemas=self.schemas)
        here = {"version_id": draft.version_id, "schemas": self.schemas}
        submit_rule(actor=self.manager, revision=draft.revision, note="", figures={}, **here)
        approve_rule(actor=self.approver, **here)

    def _load_changed_pack(self) -> None:
        self.loads += 1
        files = pack_files()
        files["rules.yaml"]["rules"][0]["priority"] = 200 + self.loads
        load_small_pack(files)


def check_rulesets() -> None:
    live = set(RuleVersion.objects.filter(state="live").values_list("pk", flat=True))
    assert set(RulesetVersion.objects.get(number=current_ruleset_number()).members) == live
    for rule in Rule.objects.all():
        standing = list(rule.versions.filter(state="live"))
        assert len(standing) <= 1
        assert rule.live_id == (standing[0].pk if standing else None)
        assert rule.versions.filter(state__in=["draft", "in_review"]).count() <= 1
        assert rule.versions.filter(state__in=["live", "paused"]).count() <= 1
    for version in RuleVersion.objects.filter(state="live").exclude(author=None):
        assert version.approved_by_id not in {None, *version.editors}
    for version in RuleVersion.objects.all():
        steps = list(RuleChange.objects.filter(version=version).values_list("from_state", "to_state"))
        assert steps[0][0] == ""
        assert steps[-1][1] == version.state
        assert all(before[1] == after[0] for before, after in itertools.pairwise(steps))


def a_story() -> st.SearchStrategy[list[tuple[str, int, int, int]]]:
    one = st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
    return st.lists(one, min_size=8, max_size=30)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a_story())
def test_the_rule_set_always_is_what_is_live(story: list[tuple[str, int, int, int]]) -> None:
    with transaction.atomic():
        make_markets()
        load_small_pack()
        office = Office()
        for step in story:
            office.try_step(*step)
            check_rulesets()
        transaction.set_rollback(True)


def all_at_once(work: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    """Do the work on every item in a thread of its own, begun together; a failure fails the test."""
    start = threading.Barrier(len(items))

    def one(item: Any) -> Any:
        start.wait()
        try:
            return work(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(one, items))


@pytest.mark.django_db(transaction=True)
def test_releases_at_the_same_moment_lose_nothing() -> None:
    make_markets()
    load_small_pack()
    manager, approver, schemas = make_person(Role.POLICY_MANAGER), make_person(Role.APPROVER), rule_schemas()
    drafts: list[DraftSaved] = [make_rule(manager, f"RULE-{number}") for number in range(6)]
    for draft in drafts:
        submit_rule(
            actor=manager,
            version_id=draft.version_id,
            revision=draft.revision,
            note="",
            schemas=schemas,
            figures={},
        )

    def release(version_id: int) -> None:
        approve_rule(actor=approver, version_id=version_id, schemas=schemas)

    all_at_once(release, [draft.version_id for draft in drafts])
    check_rulesets()
    assert RuleVersion.objects.filter(state="live").count() == len(drafts) + 2


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_the_same_moment_one_is_refused() -> None:
    make_markets()
    load_small_pack()
    manager, schemas = make_person(Role.POLICY_MANAGER), rule_schemas()
    draft = make_rule(manager)
    submit_rule(
        actor=manager, version_id=draft.version_id, revision=draft.revision, note="", schemas=schemas, figures={}
    )
    approvers = [make_person(Role.APPROVER) for _ in range(4)]
    before = current_ruleset_number()

    def approve(actor: Actor) -> str:
        try:
            approve_rule(actor=actor, version_id=draft.version_id, schemas=schemas)
        except DomainError as error:
            return type(error).__name__
        return "released"

    outcomes = all_at_once(approve, approvers)
    assert sorted(outcomes) == ["Conflict", "Conflict", "Conflict", "released"]
    assert current_ruleset_number() == before + 1
    check_rulesets()
