from datetime import timedelta
from functools import partial

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.actions.intake import Intake, take_in_hits
from cases.domain.lifecycle import CaseState
from cases.models import Case, CaseEvidence, CaseTransition, LedgerEntry, Queue
from governance.actions import outbox
from governance.models import AuditEntry, OutboxFact
from policies.models import PolicyVersion, RuleVersion
from policies.queries.schemes import scheme_for
from risk.models import Entity, RuleHit
from tests.builders.cases import (
    AS_OF,
    COUNTERFEIT,
    LATE,
    WEAPONS,
    make_account,
    make_event,
    make_hit,
    make_snapshot,
    open_case,
    take_in,
)
from tests.builders.threads import results_of, run_together

pytestmark = pytest.mark.usefixtures("shipped")


def test_a_hit_opens_a_case_in_the_queue_of_its_policy():
    seller = make_account()
    make_snapshot(seller)
    intake = take_in([make_hit(seller)])
    case = Case.objects.get(pk=intake.opened[0])
    assert (case.entity_id, case.market_id, case.policy.code) == (seller.pk, "BR", "PERF-LATE-DISPATCH")
    assert (case.state, case.severity, case.queue.code, case.score) == ("new", "medium", "seller_performance", 640)
    assert case.sla_due_at - case.opened_at == timedelta(hours=case.queue.sla_hours["medium"])
    assert (case.as_of, case.last_hit_at, case.hit_count) == (AS_OF, AS_OF, 1)
    assert case.age_changes_at == case.opened_at + (case.sla_due_at - case.opened_at) / 2
    parts = case.priority_parts
    assert parts["probability"] == pytest.approx(1 - 0.6 * 0.36)
    assert parts["volume"] == 212
    assert case.priority == pytest.approx(
        parts["severity_weight"] * parts["probability"] * parts["exposure"] * parts["age_factor"]
    )


def test_evidence_is_complete_when_everything_it_came_from_is_gone():
    seller = make_account(attributes={"locale": "pt-BR", "tier": "gold"})
    listing = make_account(kind="listing", name="Bolsa")
    make_snapshot(seller)
    payload = {"title": "Bolsa replica AAA", "price": 10.5}
    event_id = make_event({"seller": seller, "listing": listing}, "listing_created", payload)
    case = Case.objects.get(pk=take_in([make_hit(seller, COUNTERFEIT, event_id=event_id)]).opened[0])
    evidence = CaseEvidence.objects.get(case=case)
    content = evidence.content
    version = RuleVersion.objects.get(rule__code=COUNTERFEIT)
    assert content["rule"]["reason"] == version.reason
    assert content["rule"]["condition"] == version.condition
    assert content["rule"]["title"] == version.rule.title
    assert content["policy"]["version_id"] == case.policy_version_id
    assert content["signals"]["values"]["late_dispatch_rate_30d"] == 0.142
    assert content["signals"]["volumes"]["late_dispatch_rate_30d"] == 212
    assert content["score"]["value"] == 640
    assert content["score"]["contributions"][0]["signal"] == "late_dispatch_rate_30d"
    assert content["event"]["payload"] == payload
    assert content["event"]["roles"]["listing"]["name"] == "Bolsa"
    assert content["entity"]["attributes"] == {"locale": "pt-BR", "tier": "gold"}
    assert content["trace"]["truth"] == "true"


def test_later_hits_merge_into_the_open_case():
    seller = make_account()
    make_snapshot(seller, volume=20, score=100)
    case = open_case(seller)
    later = AS_OF + timedelta(days=1)
    make_snapshot(seller, later, volume=2_000, score=900)
    intake = take_in([make_hit(seller, as_of=later)])
    assert (intake.opened, intake.merged) == ((), (case.pk,))
    merged = Case.objects.get()
    assert (merged.hit_count, merged.as_of, merged.last_hit_at, merged.score) == (2, AS_OF, later, 900)
    assert merged.priority > case.priority
    assert merged.priority_parts["volume"] == 2_000
    assert CaseEvidence.objects.filter(case=case).count() == 2


def test_more_of_the_same_does_not_disturb_the_reviewer_and_a_new_rule_does():
    seller = make_account()
    case = open_case(seller, COUNTERFEIT)
    take_in([make_hit(seller, COUNTERFEIT, AS_OF + timedelta(hours=1))])
    assert Case.objects.get().revision == case.revision
    take_in([make_hit(seller, "BRAND-AT-HALF-PRICE", AS_OF + timedelta(hours=2))])
    assert Case.objects.get().revision == case.revision + 1


def test_one_fact_groups_by_account_and_policy():
    one, other = make_account(), make_account()
    hits = [make_hit(one), make_hit(one, as_of=AS_OF + timedelta(1)), make_hit(one, WEAPONS), make_hit(other)]
    intake = take_in(hits)
    assert len(intake.opened) == 3
    assert set(Case.objects.values_list("entity_id", "policy__code", "hit_count")) == {
        (one.pk, "PERF-LATE-DISPATCH", 2),
        (one.pk, "PROH-WEAPONS", 1),
        (other.pk, "PERF-LATE-DISPATCH", 1),
    }
    assert Case.objects.get(policy__code="PROH-WEAPONS").priority_parts["rules"] == {"PROHIBITED-WEAPONS": "hold"}


@pytest.mark.parametrize("fields", [{"outcome": "label"}, {"outcome": "warn"}, {"is_suppressed": True}])
def test_hits_that_are_not_for_people_open_nothing(fields: dict[str, object]):
    intake = take_in([make_hit(make_account(), **fields)])
    assert intake == Intake(left_alone=1)
    assert not Case.objects.exists()


def test_the_same_fact_twice_changes_nothing():
    fact_id = outbox.emit("rules_hit", {"hit_ids": [make_hit(make_account()).pk]})
    assert len(take_in_hits(fact_id=fact_id).opened) == 1
    assert take_in_hits(fact_id=fact_id) == Intake()
    assert Case.objects.get().hit_count == 1


def test_the_same_hit_in_two_facts_is_evidence_once():
    hit = make_hit(make_account())
    take_in([hit])
    assert take_in([hit]) == Intake(left_alone=1)
    case = Case.objects.get()
    assert (case.hit_count, case.evidence.count()) == (1, 1)


def test_an_unknown_hit_is_left_out():
    assert take_in_hits(fact_id=outbox.emit("rules_hit", {"hit_ids": [987_654]})) == Intake()


def test_opening_is_on_the_timeline_audited_and_told():
    case = open_case()
    step = CaseTransition.objects.get(case=case)
    assert (step.from_state, step.to_state, step.actor_label) == ("", "new", "Aedile (intake)")
    entry = AuditEntry.objects.get(action="case_opened")
    assert (entry.subject_kind, entry.subject_id, entry.market) == ("case", str(case.pk), "BR")
    assert entry.after == {"state": "new", "severity": "medium", "queue": "seller_performance", "hits": 1}
    assert OutboxFact.objects.get(name="case_opened").payload == {"case_ids": [case.pk]}


def repeat_violation(case: Case, days_ago: int) -> LedgerEntry:
    now = timezone.now()
    scheme = scheme_for("BR", "seller", now)
    return LedgerEntry.objects.create(
        entity_id=case.entity_id,
        scheme_version_id=scheme.version_id,
        kind="violation",
        points=3,
        policy_id=case.policy_id,
        severity="medium",
        at=now - timedelta(days=days_ago),
        expires_at=now,
    )


@pytest.mark.parametrize(
    ("days_ago", "severity"), [((), "medium"), ((10,), "high"), ((10, 20, 30), "high"), ((91,), "medium")]
)
def test_earlier_violations_within_the_schemes_window_raise_the_severity(days_ago: tuple[int, ...], severity: str):
    seller = make_account()
    first = open_case(seller)
    Case.objects.filter(pk=first.pk).update(state="decided", decided_at=timezone.now())
    for days in days_ago:
        repeat_violation(first, days)
    case = open_case(seller, as_of=AS_OF + timedelta(days=8))
    assert case.pk != first.pk
    assert case.severity == severity
    assert case.sla_due_at - case.opened_at == timedelta(hours=case.queue.sla_hours[severity])


def test_a_reversed_violation_raises_nothing():
    seller = make_account()
    first = open_case(seller)
    Case.objects.filter(pk=first.pk).update(state="decided", decided_at=timezone.now())
    entry = repeat_violation(first, 5)
    LedgerEntry.objects.create(
        entity=entry.entity,
        scheme_version_id=entry.scheme_version_id,
        kind="reversal",
        points=-3,
        policy=entry.policy,
        at=timezone.now(),
        reverses=entry,
    )
    assert open_case(seller, as_of=AS_OF + timedelta(days=8)).severity == "medium"


def test_a_severity_raised_by_a_merge_brings_the_limit_forward_and_is_audited():
    seller = make_account()
    case = open_case(seller)
    repeat_violation(case, 1)
    take_in([make_hit(seller, as_of=AS_OF + timedelta(hours=1))])
    raised = Case.objects.get()
    assert (raised.severity, raised.revision) == ("high", case.revision + 1)
    assert raised.sla_due_at < case.sla_due_at
    entry = AuditEntry.objects.get(action="case_severity_raised")
    assert (entry.before, entry.after) == ({"severity": "medium"}, {"severity": "high"})


def test_signals_that_still_show_decided_conduct_open_no_new_case():
    seller = make_account()
    Case.objects.filter(pk=open_case(seller).pk).update(state="decided", decided_at=timezone.now())
    week = AS_OF + timedelta(days=7)
    assert take_in([make_hit(seller, as_of=week)]) == Intake(left_alone=1)
    assert len(take_in([make_hit(seller, as_of=week + timedelta(seconds=1))]).opened) == 1


def test_a_new_event_opens_a_new_case_at_once():
    seller = make_account()
    Case.objects.filter(pk=open_case(seller, COUNTERFEIT).pk).update(state="decided", decided_at=timezone.now())
    event_id = make_event({"seller": seller}, "listing_created", {"title": "replica"})
    assert len(take_in([make_hit(seller, COUNTERFEIT, event_id=event_id)]).opened) == 1


def test_a_policy_that_no_queue_serves_has_a_queue_all_the_same():
    Queue.objects.filter(code="seller_performance").update(nodes=[])
    case = open_case()
    assert (case.queue.code, case.sla_due_at - case.opened_at) == ("general", timedelta(hours=72))
    open_case()
    assert Queue.objects.filter(code="general").count() == 1


def test_hits_of_a_policy_that_is_not_in_force_are_left_alone():
    hits = [make_hit(make_account()), make_hit(make_account(), WEAPONS)]
    with pgtrigger.ignore("policies.PolicyVersion:append_only"):
        ahead = timezone.now() + timedelta(days=1)
        PolicyVersion.objects.filter(policy__code="PROH-WEAPONS").update(effective_from=ahead)
    intake = take_in(hits)
    assert (len(intake.opened), intake.left_alone) == (1, 1)
    assert Case.objects.get().policy.code == "PERF-LATE-DISPATCH"


def test_an_escalated_case_still_takes_in_hits():
    seller = make_account()
    case = open_case(seller)
    Case.objects.filter(pk=case.pk).update(state=CaseState.ESCALATED)
    assert take_in([make_hit(seller, as_of=AS_OF + timedelta(1))]).merged == (case.pk,)


def test_evidence_and_timeline_never_change():
    case = open_case()
    for rows in (CaseEvidence.objects.filter(case=case), CaseTransition.objects.filter(case=case)):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        CaseEvidence.objects.filter(case=case).update(content={})
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        CaseTransition.objects.filter(case=case).update(reason="x")


def make_many_hits(sellers: int, hits_each: int) -> list[RuleHit]:
    version = RuleVersion.objects.get(rule__code=LATE)
    accounts = Entity.objects.bulk_create(
        Entity(market_id="BR", type="seller", external_id=f"M-{n}", first_seen_at=AS_OF, last_seen_at=AS_OF)
        for n in range(sellers)
    )
    return RuleHit.objects.bulk_create(
        RuleHit(
            rule_version=version,
            ruleset_number=1,
            entity=account,
            market_id="BR",
            as_of=AS_OF + timedelta(hours=n),
            outcome="review",
            trace={},
        )
        for account in accounts
        for n in range(hits_each)
    )


def test_ten_thousand_hits_take_a_bounded_number_of_queries(django_assert_max_num_queries):
    hits = make_many_hits(sellers=2_000, hits_each=5)
    fact_id = outbox.emit("rules_hit", {"hit_ids": [hit.pk for hit in hits]})
    with django_assert_max_num_queries(60):
        intake = take_in_hits(fact_id=fact_id)
    assert len(intake.opened) == 2_000
    assert CaseEvidence.objects.count() == 10_000
    assert set(Case.objects.values_list("hit_count", flat=True)) == {5}


@pytest.mark.django_db(transaction=True)
class TestConcurrentIntakes:
    def test_two_intakes_at_once_open_each_case_once_and_lose_no_hit(self):
        hits = make_many_hits(sellers=40, hits_each=6)
        facts = [outbox.emit("rules_hit", {"hit_ids": [hit.pk for hit in hits[start::3]]}) for start in range(3)]
        results = results_of(run_together(*(partial(take_in_hits, fact_id=fact_id) for fact_id in facts)))
        assert sum(len(result.opened) for result in results) == 40
        assert Case.objects.count() == 40
        assert set(Case.objects.values_list("hit_count", flat=True)) == {6}
        assert CaseEvidence.objects.count() == 240

    def test_one_fact_given_to_two_workers_is_worked_on_once(self):
        fact_id = outbox.emit("rules_hit", {"hit_ids": [hit.pk for hit in make_many_hits(5, 1)]})
        call = partial(take_in_hits, fact_id=fact_id)
        results = results_of(run_together(call, call))
        assert sorted(len(result.opened) for result in results) == [0, 5]
        assert set(Case.objects.values_list("hit_count", flat=True)) == {1}
