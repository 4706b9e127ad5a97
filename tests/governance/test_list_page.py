import csv
import io
import re

import pytest
from django.test import Client
from openpyxl import load_workbook

from governance.domain.roles import Role
from governance.models import AuditEntry, Escalation, User
from governance.queries.saved_views import MOST_VIEWS
from governance.views import lists
from tests.builders.escalations import make_escalations
from tests.builders.governance import make_markets, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.governance.list_page")]


def client_of(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def lead():
    return make_person(Role.LEAD)


@pytest.fixture
def client(lead):
    return client_of(lead)


def summaries(response):
    return [row.item.summary for row in response.context["rows"]]


def read_csv(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def read_xlsx(response):
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()], sheet


def test_visitors_are_sent_to_sign_in():
    response = Client().get("/list")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_the_newest_rows_come_first_and_pages_lead_on(client, lead):
    make_escalations(120, opener=lead)
    first = client.get("/list")
    assert len(first.context["rows"]) == 50
    assert summaries(first)[0] == "Spike 119"
    second = client.get(first.context["next_url"])
    third = client.get(second.context["next_url"])
    assert third.context["next_url"] == ""
    assert len(summaries(first) + summaries(second) + summaries(third)) == 120
    assert summaries(client.get(second.context["previous_url"])) == summaries(first)


def test_filters_and_sort_live_in_the_address(client, lead):
    make_escalations(30, opener=lead)
    response = client.get("/list?state=opened&severity=2&sort=summary&q=spike")
    assert summaries(response) == sorted(summaries(response))
    assert all(row.item.state == "opened" and row.item.severity == 2 for row in response.context["rows"])
    assert len(response.context["rows"]) == Escalation.objects.filter(state="opened", severity=2).count() > 0
    assert 'aria-sort="ascending"' in response.content.decode()


def test_applied_filters_can_be_taken_away_one_by_one(client, lead):
    make_escalations(10, opener=lead)
    response = client.get("/list?state=opened&state=mitigating&q=spike&opened_after=2026-03-01&cursor=old")
    applied = response.context["applied"]
    assert [(item.label, item.words) for item in applied] == [
        ("Search", "spike"),
        ("State", "Opened, Mitigating"),
        ("Opened", "1 Mar 2026, 00:00 UTC\u2013\u2026"),
    ]
    assert applied[1].remove_query == "q=spike&opened_after=2026-03-01"
    assert "opened" not in applied[2].remove_query.replace("state=opened", "")


def test_a_filter_that_is_not_understood_shows_and_sends_nothing(client, lead):
    make_escalations(10, opener=lead)
    response = client.get("/list?severity=high")
    assert response.context["rows"] == []
    assert "Enter a number." in response.content.decode()
    assert len(read_csv(client.get("/list?severity=high&export=csv"))) == 1


def test_an_outdated_cursor_shows_the_first_page(client, lead):
    make_escalations(3, opener=lead)
    assert len(client.get("/list?cursor=broken").context["rows"]) == 3


def test_a_header_turns_the_order(client, lead):
    make_escalations(3, opener=lead)
    heads = {head.column.key: head for head in client.get("/list?q=spike&cursor=x").context["heads"]}
    assert heads["opened"].direction == "descending"
    assert heads["opened"].url == "/list?q=spike&sort=opened"
    assert heads["severity"].url == "/list?q=spike&sort=-severity"
    assert heads["owner"].url == ""


def test_the_number_of_queries_does_not_grow_with_the_rows(client, lead, django_assert_max_num_queries):
    make_escalations(60, opener=lead)
    client.get("/list")
    with django_assert_max_num_queries(10):
        client.get("/list")


def test_counts_beyond_the_limit_say_so(client, lead, monkeypatch):
    make_escalations(60, opener=lead)
    monkeypatch.setattr(lists, "bounded_count", lambda rows: lists.BoundedCount(10_000, is_exact=False))
    assert "10,000+ rows" in client.get("/list").content.decode()


def test_empty_and_nothing_found_say_different_things(client):
    assert "Nobody needed help." in client.get("/list").content.decode()
    assert "Clear the filters" in client.get("/list?q=nothing").content.decode()


def test_columns_are_chosen_saved_and_reset(client, lead):
    make_escalations(1, opener=lead)

    def shown():
        return [column.key for column in client.get("/list").context["view"].visible_columns]

    before = shown()
    assert "market_id" not in before
    response = client.post("/list?q=spike", {"column": ["market_id", "state", "nonsense"]})
    assert response["Location"] == "/list?q=spike"
    assert shown() == ["summary", "state", "market_id"]
    client.post("/list", {"reset": "1"})
    assert shown() == before


def test_the_market_switch_narrows_the_list(client, lead):
    make_markets("ID", "DE")
    make_escalations(2, opener=lead, market="ID", summary="Jakarta")
    make_escalations(3, opener=lead, market="DE", summary="Berlin")
    client.post("/market", {"market": "ID", "next": "/list"})
    assert {words[:7] for words in summaries(client.get("/list"))} == {"Jakarta"}
    client.post("/market", {"market": ""})
    assert len(summaries(client.get("/list"))) == 5


def test_htmx_gets_the_list_alone_and_caches_keep_them_apart(client, lead):
    make_escalations(2, opener=lead)
    whole = client.get("/list")
    part = client.get("/list", headers={"HX-Request": "true", "HX-Target": "section#listing"})
    back = client.get("/list", headers={"HX-Request": "true", "HX-Target": "body"})
    assert b"<html" in whole.content
    assert part.content.decode().lstrip().startswith('<section class="listing" id="listing"')
    assert b"<html" in back.content
    assert {"HX-Request", "HX-Target"} <= set(re.split(r",\s*", part["Vary"]))


def test_csv_holds_exactly_what_is_filtered_in_the_shown_order(client, lead):
    make_escalations(70, opener=lead)
    query = "state=opened&sort=severity"
    found = read_csv(client.get(f"/list?{query}&export=csv"))
    assert found[0] == ["Summary", "Severity", "State", "Opened by", "Opened", "Acknowledged", "Owner"]
    expected = Escalation.objects.filter(state="opened").order_by("severity", "pk")
    assert [row[0] for row in found[1:]] == [row.summary for row in expected]
    assert found[1][4] == f"{expected[0].opened_at:%Y-%m-%d %H:%M:%S}"


def test_xlsx_holds_the_same_and_runs_no_formula(client, lead):
    make_escalations(3, opener=lead, summary='=HYPERLINK("https://evil.example")')
    rows, sheet = read_xlsx(client.get("/list?export=xlsx&sort=summary"))
    assert rows[0][0] == "Summary"
    assert [row[0] for row in rows[1:]] == [f'\'=HYPERLINK("https://evil.example") {number}' for number in range(3)]
    assert rows[1][1] == 1
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert sheet.freeze_panes == "A2"


def test_words_that_look_like_an_error_value_stay_words(client, lead):
    key = make_escalations(1, opener=lead)[0]
    Escalation.objects.filter(pk=key).update(summary="#N/A")
    rows, sheet = read_xlsx(client.get("/list?export=xlsx"))
    assert rows[1][0] == "#N/A"
    assert sheet["A2"].data_type == "s"


def test_exports_follow_the_columns(client, lead):
    make_escalations(1, opener=lead)
    client.post("/list", {"column": ["severity"]})
    assert read_csv(client.get("/list?export=csv"))[0] == ["Summary", "Severity"]


def test_an_export_is_on_record(client, lead):
    make_escalations(1, opener=lead)
    client.get("/list?q=spike&export=csv&sort=summary")
    entry = AuditEntry.objects.get(action="list_exported")
    assert (entry.actor_label, entry.subject_id) == (lead.label, "escalations")
    assert entry.after == {"format": "csv", "filters": {"q": ["spike"]}}


def test_who_may_not_export_gets_no_link_and_no_file():
    analyst = make_person(Role.ANALYST)
    client = client_of(analyst)
    assert client.get("/list").context["exports"] == []
    assert client.get("/list?export=csv").status_code == 403
    assert not AuditEntry.objects.filter(action="list_exported").exists()


def test_an_export_keeps_to_the_markets_where_one_may_export():
    make_markets("ID", "DE")
    system = make_person(Role.ADMIN)
    make_escalations(1, opener=system, market="ID", summary="Jakarta")
    make_escalations(1, opener=system, market="DE", summary="Berlin")
    mixed = make_person(Role.ANALYST, markets=("ID", "DE"))
    from_lead = make_person(Role.LEAD, markets=("ID",))
    user = User.objects.get(pk=mixed.user_id)
    for grant in User.objects.get(pk=from_lead.user_id).role_grants.all():
        grant.pk, grant.user = None, user
        grant.save()
    client = client_of(mixed)
    assert len(summaries(client.get("/list"))) == 2
    assert [row[0] for row in read_csv(client.get("/list?export=csv"))[1:]] == ["Jakarta 0"]


def test_an_unknown_format_is_refused(client):
    assert client.get("/list?export=pdf").status_code == 422


def test_a_workbook_that_would_be_too_large_is_refused(client, lead, monkeypatch):
    make_escalations(5, opener=lead)
    monkeypatch.setattr(lists, "XLSX_MAX_ROWS", 4)
    response = client.get("/list?export=xlsx")
    assert response.status_code == 422
    assert "export CSV" in response.content.decode()


class TestSavedViews:
    def test_filters_and_sort_are_kept_under_a_name_and_lead_back(self, client, lead):
        make_escalations(3, opener=lead)
        address = "/list?q=Spike&state=opened&state=acknowledged&severity=&sort=severity&cursor=x&size=100"
        answer = client.post(address, {"save_view": "1", "view_title": "  Open   spikes "})
        assert answer.status_code == 302
        (view,) = client.get("/list").context["views"]
        assert (view.title, view.is_current) == ("Open spikes", False)
        assert view.url == "/list?q=Spike&state=opened&state=acknowledged&sort=severity"
        assert client.get(view.url).context["views"][0].is_current
        assert "View: Open spikes" in client.get(view.url).content.decode()
        assert client.get("/list?sort=severity&state=acknowledged&state=opened&q=Spike").context["views"][0].is_current

    def test_the_same_name_replaces_and_a_view_can_be_removed(self, client):
        client.post("/list?q=a", {"save_view": "1", "view_title": "Mine"})
        client.post("/list?q=b", {"save_view": "1", "view_title": "Mine"})
        (view,) = client.get("/list").context["views"]
        assert view.url == "/list?q=b"
        client.post("/list", {"remove_view": str(view.id)})
        assert client.get("/list").context["views"] == []

    def test_they_are_nobody_elses(self, client):
        client.post("/list?q=a", {"save_view": "1", "view_title": "Mine"})
        (view,) = client.get("/list").context["views"]
        other = client_of(make_person(Role.LEAD))
        assert other.get("/list").context["views"] == []
        assert other.post("/list", {"remove_view": str(view.id)}).status_code == 404
        assert len(client.get("/list").context["views"]) == 1

    @pytest.mark.parametrize("title", ["", "   ", "x" * 61, "a\0b"])
    def test_a_name_is_needed(self, client, title):
        answer = client.post("/list?q=a", {"save_view": "1", "view_title": title}, follow=True)
        assert "Give the view a name" in answer.content.decode()
        assert answer.context["views"] == []

    def test_there_is_an_end_to_them(self, client):
        for number in range(MOST_VIEWS + 1):
            answer = client.post("/list?q=a", {"save_view": "1", "view_title": f"View {number}"}, follow=True)
        assert f"You keep {MOST_VIEWS} views of this list already." in answer.content.decode()
        assert len(answer.context["views"]) == MOST_VIEWS
        client.post("/list?q=b", {"save_view": "1", "view_title": "View 3"})
        assert "/list?q=b" in {view.url for view in client.get("/list").context["views"]}

    def test_a_title_brings_no_markup(self, client):
        client.post("/list", {"save_view": "1", "view_title": "<b>x</b>"})
        assert "<b>x</b>" not in client.get("/list").content.decode()
