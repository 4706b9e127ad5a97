from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from cases.actions.ageing import move_up_aged_cases
from cases.actions.claiming import (
    LEASE,
    Claim,
    claim_case,
    claim_next,
    release_case,
    release_expired_leases,
    renew_lease,
    start_review,
)
from cases.models import Case, CaseTransition, Decision
from cases.queries.scope import visible_cases, visible_queues
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, NotAllowed, NotFound
from governance.domain.roles import Role
from governance.models import AuditEntry, OutboxFact
from tests.builders.cases import COUNTERFEIT, SCAM, make_account, make_analyst, open_case
from tests.builders.governance import make_person
from tests.builders.threads import results_of, run_together

pytestmark = pytest.mark.usefixtures("shipped")


def set_priority(case: Case, priority: float) -> Case:
    Case.objects.filter(pk=case.pk).update(priority=priority)
    return case


def test_the_next_case_is_the_one_of_the_highest_priority(analyst: Actor):
    cases = [set_priority(open_case(), priority) for priority in (2.0, 9.0, 9.0, 1.0)]
    claimed = [claim_next(actor=analyst) for _ in range(5)]
    order = [cases[1].pk, cases[2].pk, cases[0].pk, cases[3].pk]
    assert [claim.case_id for claim in claimed if claim] == order
    assert claimed[4] is None


def test_a_claim_holds_for_twenty_minutes_and_is_on_every_record(analyst: Actor):
    case = open_case()
    claim = claim_next(actor=analyst)
    held = Case.objects.get()
    assert isinstance(claim, Claim)
    assert (held.state, held.assignee_id, held.revision) == ("assigned", analyst.person_id, case.revision + 1)
    assert (claim.case_id, claim.revision, claim.lease_until) == (held.pk, held.revision, held.lease_until)
    assert timedelta(minutes=19) < held.lease_until - timezone.now() <= LEASE
    assert AuditEntry.objects.get(action="case_claimed").after == {"state": "assigned", "assignee": analyst.label}
    assert OutboxFact.objects.get(name="case_claimed").payload == {"case_id": case.pk, "assignee_id": analyst.person_id}
    assert CaseTransition.objects.filter(case=case).last().to_state == "assigned"


def test_a_case_of_somebody_else_says_whose_it_is(analyst: Actor):
    case = open_case()
    other = make_analyst("BR")
    claim_case(actor=other, case_id=case.pk)
    for act in (claim_case, renew_lease, start_review, release_case):
        with pytest.raises(Conflict, match=other.label):
            act(actor=analyst, case_id=case.pk)
    assert claim_next(actor=analyst) is None


def test_claiming_ones_own_case_again_renews_the_lease(analyst: Actor):
    case = open_case()
    first = claim_case(actor=analyst, case_id=case.pk)
    Case.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    again = claim_case(actor=analyst, case_id=case.pk)
    assert again.revision == first.revision
    assert again.lease_until > timezone.now() + timedelta(minutes=19)
    assert renew_lease(actor=analyst, case_id=case.pk).lease_until >= again.lease_until


def test_review_starts_once_and_keeps_the_revision(analyst: Actor):
    case = open_case()
    claim = claim_case(actor=analyst, case_id=case.pk)
    for _ in range(2):
        started = start_review(actor=analyst, case_id=case.pk)
        assert (started.state, started.revision) == ("in_review", claim.revision)
    assert AuditEntry.objects.filter(action="case_review_started").count() == 1


def test_a_released_case_goes_back_with_its_reason(analyst: Actor):
    case = open_case()
    claim_case(actor=analyst, case_id=case.pk)
    start_review(actor=analyst, case_id=case.pk)
    release_case(actor=analyst, case_id=case.pk, reason="Lunch")
    back = Case.objects.get()
    assert (back.state, back.assignee_id, back.lease_until) == ("new", None, None)
    assert CaseTransition.objects.filter(case=case).last().reason == "Lunch"
    assert AuditEntry.objects.get(action="case_released").reason == "Lunch"
    with pytest.raises(Conflict, match="not claimed by you"):
        release_case(actor=analyst, case_id=case.pk)


def test_leases_that_ran_out_are_released_and_others_are_not(analyst: Actor):
    gone, kept = open_case(), open_case()
    for case in (gone, kept):
        claim_case(actor=analyst, case_id=case.pk)
    Case.objects.filter(pk=gone.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert release_expired_leases() == 1
    assert release_expired_leases() == 0
    assert dict(Case.objects.values_list("pk", "state")) == {gone.pk: "new", kept.pk: "assigned"}
    assert CaseTransition.objects.filter(case=gone).last().actor_label == "Aedile (leases)"


def test_a_case_whose_lease_ran_out_can_be_claimed_before_it_is_released(analyst: Actor):
    case = open_case()
    claim_case(actor=make_analyst("BR"), case_id=case.pk)
    Case.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    claim_case(actor=analyst, case_id=case.pk)
    assert Case.objects.get().assignee_id == analyst.person_id
    steps = list(CaseTransition.objects.filter(case=case).values_list("to_state", flat=True))
    assert steps == ["new", "assigned", "new", "assigned"]


def test_an_escalated_case_can_be_claimed_and_a_decided_one_cannot(analyst: Actor):
    case = open_case()
    Case.objects.update(state="escalated")
    assert claim_next(actor=analyst) is None
    assert claim_case(actor=analyst, case_id=case.pk).state == "assigned"
    Case.objects.update(state="decided", assignee=None)
    with pytest.raises(Conflict, match="decided"):
        claim_case(actor=analyst, case_id=case.pk)


def test_what_one_could_not_tell_is_left_to_somebody_else(analyst: Actor):
    case = open_case()
    Decision.objects.create(
        case=case,
        market_id=case.market_id,
        policy_version_id=case.policy_version_id,
        outcome="cannot_tell",
        tree_path=[],
        decided_by_id=analyst.person_id,
        decided_at=timezone.now(),
    )
    assert claim_next(actor=analyst) is None
    assert claim_next(actor=make_analyst("BR")).case_id == case.pk


class TestScope:
    def test_another_market_does_not_exist(self):
        case = open_case(make_account("DE"))
        brazilian = make_analyst("BR")
        assert claim_next(actor=brazilian) is None
        assert not visible_cases(brazilian).exists()
        with pytest.raises(NotFound, match="no such case"):
            claim_case(actor=brazilian, case_id=case.pk)
        assert claim_case(actor=make_analyst("DE"), case_id=case.pk).case_id == case.pk

    def test_a_queue_limits_what_is_seen_and_claimed(self):
        late, fake = open_case(), open_case(rule=COUNTERFEIT)
        limited = make_analyst("BR", queues=("brand_protection",))
        assert list(visible_cases(limited).values_list("pk", flat=True)) == [fake.pk]
        assert [queue.code for queue in visible_queues(limited)] == ["brand_protection"]
        with pytest.raises(NotFound):
            claim_case(actor=limited, case_id=late.pk)
        assert claim_next(actor=limited).case_id == fake.pk
        assert claim_next(actor=limited) is None

    def test_queues_limit_each_market_by_itself(self):
        german, brazilian = open_case(make_account("DE")), open_case()
        mixed = make_analyst("DE", queues=("brand_protection",))
        also = make_analyst("BR")
        both = Actor(mixed.kind, mixed.id, mixed.label, mixed.grants | also.grants, mixed.roles)
        assert list(visible_cases(both).values_list("pk", flat=True)) == [brazilian.pk]
        assert german.pk != brazilian.pk

    def test_everywhere_without_a_limit_is_everything(self):
        limited = make_analyst("DE", queues=("brand_protection",))
        everywhere = make_person(Role.ANALYST)
        both = Actor(limited.kind, limited.id, limited.label, limited.grants | everywhere.grants, limited.roles)
        open_case()
        assert visible_cases(both).count() == 1

    def test_a_named_queue_is_the_only_one_claimed_from(self, analyst: Actor):
        set_priority(open_case(), 99)
        scam = open_case(rule=SCAM)
        assert claim_next(actor=analyst, queue_code="fraud").case_id == scam.pk
        assert claim_next(actor=analyst, queue_code="fraud") is None

    def test_who_only_looks_cannot_claim(self):
        case = open_case()
        lead = make_person(Role.LEAD, markets=("BR",))
        assert visible_cases(lead).count() == 1
        with pytest.raises(NotAllowed):
            claim_next(actor=lead)
        with pytest.raises(NotAllowed):
            claim_case(actor=lead, case_id=case.pk)

    def test_who_looks_everywhere_and_works_in_one_queue_cannot_claim_from_another(self):
        lead, analyst = make_person(Role.LEAD, markets=("BR",)), make_analyst("BR", queues=("fraud",))
        both = Actor(lead.kind, lead.id, lead.label, lead.grants | analyst.grants, lead.roles)
        with pytest.raises(NotAllowed, match="does not work in the queue"):
            claim_case(actor=both, case_id=open_case().pk)

    def test_somebody_without_a_role_sees_no_queue(self):
        assert visible_queues(make_person()) == []


def test_cases_move_up_as_their_time_runs_out():
    case = open_case()
    assert move_up_aged_cases() == 0
    allowed = case.sla_due_at - case.opened_at
    seen = []
    for share in (0.5, 0.8, 1.0):
        back = timezone.now() - allowed * share - timedelta(seconds=1)
        Case.objects.update(opened_at=back, sla_due_at=back + allowed, age_changes_at=timezone.now())
        assert move_up_aged_cases() == 1
        aged = Case.objects.get()
        seen.append((aged.priority / case.priority, aged.age_changes_at is None))
        assert aged.revision == case.revision
    assert seen == [(pytest.approx(1.5), False), (pytest.approx(2), False), (pytest.approx(3), True)]
    assert move_up_aged_cases() == 0


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_no_case_is_claimed_twice_and_none_is_left(self):
        analysts = [make_analyst("BR") for _ in range(4)]
        for _ in range(16):
            open_case()

        def claim_all(actor: Actor) -> list[tuple[int, int]]:
            claimed = []
            while (claim := claim_next(actor=actor)) is not None:
                claimed.append((claim.case_id, actor.person_id))
            return claimed

        shares = results_of(run_together(*(partial(claim_all, actor) for actor in analysts)))
        claimed = [pair for share in shares for pair in share]
        assert len(claimed) == 16
        assert dict(claimed) == dict(Case.objects.values_list("pk", "assignee_id"))

    def test_a_case_that_is_being_claimed_is_stepped_over(self):
        first, second = set_priority(open_case(), 9), set_priority(open_case(), 1)
        other = make_analyst("BR")
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=first.pk)
            (found,) = results_of(run_together(partial(claim_next, actor=other)))
        assert found.case_id == second.pk
