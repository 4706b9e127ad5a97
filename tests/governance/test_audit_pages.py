import pytest
from django.test import Client
from django.urls import reverse

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.domain.subjects import Subject
from governance.models import AuditEntry, User
from tests.builders.governance import make_markets, make_person

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id))
    return client


@pytest.fixture
def auditor() -> Actor:
    make_markets()
    auditor = make_person(Role.AUDITOR, markets=("BR",))
    for market in ("BR", "ID", ""):
        audit.record(
            actor=auditor,
            action="case_claimed",
            subject=Subject("case", f"in {market or 'no market'}", f"case in {market or 'no market'}"),
            market=market,
            before={"state": "new"},
            after={"state": "assigned", "text": "<script>alert(1)</script>"},
        )
    return auditor


def test_an_auditor_of_one_market_reads_its_entries_only(auditor: Actor):
    page = signed_in(auditor).get(reverse("governance:audit")).content.decode()
    assert "case in BR" in page
    assert "case in ID" not in page
    assert "case in no market" not in page


def test_an_entry_shows_before_and_after_escaped(auditor: Actor):
    entry = AuditEntry.objects.get(subject_id="in BR")
    page = signed_in(auditor).get(reverse("governance:audit-entry", args=[entry.pk])).content.decode()
    assert "assigned" in page
    assert "<script>alert" not in page
    other = AuditEntry.objects.get(subject_id="in ID")
    assert signed_in(auditor).get(reverse("governance:audit-entry", args=[other.pk])).status_code == 404


def test_filters_narrow(auditor: Actor):
    client = signed_in(make_person(Role.AUDITOR))
    page = client.get(reverse("governance:audit") + "?subject=case&q=in+ID").content.decode()
    assert "case in ID" in page
    assert "case in BR" not in page
    assert "case in ID" not in client.get(reverse("governance:audit") + "?until=2020-01-01").content.decode()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.OPS, Role.LEAD, Role.ADMIN])
def test_nobody_else_finds_the_page(auditor: Actor, role: Role):
    assert signed_in(make_person(role)).get(reverse("governance:audit")).status_code == 404
