import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory

from governance.domain.roles import Role
from governance.models import User
from governance.queries.people import actor_for

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("demo_people", stdout=out)
    return out.getvalue()


def test_one_login_per_role_that_works():
    logins = re.findall(r"^  (\S+) +(\S+) +(\S+)$", run(), re.M)
    assert [role for role, _, _ in logins] == [role.value for role in Role]
    for role, email, password in logins:
        user = authenticate(RequestFactory().post("/"), email=email, password=password)
        assert user is not None
        assert actor_for(user.pk).roles == {Role(role)}


def test_a_second_run_changes_nothing_and_shows_no_password():
    run()
    assert run().strip() == "There are people already: nothing to do."
    assert User.objects.count() == len(Role)
