"""The pages of refused events: found, filtered, mended, dismissed and downloaded by those who may."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.domain.actors import Actor, system_actor
from governance.domain.roles import Role
from governance.models import AuditEntry, User
from risk.actions.ingest import ingest_events
from risk.models import Event, RejectedEvent
from risk.queries.rejects import fingerprint
from tests.builders.events import raw_event
from tests.builders.governance import make_markets, make_person


@pytest.fixture(autouse=True)
def rejects(db: None) -> list[RejectedEvent]:
    """A bad type in BR, a missing zone in ID, an unknown market."""
    make_markets("BR", "ID")
    items = [
        raw_event(1, type="Order Placed"),
        raw_event(2, market="ID", occurred_at="2026-03-01T10:00:00"),
        raw_event(3, market="XX"),
    ]
    ingest_events(actor=system_actor("tests"), source="shop", items=items)
    return list(RejectedEvent.objects.order_by("pk"))


def browse(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def listed(client: Client, **filters: str) -> list[str]:
    """Return the keys of the rows on the list, as the page shows them."""
    page = client.get(reverse("risk:rejects"), filters)
    assert page.status_code == 200
    return [row.url.rpartition("/")[2] for row in page.context["rows"]]


def test_the_list_shows_what_is_open_and_visible(rejects: list[RejectedEvent]) -> None:
    brazil, indonesia, lost = (str(row.pk) for row in rejects)
    admin = browse(make_person(Role.ADMIN))
    assert listed(admin) == [lost, indonesia, brazil]
    assert listed(admin, market="ID") == [indonesia]
    assert listed(admin, market="none") == [lost]
    assert listed(admin, reason="TIME ZONE") == [indonesia]
    assert listed(admin, source="shop", state="all") == [lost, indonesia, brazil]
    assert listed(admin, state="dismissed") == []
    assert listed(browse(make_person(Role.LEAD, markets=("BR",)))) == [brazil]


def test_who_may_not_see_finds_nothing(rejects: list[RejectedEvent]) -> None:
    analyst = browse(make_person(Role.ANALYST))
    for url in (
        reverse("risk:rejects"),
        reverse("risk:rejects-file"),
        reverse("risk:reject", args=[rejects[0].pk]),
    ):
        assert analyst.get(url).status_code == 404
    other = browse(make_person(Role.ADMIN, markets=("ID",)))
    assert other.get(reverse("risk:reject", args=[rejects[0].pk])).status_code == 404
    assert other.get(reverse("risk:reject", args=[rejects[1].pk])).status_code == 200
    assert Client().get(reverse("risk:rejects")).status_code == 302


def test_who_may_only_look_gets_no_buttons(rejects: list[RejectedEvent]) -> None:
    lead = browse(make_person(Role.LEAD))
    page = lead.get(reverse("risk:reject", args=[rejects[0].pk])).content.decode()
    assert "Mend and replay" not in page
    assert 'name="row"' not in lead.get(reverse("risk:rejects")).content.decode()
    answer = lead.post(reverse("risk:change-rejects", args=["replay"]), {"row": [rejects[0].pk]})
    assert answer.status_code == 403


def test_ops_get_the_buttons_in_their_market_and_no_import(rejects: list[RejectedEvent]) -> None:
    ops = browse(make_person(Role.OPS, markets=("BR",)))
    assert listed(ops) == [str(rejects[0].pk)]
    assert 'name="row"' in ops.get(reverse("risk:rejects")).content.decode()
    page = ops.get(reverse("risk:reject", args=[rejects[0].pk])).content.decode()
    assert "Mend and replay" in page
    assert "Stored." in post_mended(ops, rejects[0], json.dumps(raw_event(1))).content.decode()
    keys = {"row": [row.pk for row in rejects[1:]], "reason": "why"}
    assert ops.post(reverse("risk:change-rejects", args=["dismiss"]), keys).status_code == 302
    assert set(RejectedEvent.objects.values_list("state", flat=True)) == {"open", "replayed"}
    assert ops.get(reverse("risk:new-import")).status_code == 404


def post_mended(client: Client, row: RejectedEvent, text: str, **more: Any) -> Any:
    given = {"text": text, "seen": fingerprint(row.raw)} | more
    return client.post(reverse("risk:mend-reject", args=[row.pk]), given, follow=True)


def test_mending_stores_the_event(rejects: list[RejectedEvent]) -> None:
    admin = browse(make_person(Role.ADMIN))
    page = post_mended(admin, rejects[0], json.dumps(raw_event(1), indent=2).replace("\n", "\r\n"))
    assert "Stored." in page.content.decode()
    assert Event.objects.get().external_id == "evt-1"
    assert "Mend and replay" not in page.content.decode()


def test_what_is_still_wrong_is_marked(rejects: list[RejectedEvent]) -> None:
    page = post_mended(browse(make_person(Role.ADMIN)), rejects[0], json.dumps(raw_event(1, market="QQ")))
    text = page.content.decode()
    assert "still rejected" in text
    assert "is not a market of this console" in text


def test_a_refused_form_keeps_what_was_written(rejects: list[RejectedEvent]) -> None:
    admin = browse(make_person(Role.ADMIN))
    stale = post_mended(admin, rejects[0], '{"mine": 1}', seen="0" * 16)
    assert stale.status_code == 409
    assert "{&quot;mine&quot;: 1}" in stale.content.decode()
    assert post_mended(admin, rejects[0], "").status_code == 422


def test_selected_rows_are_replayed_and_dismissed(rejects: list[RejectedEvent]) -> None:
    admin = browse(make_person(Role.ADMIN))
    keys = [row.pk for row in rejects]
    RejectedEvent.objects.filter(pk=keys[0]).update(raw=json.dumps(raw_event(1)))
    page = admin.post(
        reverse("risk:change-rejects", args=["replay"]), {"row": keys, "filter": "source=shop"}, follow=True
    )
    assert page.redirect_chain[-1][0].endswith("?source=shop")
    assert "1 stored, 0 were stored before, 2 still rejected." in page.content.decode()
    refused = admin.post(reverse("risk:change-rejects", args=["dismiss"]), {"row": keys[1:]}, follow=True)
    assert "Say why they are dismissed." in refused.content.decode()
    admin.post(reverse("risk:change-rejects", args=["dismiss"]), {"row": keys[1:], "reason": "test data"})
    assert list(RejectedEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "replayed",
        "dismissed",
        "dismissed",
    ]
    assert admin.post(reverse("risk:change-rejects", args=["else"]), {"row": keys}).status_code == 404


def test_one_is_dismissed_with_its_reason(rejects: list[RejectedEvent]) -> None:
    admin = browse(make_person(Role.ADMIN))
    url = reverse("risk:dismiss-reject", args=[rejects[0].pk])
    assert admin.post(url, {"reason": ""}).status_code == 422
    page = admin.post(url, {"reason": "sent twice by hand"}, follow=True).content.decode()
    assert "sent twice by hand" in page
    assert "Dismissed" in page


def test_the_download_holds_what_is_filtered_and_is_audited(rejects: list[RejectedEvent]) -> None:
    lead = browse(make_person(Role.LEAD, markets=("BR", "ID")))
    answer = lead.get(reverse("risk:rejects-file"), {"market": "BR"})
    assert answer["Content-Type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]  # type: ignore[arg-type]
    assert [(line["id"], line["market"], json.loads(line["raw"])) for line in lines] == [
        (rejects[0].pk, "BR", raw_event(1, type="Order Placed"))
    ]
    assert lines[0]["problems"][0]["field"] == "type"
    assert AuditEntry.objects.get(action="list_exported").after["format"] == "jsonl"
    nothing = lead.get(reverse("risk:rejects-file"), {"state": "nonsense"})
    assert b"".join(nothing.streaming_content) == b""  # type: ignore[arg-type]


def test_a_viewer_without_export_gets_no_file(rejects: list[RejectedEvent]) -> None:
    manager = browse(make_person(Role.APPROVER))
    assert manager.get(reverse("risk:rejects")).status_code == 200
    assert manager.get(reverse("risk:rejects-file")).status_code == 403
