"""What requests of systems get, and what they are spared."""

import pytest
from django.test import Client

from governance.actions.keys import create_api_key
from governance.domain.actors import system_actor


@pytest.mark.django_db
def test_api_answers_have_length_language_and_safe_types_and_no_cookies():
    token = create_api_key(actor=system_actor("tests"), name="shop", scopes=["events:write"], markets=[])
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "de", "X-Request-ID": "request-17"}
    answer = Client().post("/api/v1/events", data=b"[]", content_type="application/json", headers=headers)
    assert answer.status_code == 422
    assert answer["Content-Length"] == str(len(answer.content))
    assert (answer["Content-Language"], answer["Vary"]) == ("de", "Accept-Language")
    assert (answer["X-Request-ID"], answer["X-Content-Type-Options"]) == ("request-17", "nosniff")
    assert not answer.cookies


@pytest.mark.django_db
def test_an_address_of_the_api_that_is_none_is_not_found():
    assert Client().get("/api/v1/nothing").status_code == 404


@pytest.mark.django_db
def test_pages_keep_their_content_policy():
    assert "Content-Security-Policy" in Client().get("/accounts/login/")
