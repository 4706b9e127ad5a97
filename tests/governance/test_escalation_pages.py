import pytest
from django.test import Client
from django.urls import reverse

from governance.actions import escalating
from governance.domain.actors import Actor
from governance.domain.escalations import EscalationState, Severity
from governance.domain.roles import Role
from governance.domain.subjects import Subject
from governance.models import Escalation, User
from tests.builders.governance import make_markets, make_person

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id))
    return client


@pytest.fixture
def ops() -> Actor:
    make_markets()
    return make_person(Role.OPS, markets=("BR",))


def open_one(actor: Actor, summary: str = "Ring of sellers") -> int:
    subject = Subject("case", "12", "Case 12", "/cases/12")
    made = escalating.open_escalation(
        actor=actor, subject=subject, market="BR", severity=Severity.SEV2, summary=summary, details="<b>bold</b>"
    )
    return made.id


def post(client: Client, key: int, verb: str, text: str = "") -> int:
    return client.post(reverse("governance:escalation-step", args=[key, verb]), {"text": text}).status_code


def test_ops_acknowledges_updates_and_resolves(ops: Actor):
    key, client = open_one(ops), signed_in(ops)
    assert post(client, key, "acknowledge") == 302
    assert post(client, key, "update", "Payouts held") == 302
    assert post(client, key, "resolve", "All done") == 302
    row = Escalation.objects.get(pk=key)
    assert row.state == EscalationState.RESOLVED
    page = client.get(reverse("governance:escalation", args=[key])).content.decode()
    assert "Payouts held" in page
    assert "&lt;b&gt;bold" in page


def test_an_empty_update_is_refused_at_its_field_and_what_was_written_stays(ops: Actor):
    key, client = open_one(ops), signed_in(ops)
    post(client, key, "acknowledge")
    answer = client.post(reverse("governance:escalation-step", args=[key, "update"]), {"text": "  "})
    assert answer.status_code == 422
    assert "Write a sentence" in answer.content.decode()


def test_a_step_out_of_order_says_so(ops: Actor):
    key, client = open_one(ops), signed_in(ops)
    answer = client.post(reverse("governance:escalation-step", args=[key, "resolve"]), {"text": "kept words"})
    assert answer.status_code == 409
    assert "cannot become resolved" in answer.content.decode()


def test_unknown_steps_and_other_markets_do_not_exist(ops: Actor):
    key = open_one(ops)
    assert post(signed_in(ops), key, "explode", "x") == 404
    stranger = signed_in(make_person(Role.OPS, markets=("ID",)))
    assert stranger.get(reverse("governance:escalation", args=[key])).status_code == 404
    assert post(stranger, key, "acknowledge") == 404


def test_who_only_reads_has_no_buttons_and_is_refused(ops: Actor):
    key = open_one(ops)
    lead = signed_in(make_person(Role.LEAD, markets=("BR",)))
    page = lead.get(reverse("governance:escalation", args=[key])).content.decode()
    assert f"escalations/{key}/acknowledge" not in page
    assert post(lead, key, "acknowledge") == 403


def test_the_list_filters_what_is_overdue(ops: Actor):
    late, fine = open_one(ops, "the late one"), open_one(ops, "the other one")
    Escalation.objects.filter(pk=late).update(next_update_due_at="2026-01-01T00:00:00Z")
    page = signed_in(ops).get(reverse("governance:escalations") + "?overdue=yes").content.decode()
    assert "the late one" in page
    assert "the other one" not in page
    assert fine


def test_a_visitor_is_asked_to_sign_in(ops: Actor):
    assert Client().get(reverse("governance:escalations")).status_code == 302


def test_the_list_takes_a_bounded_number_of_queries(ops: Actor, django_assert_max_num_queries):
    for _ in range(30):
        open_one(ops)
    client = signed_in(ops)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("governance:escalations")).status_code == 200
