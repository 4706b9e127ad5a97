import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from governance.actions.people import deactivate_person, grant_role, revoke_role
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, NotAllowed
from governance.domain.roles import Role
from governance.models import ApiKey, AuditEntry, RoleGrant, User
from governance.queries.keys import actor_for_key
from tests.builders.governance import make_markets, make_person

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id))
    return client


@pytest.fixture
def admin() -> Actor:
    make_markets()
    return make_person(Role.ADMIN)


def test_an_invited_person_can_sign_in_with_the_password_shown_once(admin: Actor):
    client = signed_in(admin)
    form = {"name": "Rui Novo", "email": "rui@example.org", "locale": "en"}
    answer = client.post(reverse("governance:invite"), form)
    assert answer.status_code == 302
    (message,) = [str(one) for one in get_messages(answer.wsgi_request)]
    password = message.rsplit(" ", 1)[1]
    assert User.objects.get(email="rui@example.org").check_password(password)
    again = client.post(reverse("governance:invite"), form)
    assert again.status_code == 422
    assert "already has an account" in again.content.decode()


def test_a_role_is_given_and_taken_with_an_audit_entry(admin: Actor):
    user = make_person()
    client, given = signed_in(admin), {"role": "lead", "market": "BR"}
    client.post(reverse("governance:change-person", args=[user.person_id, "grant"]), given)
    assert RoleGrant.objects.filter(user_id=user.person_id, role="lead", market_id="BR").exists()
    page = client.get(reverse("governance:person", args=[user.person_id])).content.decode()
    assert "Lead" in page
    client.post(reverse("governance:change-person", args=[user.person_id, "revoke"]), given)
    assert not RoleGrant.objects.filter(user_id=user.person_id).exists()
    actions = AuditEntry.objects.filter(subject_kind="person", subject_id=user.id).values_list("action", flat=True)
    assert {"role_granted", "role_revoked"} <= set(actions)


def test_the_last_administrator_stays(admin: Actor):
    with pytest.raises(Conflict, match="last administrator"):
        revoke_role(actor=admin, user_id=admin.person_id, role=Role.ADMIN, market=None)


def test_an_administrator_of_one_market_gives_no_role_elsewhere(admin: Actor):
    local = make_person(Role.ADMIN, markets=("BR",))
    user = make_person()
    with pytest.raises(NotAllowed):
        grant_role(actor=local, user_id=user.person_id, role=Role.LEAD, market="ID")
    with pytest.raises(NotAllowed):
        grant_role(actor=local, user_id=user.person_id, role=Role.LEAD, market=None)


def test_who_leaves_is_signed_out_at_once(admin: Actor):
    leaver = make_person(Role.LEAD)
    client = signed_in(leaver)
    assert client.get(reverse("governance:escalations")).status_code == 200
    deactivate_person(actor=admin, user_id=leaver.person_id, reason="moved on")
    assert client.get(reverse("governance:escalations")).status_code == 302
    with pytest.raises(Conflict):
        deactivate_person(actor=admin, user_id=admin.person_id, reason="oops")


def test_a_key_is_shown_once_works_and_ends(admin: Actor):
    client = signed_in(admin)
    form = {"name": "shop", "scopes": ["events:write"], "markets": ["BR"]}
    page = client.post(reverse("governance:make-key"), form).content.decode()
    token = page.split("aed_", 1)[1].split("<", 1)[0]
    assert actor_for_key(f"aed_{token}") is not None
    assert token not in client.get(reverse("governance:keys")).content.decode()
    client.post(reverse("governance:end-key", args=[ApiKey.objects.get().pk]))
    assert actor_for_key(f"aed_{token}") is None


def test_a_key_cannot_end_in_the_past(admin: Actor):
    form = {"name": "shop", "scopes": ["events:write"], "expires_at": "2020-01-01"}
    answer = signed_in(admin).post(reverse("governance:make-key"), form)
    assert answer.status_code == 422
    assert "This day is over" in answer.content.decode()
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
@pytest.mark.parametrize("page", ["people", "invite", "keys", "make-key"])
def test_nobody_else_finds_the_pages(admin: Actor, role: Role, page: str):
    assert signed_in(make_person(role)).get(reverse(f"governance:{page}")).status_code == 404


def test_admin_pages_open(admin: Actor):
    client = signed_in(admin)
    for page in ("people", "invite", "keys", "make-key"):
        assert client.get(reverse(f"governance:{page}")).status_code == 200, page
