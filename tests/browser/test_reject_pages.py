"""Rejected events in a real browser: found, mended by hand, and both pages accessible in both themes."""

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.urls import reverse
from playwright.sync_api import Page

from governance.domain.actors import system_actor
from governance.domain.roles import Role
from governance.models import User
from risk.actions.ingest import ingest_events
from risk.models import Event
from tests.builders.events import raw_event
from tests.builders.governance import make_markets, make_person


@pytest.mark.django_db(transaction=True)
def test_a_rejected_event_is_found_mended_and_stored(
    page: Page,
    sign_in: Callable[[AbstractBaseUser], None],
    check_accessibility: Callable[[Page], None],
) -> None:
    make_markets("BR")
    items = [raw_event(1, occurred_at="2026-03-01T10:00:00", payload={"amount": "12"}), raw_event(2, market="XX")]
    ingest_events(actor=system_actor("tests"), source="shop", items=items)
    sign_in(User.objects.get(pk=make_person(Role.ADMIN).user_id))

    page.goto(reverse("risk:rejects"))
    check_accessibility(page)
    page.get_by_role("link", name="has no time zone").click()
    page.get_by_text("Rules read it as a number").wait_for()
    check_accessibility(page)
    page.emulate_media(color_scheme="dark")
    page.reload()
    check_accessibility(page)
    field = page.get_by_label("The event as JSON")
    assert json.loads(field.input_value()) == items[0]
    field.fill(json.dumps(raw_event(1)))
    page.get_by_role("button", name="Replay").click()
    page.get_by_text("Stored.").wait_for()
    assert Event.objects.get().external_id == "evt-1"
