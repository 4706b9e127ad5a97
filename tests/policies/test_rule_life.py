"""The life of a rule: written, asked for, approved by another person, live at once, paused, replaced."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, InternalError, transaction

from governance.domain.actors import Actor, system_actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Role
from governance.models import Approval, AuditEntry, OutboxFact
from policies.actions.drafting_rules import (
    DraftSaved,
    create_rule,
    new_version,
    remove_test_event,
    save_draft,
    save_test_event,
)
from policies.actions.reviewing_rules import RuleReleased, approve_rule, reject_rule, submit_rule, withdraw_rule
from policies.actions.running_rules import pause_rule, resume_rule, retire_rule
from policies.domain.rules import Expectation, Outcome, RuleText
from policies.models import Rule, RuleChange, RulesetVersion, RuleVersion
from policies.queries.rules import current_ruleset_number, load_ruleset
from risk.queries.rule_schemas import rule_schemas
from tests.builders.governance import make_markets, make_person
from tests.builders.policies import TEXT, load_small_pack, make_rule, pack_files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pack() -> None:
    make_markets()
    load_small_pack()


@pytest.fixture
def manager() -> Actor:
    return make_person(Role.POLICY_MANAGER)


@pytest.fixture
def approver() -> Actor:
    return make_person(Role.APPROVER)


def submit(actor: Actor, draft: DraftSaved, note: str = "Please look.") -> int:
    return submit_rule(
        actor=actor,
        version_id=draft.version_id,
        revision=draft.revision,
        note=note,
        schemas=rule_schemas(),
        figures={"hits": 3},
        url="/rules/1",
    )


def approve(actor: Actor, version_id: int) -> RuleReleased:
    return approve_rule(actor=actor, version_id=version_id, note="Good.", schemas=rule_schemas())


def save(actor: Actor, draft: DraftSaved, text: RuleText, title: str = "Rule") -> DraftSaved:
    return save_draft(
        actor=actor,
        version_id=draft.version_id,
        revision=draft.revision,
        text=text,
        title=title,
        schemas=rule_schemas(),
    )


def release(manager: Actor, approver: Actor, code: str = "TEST-RULE") -> RuleReleased:
    draft = make_rule(manager, code)
    submit(manager, draft)
    return approve(approver, draft.version_id)


def state_of(version_id: int) -> str:
    return RuleVersion.objects.get(pk=version_id).state


def test_an_approved_rule_is_live_at_once_and_the_history_says_who_and_why(manager: Actor, approver: Actor) -> None:
    before = current_ruleset_number()
    released = release(manager, approver)
    assert current_ruleset_number() == released.ruleset_number == before + 1
    found = next(rule for rule in load_ruleset(released.ruleset_number).rules if rule.code == "TEST-RULE")
    assert (found.condition, found.entity_type, found.policy_code) == (TEXT.condition, "seller", "PERF-LATE")
    assert Rule.objects.get(pk=released.rule_id).live_id == released.version_id
    changes = RuleChange.objects.filter(version_id=released.version_id)
    assert [(row.from_state, row.to_state, row.actor_label, row.reason) for row in changes] == [
        ("", "draft", manager.label, "New rule."),
        ("draft", "in_review", manager.label, "Please look."),
        ("in_review", "approved", approver.label, "Good."),
        ("approved", "live", approver.label, "Good."),
    ]
    fact = OutboxFact.objects.filter(name="rule_released").get()
    assert fact.payload["ruleset"] == released.ruleset_number
    actions = AuditEntry.objects.filter(subject_kind="rule_version", subject_id=str(released.version_id))
    assert {"rule_drafted", "rule_submitted", "rule_approved", "rule_released"} <= {row.action for row in actions}


def test_the_approver_is_shown_the_figures(manager: Actor) -> None:
    draft = make_rule(manager)
    approval = Approval.objects.get(pk=submit(manager, draft))
    assert approval.summary == {"rule": "TEST-RULE", "version": 1, "figures": {"hits": 3}}
    assert (approval.subject_url, approval.note, approval.action) == ("/rules/1", "Please look.", "release_rule")


def test_nobody_approves_what_they_wrote_or_asked_for(approver: Actor) -> None:
    writer = make_person(Role.POLICY_MANAGER, Role.APPROVER)
    asker = make_person(Role.POLICY_MANAGER, Role.APPROVER)
    draft = make_rule(writer)
    submit(asker, draft)
    for person in (writer, asker):
        with pytest.raises(NotAllowed, match="Another person"):
            approve(person, draft.version_id)
    with pytest.raises(NotAllowed):
        approve(make_person(Role.POLICY_MANAGER), draft.version_id)
    assert state_of(draft.version_id) == "in_review"
    approve(approver, draft.version_id)
    assert state_of(draft.version_id) == "live"


def test_an_earlier_writer_of_a_draft_cannot_approve_it(manager: Actor) -> None:
    writer = make_person(Role.POLICY_MANAGER, Role.APPROVER)
    draft = make_rule(writer)
    saved = save(manager, draft, replace(TEXT, condition="seller.late_dispatch_rate_30d > 0.3"))
    submit(manager, saved)
    with pytest.raises(NotAllowed, match="Another person"):
        approve(writer, draft.version_id)


def test_the_database_refuses_an_approval_by_a_writer(manager: Actor) -> None:
    draft = make_rule(manager)
    rows = RuleVersion.objects.filter(pk=draft.version_id)
    with pytest.raises(InternalError, match="Cannot insert or update"), transaction.atomic():
        rows.update(approved_by_id=manager.user_id, state="live")
    with pytest.raises(IntegrityError, match="rule_fires_when_approved"), transaction.atomic():
        rows.update(state="live")
    assert state_of(draft.version_id) == "draft"


def test_the_database_keeps_the_text_of_what_was_asked_for(manager: Actor) -> None:
    draft = make_rule(manager)
    submit(manager, draft)
    rows = RuleVersion.objects.filter(pk=draft.version_id)
    for change in ({"condition": "true"}, {"markets": ["BR"]}, {"outcome": "block"}, {"editors": []}):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            rows.update(**change)


def test_a_condition_with_errors_is_kept_with_their_places_but_not_released(manager: Actor) -> None:
    draft = make_rule(manager, text=replace(TEXT, condition="seller.late_dispatch_rate > 0.2 &&\n seller.id == 3"))
    assert [(problem.line, problem.column) for problem in draft.problems] == [(1, 1), (2, 2)]
    assert "late_dispatch_rate_30d" in draft.problems[0].hint
    with pytest.raises(InvalidInput, match="Line 1, column 1"):
        submit(manager, draft)
    mended = save(manager, draft, TEXT)
    assert mended.problems == ()
    submit(manager, mended)


def test_a_failing_test_event_stops_the_release(manager: Actor, approver: Actor) -> None:
    draft = make_rule(manager)
    late, fine = {"seller": {"late_dispatch_rate_30d": 0.5}}, {"seller": {"late_dispatch_rate_30d": None}}
    for title, values, expectation in (
        ("late", late, Expectation.HIT),
        ("no data", fine, Expectation.NO_HIT),
        ("wrong", late, Expectation.NO_HIT),
    ):
        save_test_event(actor=manager, version_id=draft.version_id, title=title, values=values, expectation=expectation)
    with pytest.raises(InvalidInput, match="“wrong” should not be hit and is") as caught:
        submit(manager, draft)
    assert len(caught.value.problems) == 1
    wrong = Rule.objects.get(code="TEST-RULE").test_events.get(title="wrong")
    remove_test_event(actor=manager, version_id=draft.version_id, test_event_id=wrong.pk)
    submit(manager, draft)
    with pytest.raises(Conflict):
        remove_test_event(actor=manager, version_id=draft.version_id, test_event_id=wrong.pk)


def test_two_people_cannot_overwrite_each_others_draft(manager: Actor) -> None:
    draft = make_rule(manager)
    save(manager, draft, replace(TEXT, priority=5))
    with pytest.raises(Conflict, match="Somebody saved"):
        save(make_person(Role.POLICY_MANAGER), draft, replace(TEXT, priority=6))
    with pytest.raises(Conflict, match="Somebody saved"):
        submit(manager, draft)
    assert RuleVersion.objects.get(pk=draft.version_id).priority == 5


def test_a_new_version_replaces_the_live_one(manager: Actor, approver: Actor) -> None:
    first = release(manager, approver)
    draft = new_version(actor=manager, from_version_id=first.version_id, schemas=rule_schemas())
    with pytest.raises(Conflict, match="Version 2 is draft"):
        new_version(actor=manager, from_version_id=first.version_id, schemas=rule_schemas())
    submit(manager, draft)
    second = approve(approver, draft.version_id)
    assert second.replaced_version_id == first.version_id
    assert (state_of(first.version_id), state_of(second.version_id)) == ("retired", "live")
    members = RulesetVersion.objects.get(number=second.ruleset_number).members
    assert second.version_id in members
    assert first.version_id not in members


def test_pause_takes_the_rule_out_and_resume_brings_it_back(manager: Actor, approver: Actor) -> None:
    released = release(manager, approver)
    with pytest.raises(InvalidInput, match="Say why"):
        pause_rule(actor=manager, version_id=released.version_id, reason=" ")
    number = pause_rule(actor=manager, version_id=released.version_id, reason="Too many false hits.")
    assert "TEST-RULE" not in {rule.code for rule in load_ruleset(number).rules}
    assert Rule.objects.get(pk=released.rule_id).live_id is None
    with pytest.raises(Conflict, match="paused cannot become paused"):
        pause_rule(actor=manager, version_id=released.version_id, reason="again")
    back = resume_rule(actor=manager, version_id=released.version_id, reason="Mended upstream.", schemas=rule_schemas())
    assert "TEST-RULE" in {rule.code for rule in load_ruleset(back.ruleset_number).rules}


def test_a_rejected_version_is_over_and_says_why(manager: Actor, approver: Actor) -> None:
    draft = make_rule(manager)
    submit(manager, draft)
    with pytest.raises(InvalidInput, match="Say why"):
        reject_rule(actor=approver, version_id=draft.version_id, note="")
    reject_rule(actor=approver, version_id=draft.version_id, note="It hits too many.")
    assert state_of(draft.version_id) == "rejected"
    assert RuleChange.objects.filter(version_id=draft.version_id).last().reason == "It hits too many."
    again = new_version(actor=manager, from_version_id=draft.version_id, schemas=rule_schemas())
    assert again.number == 2


def test_only_who_asked_can_take_it_back(manager: Actor) -> None:
    draft = make_rule(manager)
    submit(manager, draft)
    with pytest.raises(NotFound):
        withdraw_rule(actor=make_person(Role.POLICY_MANAGER), version_id=draft.version_id)
    withdraw_rule(actor=manager, version_id=draft.version_id)
    assert state_of(draft.version_id) == "draft"
    submit(manager, replace(draft, revision=RuleVersion.objects.get(pk=draft.version_id).revision))


def test_a_retired_draft_gives_way_to_a_new_one(manager: Actor) -> None:
    draft = make_rule(manager)
    retire_rule(actor=manager, version_id=draft.version_id, reason="Not needed.")
    assert state_of(draft.version_id) == "retired"
    assert new_version(actor=manager, from_version_id=draft.version_id, schemas=rule_schemas()).number == 2


def test_a_manager_of_some_markets_writes_for_those_only() -> None:
    local = make_person(Role.POLICY_MANAGER, markets=("BR",))
    for markets in ((), ("DE",), ("BR", "DE")):
        with pytest.raises(NotAllowed):
            make_rule(local, text=replace(TEXT, markets=markets))
    draft = make_rule(local, text=replace(TEXT, markets=("BR",)))
    with pytest.raises(NotAllowed):
        save(local, draft, replace(TEXT, markets=("BR", "DE")))
    submit(local, draft)
    with pytest.raises(NotAllowed):
        approve(make_person(Role.POLICY_MANAGER, markets=("BR",)), draft.version_id)
    approve(make_person(Role.APPROVER, markets=("BR",)), draft.version_id)
    assert state_of(draft.version_id) == "live"


def test_rules_of_another_market_do_not_exist(manager: Actor) -> None:
    draft = make_rule(manager, text=replace(TEXT, markets=("DE",)))
    stranger = make_person(Role.POLICY_MANAGER, Role.APPROVER, markets=("BR",))
    for attempt in (
        lambda: save(stranger, draft, TEXT),
        lambda: submit(stranger, draft),
        lambda: approve(stranger, draft.version_id),
        lambda: pause_rule(actor=stranger, version_id=draft.version_id, reason="x"),
        lambda: new_version(actor=stranger, from_version_id=draft.version_id, schemas=rule_schemas()),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_global_rule_needs_an_approver_of_every_market(manager: Actor) -> None:
    draft = make_rule(manager)
    submit(manager, draft)
    with pytest.raises(NotAllowed):
        approve(make_person(Role.APPROVER, markets=("BR", "DE", "ID")), draft.version_id)


def test_wrong_input_is_answered_at_its_field(manager: Actor) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_rule(
            actor=manager,
            code="late rule",
            title=" ",
            policy_id=0,
            text=RuleText("true", ("order_placed",), "seller", ("XX",), Outcome.BLOCK, -1, "a\0b"),
            schemas=rule_schemas(),
        )
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["code", "title", "target", "markets", "priority", "reason", "policy"]
    with pytest.raises(InvalidInput, match="'Order Placed' is no event type"):
        make_rule(manager, text=replace(TEXT, event_types=("Order Placed",), entity_type=""))
    make_rule(manager)
    with pytest.raises(InvalidInput, match="TEST-RULE is taken"):
        make_rule(manager)


def test_the_system_and_keys_do_not_write_rules() -> None:
    with pytest.raises(NotAllowed, match="Only a person"):
        make_rule(system_actor("tests"))


def test_a_new_text_of_the_pack_does_not_overrule_people(manager: Actor, approver: Actor) -> None:
    shipped = Rule.objects.get(code="LATE-30D").live_id
    assert shipped is not None
    draft = new_version(actor=manager, from_version_id=shipped, schemas=rule_schemas())
    files = pack_files()
    files["rules.yaml"]["rules"][0]["priority"] = 7
    submit(manager, draft)
    approve(approver, draft.version_id)
    loaded = load_small_pack(files)
    assert "was changed or stopped here" in loaded.notes[0]
    assert state_of(draft.version_id) == "live"
    waiting = RuleVersion.objects.get(rule__code="LATE-30D", state="draft")
    assert (waiting.priority, waiting.number) == (7, 3)
    assert not load_small_pack(files).has_changes
    files["rules.yaml"]["rules"][0]["priority"] = 8
    assert "an open draft is in the way" in load_small_pack(files).notes[0]


def test_a_pack_draft_that_people_take_up_still_needs_four_eyes(manager: Actor, approver: Actor) -> None:
    shipped = Rule.objects.get(code="LATE-30D").live_id
    assert shipped is not None
    pause_rule(actor=manager, version_id=shipped, reason="Too loud.")
    files = pack_files()
    files["rules.yaml"]["rules"][0]["when"] = "seller.late_dispatch_rate_30d > 0.5"
    load_small_pack(files)
    waiting = RuleVersion.objects.get(rule__code="LATE-30D", state="draft")
    draft = DraftSaved(waiting.rule_id, waiting.pk, waiting.number, waiting.revision, ())
    both = make_person(Role.POLICY_MANAGER, Role.APPROVER)
    submit(both, draft)
    with pytest.raises(NotAllowed):
        approve(both, draft.version_id)
    released = approve(approver, draft.version_id)
    assert released.replaced_version_id == shipped
    assert state_of(shipped) == "retired"
