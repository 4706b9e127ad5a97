from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions.sanctions import (
    approve_held_sanction,
    expire_sanctions,
    refuse_held_sanction,
    reverse_sanction,
)
from cases.models import DecisionNotice, Sanction
from cases.queries.standing import kinds_in_force, standing_of
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Role
from governance.models import Approval, AuditEntry, OutboxFact
from tests.builders.cases import COUNTERFEIT, SCAM, decide, make_account, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_CRITICAL, FAKE_HIGH

pytestmark = pytest.mark.usefixtures("shipped")


@pytest.fixture
def approver(shipped: None) -> Actor:
    return make_person(Role.APPROVER, markets=("BR",))


@pytest.fixture
def held(analyst: Actor) -> Sanction:
    decide(analyst, open_case(rule=COUNTERFEIT), FAKE_CRITICAL)
    return Sanction.objects.get(kind="shop_suspension")


class TestSecondPerson:
    def test_approval_puts_it_in_force_and_tells_the_account(self, held: Sanction, approver: Actor):
        step = approve_held_sanction(actor=approver, sanction_id=held.pk, note="Agreed")
        assert step.state == "active"
        assert step.ends_at - step.starts_at == timedelta(days=28)
        assert timezone.now() - step.starts_at < timedelta(minutes=1)
        fact = OutboxFact.objects.get(name="sanction_applied", payload__sanction_id=held.pk).payload
        assert "selling" in fact["restricted"]
        request = Approval.objects.get(subject_id=str(held.pk))
        assert (request.state, request.decided_by_id, request.decision_note) == (
            "approved",
            approver.person_id,
            "Agreed",
        )
        told = DecisionNotice.objects.order_by("-pk").first()
        assert told.title == "Uma restrição à sua conta está em vigor"
        assert "Loja suspensa até" in told.body

    def test_not_by_whoever_decided(self, held: Sanction):
        decider = held.decision.decided_by_id
        senior = make_person(Role.SENIOR_ANALYST, markets=("BR",))
        same = Actor(senior.kind, str(decider), "The decider", senior.grants, senior.roles)
        with pytest.raises(NotAllowed, match="another person"):
            approve_held_sanction(actor=same, sanction_id=held.pk)
        assert Sanction.objects.get(pk=held.pk).state == "held"

    def test_not_by_an_analyst_nor_from_another_market(self, held: Sanction, analyst: Actor):
        with pytest.raises(NotAllowed):
            approve_held_sanction(actor=analyst, sanction_id=held.pk)
        with pytest.raises(NotFound):
            approve_held_sanction(actor=make_person(Role.APPROVER, markets=("DE",)), sanction_id=held.pk)

    def test_once(self, held: Sanction, approver: Actor):
        approve_held_sanction(actor=approver, sanction_id=held.pk)
        with pytest.raises(Conflict, match="active"):
            approve_held_sanction(actor=approver, sanction_id=held.pk)
        with pytest.raises(Conflict, match="active"):
            refuse_held_sanction(actor=approver, sanction_id=held.pk, note="No")

    def test_refused_it_never_comes_into_force(self, held: Sanction, approver: Actor):
        with pytest.raises(InvalidInput):
            refuse_held_sanction(actor=approver, sanction_id=held.pk, note="")
        step = refuse_held_sanction(actor=approver, sanction_id=held.pk, note="Out of proportion")
        row = Sanction.objects.get(pk=held.pk)
        assert (step.state, row.reversed_by, row.reversal_reason) == ("reversed", "person", "Out of proportion")
        assert row.starts_at is None
        assert Approval.objects.get(subject_id=str(held.pk)).state == "rejected"


class TestLifting:
    def test_lifting_one_leaves_the_points_and_the_others(self, analyst: Actor):
        seller = make_account()
        decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        senior = make_person(Role.SENIOR_ANALYST, markets=("BR",))
        block = Sanction.objects.get(kind="campaign_block")
        reverse_sanction(actor=senior, sanction_id=block.pk, reason="Agreed with the account manager")
        assert standing_of(seller.pk, timezone.now()).value == 24
        assert len(kinds_in_force(seller.pk)) == 5
        assert OutboxFact.objects.get(name="sanction_reversed").payload["freed"] == ["campaigns"]
        assert AuditEntry.objects.get(action="sanction_reversed").reason == "Agreed with the account manager"
        with pytest.raises(Conflict, match="reversed"):
            reverse_sanction(actor=senior, sanction_id=block.pk, reason="Again")

    def test_a_feature_that_two_sanctions_restrict_is_free_when_both_are_gone(self, analyst: Actor):
        seller = make_account()
        decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        decide(analyst, open_case(seller, SCAM), ("yes", "no"))
        senior = make_person(Role.SENIOR_ANALYST, markets=("BR",))
        blocks = list(Sanction.objects.filter(kind="campaign_block", state="active"))
        assert len(blocks) == 2
        for block in blocks:
            reverse_sanction(actor=senior, sanction_id=block.pk, reason="Agreed")
        freed = [fact.payload["freed"] for fact in OutboxFact.objects.filter(name="sanction_reversed").order_by("pk")]
        assert freed == [[], ["campaigns"]]

    def test_it_takes_the_right_and_a_reason(self, analyst: Actor):
        decide(analyst, open_case(rule=COUNTERFEIT), FAKE_HIGH)
        block = Sanction.objects.get(kind="campaign_block")
        with pytest.raises(NotAllowed):
            reverse_sanction(actor=analyst, sanction_id=block.pk, reason="Please")
        with pytest.raises(InvalidInput):
            reverse_sanction(actor=make_person(Role.SENIOR_ANALYST, markets=("BR",)), sanction_id=block.pk, reason=" ")


class TestExpiry:
    def test_what_is_over_ends_and_what_is_not_stays(self, analyst: Actor):
        seller = make_account()
        decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        assert expire_sanctions() == 0
        over = Sanction.objects.filter(kind__in=("campaign_block", "subsidy_block"))
        over.update(ends_at=timezone.now())
        assert expire_sanctions() == 2
        assert expire_sanctions() == 0
        assert set(over.values_list("state", "reversed_at")) == {("expired", None)}
        assert len(kinds_in_force(seller.pk)) == 4
        freed = [fact.payload["freed"] for fact in OutboxFact.objects.filter(name="sanction_expired")]
        assert sorted(freed) == [["campaigns"], ["subsidies"]]
        assert AuditEntry.objects.filter(action="sanction_expired").count() == 2

    def test_a_sanction_without_an_end_never_expires(self, held: Sanction, approver: Actor):
        closed = Sanction.objects.get(kind="shop_termination")
        step = approve_held_sanction(actor=approver, sanction_id=closed.pk)
        assert step.ends_at is None
        assert expire_sanctions() == 0
