"""The first administrator comes in through the command line."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from governance.models import AuditEntry, RoleGrant, User

pytestmark = pytest.mark.django_db


def add(*arguments: str) -> str:
    out = io.StringIO()
    call_command("add_person", *arguments, stdout=out)
    return out.getvalue()


def test_the_printed_password_signs_in() -> None:
    answer = add("Ada@Example.org", "--name", "Ada", "--role", "admin")
    password = re.search(r"password (\S+) ", answer)
    assert password
    assert Client().login(email="ada@example.org", password=password[1])
    grant = RoleGrant.objects.get(user__email="ada@example.org")
    assert (grant.role, grant.market_id) == ("admin", None)
    assert AuditEntry.objects.filter(action="person_invited").count() == 1


def test_a_role_can_be_for_one_market() -> None:
    add("b@example.org", "--name", "B", "--role", "analyst", "--market", "BR")
    assert RoleGrant.objects.get().market_id == "BR"


def test_a_taken_address_is_refused_and_changes_nothing() -> None:
    add("c@example.org", "--name", "C", "--role", "auditor")
    with pytest.raises(CommandError, match="already has an account"):
        add("C@example.org", "--name", "D", "--role", "admin")
    assert RoleGrant.objects.count() == 1


@pytest.mark.parametrize(
    "arguments", [["not-an-address", "--role", "admin"], ["d@example.org", "--role", "king"], ["d@example.org"]]
)
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"--role|is not an e-mail address"):
        add(*arguments, "--name", "D")
    assert not User.objects.exists()
