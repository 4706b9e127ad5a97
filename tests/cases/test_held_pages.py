"""The pages on which a second person agrees to a severe sanction or refuses it."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import DecisionNotice, Sanction
from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.models import Approval, User
from tests.builders.cases import COUNTERFEIT, decide, make_account, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_CRITICAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real_addresses(shipped: None, settings: object) -> None:
    settings.ROOT_URLCONF = "governance.project.urls"


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def held(analyst: Actor) -> Sanction:
    decide(analyst, open_case(make_account(name="Loja Azul"), COUNTERFEIT), FAKE_CRITICAL, rationale="Fake watches")
    return Sanction.objects.get(kind="shop_suspension")


@pytest.fixture
def approver(shipped: None) -> Actor:
    return make_person(Role.APPROVER, markets=("BR",))


def page_of(client: Client, sanction: Sanction) -> str:
    return client.get(reverse("cases:detail", args=[sanction.decision.case_id])).content.decode()


def settle(client: Client, sanction: Sanction, verb: str, /, **given: object):
    address = reverse("cases:settle-held", args=[sanction.decision.case_id, verb])
    return client.post(address, {"sanction": [sanction.pk]} | given)


def test_the_second_person_sees_what_why_and_the_standing(held: Sanction, approver: Actor):
    page = page_of(client_of(approver), held)
    for words in ("Waits for a second person", "Fake watches", "The shop is suspended", "for 28 days", "selling"):
        assert words in page
    assert "0 → <b>48</b>" in page
    assert reverse("cases:settle-held", args=[held.decision.case_id, "approve"]) in page


def test_neither_the_decider_nor_an_analyst_gets_buttons(held: Sanction, analyst: Actor):
    assert "another person has to agree" in page_of(client_of(analyst), held)
    other = page_of(client_of(make_person(Role.ANALYST, markets=("BR",))), held)
    assert "Somebody who may approve sanctions" in other
    for actor in (analyst, make_person(Role.ANALYST, markets=("BR",))):
        assert settle(client_of(actor), held, "approve").status_code == 403
    decider = make_person(Role.SENIOR_ANALYST, markets=("BR",))
    second = decide(decider, open_case(make_account(), COUNTERFEIT), FAKE_CRITICAL)
    own = Sanction.objects.get(decision_id=second.decision_id, kind="shop_suspension")
    assert "settle-held" not in page_of(client_of(decider), own)
    assert settle(client_of(decider), own, "approve").status_code == 403
    assert set(Sanction.objects.filter(kind="shop_suspension").values_list("state", flat=True)) == {"held"}


def test_approving_some_and_refusing_the_rest(held: Sanction, approver: Actor):
    client = client_of(approver)
    assert settle(client, held, "approve", note="Agreed").status_code == 302
    held.refresh_from_db()
    assert held.state == "active"
    rest = list(Sanction.objects.filter(state="held").order_by("pk"))
    assert rest
    answer = client.post(
        reverse("cases:settle-held", args=[held.decision.case_id, "refuse"]),
        {"sanction": [row.pk for row in rest], "note": "Too much"},
    )
    assert answer.status_code == 302
    assert not Sanction.objects.filter(state="held").exists()
    assert not Approval.objects.filter(state="pending").exists()
    assert DecisionNotice.objects.filter(title__startswith="Uma restrição").count() == 1
    assert 'id="held"' not in page_of(client, held)


def test_a_refusal_without_a_reason_and_an_empty_choice_are_said_at_the_place(held: Sanction, approver: Actor):
    client = client_of(approver)
    refused = settle(client, held, "refuse", note="")
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    nothing = settle(client, held, "approve", sanction=[], note="Kept words")
    assert nothing.status_code == 422
    assert "Choose what you decide on." in nothing.content.decode()
    assert "Kept words" in nothing.content.decode()
    assert settle(client, held, "wave").status_code == 404
    foreign = client.post(reverse("cases:settle-held", args=[held.decision.case_id, "approve"]), {"sanction": [0]})
    assert foreign.status_code == 404
    held.refresh_from_db()
    assert held.state == "held"


def test_who_comes_second_is_told(held: Sanction, approver: Actor):
    settle(client_of(make_person(Role.APPROVER, markets=("BR",))), held, "approve")
    late = client_of(approver)
    answer = late.post(
        reverse("cases:settle-held", args=[held.decision.case_id, "refuse"]),
        {"sanction": [held.pk], "note": "No"},
        follow=True,
    )
    assert "there is nothing to approve" in answer.content.decode()


def test_the_list_of_approvals_shows_the_context_to_those_who_may_decide(held: Sanction, approver: Actor):
    page = client_of(approver).get(reverse("governance:approvals")).content.decode()
    assert "Loja Azul" in page
    assert "standing 0 → 48" in page
    assert f"{reverse('cases:detail', args=[held.decision.case_id])}#held" in page
    senior = make_person(Role.SENIOR_ANALYST, markets=("BR",))
    assert "Loja Azul" in client_of(senior).get(reverse("governance:approvals")).content.decode()
    elsewhere = make_person(Role.APPROVER, markets=("DE",))
    assert "Loja Azul" not in client_of(elsewhere).get(reverse("governance:approvals")).content.decode()
    assert client_of(senior).get(reverse("governance:approvals"), {"action": "release_rule"}).status_code == 200


def test_the_entity_leads_to_it(held: Sanction, approver: Actor):
    page = client_of(approver).get(reverse("cases:entity", args=[held.entity_id])).content.decode()
    assert f"{reverse('cases:detail', args=[held.decision.case_id])}#held" in page
