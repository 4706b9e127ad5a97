import pytest
from django.db import IntegrityError, transaction

from governance.actions.approving import Verdict, ask_approval, decide_approval, withdraw_approval
from governance.domain.actors import Actor, system_actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed
from governance.domain.roles import Permission, Role
from governance.domain.subjects import Subject
from governance.models import Approval
from governance.queries.approvals import pending_for
from tests.builders.governance import make_markets, make_person

pytestmark = pytest.mark.django_db
RULE = Subject("rule_version", "7", "LATE v2", "/rules/7")


def ask(actor: Actor, *markets: str) -> int:
    return ask_approval(actor=actor, action="release_rule", subject=RULE, markets=markets, summary={}, note="please")


def decide(actor: Actor, key: int, verdict: Verdict = Verdict.APPROVE, note: str = "") -> None:
    decide_approval(actor=actor, permission=Permission.APPROVE_RULES, approval_id=key, verdict=verdict, note=note)


@pytest.fixture
def manager() -> Actor:
    make_markets()
    return make_person(Role.POLICY_MANAGER, Role.APPROVER)


def test_another_person_approves(manager: Actor):
    key = ask(manager, "BR")
    decide(make_person(Role.APPROVER, markets=("BR",)), key)
    assert Approval.objects.get(pk=key).state == "approved"


def test_nobody_approves_their_own_request_not_even_in_the_database(manager: Actor):
    key = ask(manager)
    with pytest.raises(NotAllowed, match="Another person"):
        decide(manager, key)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=key).update(state="approved", decided_by=manager.person_id)


def test_an_approver_of_another_market_may_not(manager: Actor):
    key = ask(manager, "BR", "ID")
    with pytest.raises(NotAllowed):
        decide(make_person(Role.APPROVER, markets=("BR",)), key)


def test_a_request_for_every_market_needs_an_approver_of_every_market(manager: Actor):
    key = ask(manager)
    with pytest.raises(NotAllowed, match="every market"):
        decide(make_person(Role.APPROVER, markets=("BR",)), key)
    decide(make_person(Role.APPROVER), key)


def test_it_is_decided_once(manager: Actor):
    key = ask(manager)
    decide(make_person(Role.APPROVER), key)
    with pytest.raises(Conflict, match="approved already"):
        decide(make_person(Role.APPROVER), key, Verdict.REJECT, "no")


def test_a_rejection_says_why(manager: Actor):
    with pytest.raises(InvalidInput, match="Say why"):
        decide(make_person(Role.APPROVER), ask(manager), Verdict.REJECT, " ")


def test_the_same_thing_waits_once(manager: Actor):
    key = ask(manager)
    with pytest.raises(Conflict, match="waits for approval already"):
        ask(manager)
    withdraw_approval(actor=manager, approval_id=key)
    ask(manager)


def test_the_system_cannot_ask():
    with pytest.raises(NotAllowed):
        ask(system_actor("tests"))


def test_pending_lists_what_others_asked_in_my_markets(manager: Actor):
    key = ask(manager, "BR")
    approver = make_person(Role.APPROVER, markets=("BR",))
    elsewhere = make_person(Role.APPROVER, markets=("ID",))
    assert [row.pk for row in pending_for(approver)] == [key]
    assert not pending_for(elsewhere).exists()
    assert not pending_for(manager).exists()
