import re

import pytest
from django.core.cache import cache
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path
from redis.exceptions import ConnectionError as RedisDown

from dashboards.queries import finding
from dashboards.queries.finding import Finder, find_everywhere
from dashboards.views import rail
from dashboards.views.rail import RAIL, build_rail
from governance.domain.actors import system_actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed, NotFound
from governance.domain.finding import Found
from governance.domain.roles import Permission, Role
from governance.models import User
from tests.builders.escalations import make_escalations
from tests.builders.governance import PASSWORD, make_markets, make_person

pytestmark = pytest.mark.django_db

ERRORS = {
    "bad": BadRequest("broken"),
    "denied": PermissionDenied(),
    "not-allowed": NotAllowed("Ana may not view cases."),
    "not-found": NotFound("There is no such case."),
    "conflict": Conflict("Somebody else decided it.", hint="Load the page again."),
    "invalid": InvalidInput([FieldProblem("limit", "It is text.", "Give a number.")]),
    "failure": RuntimeError("a secret detail"),
}


def fail(request, kind):
    raise ERRORS[kind]


def empty_page(request, rest=""):
    return HttpResponse("page")


# Stand-ins for pages that other rooms serve, so that the rail can be tested without them.
urlpatterns = [
    path("fail/<slug:kind>", fail),
    path("", include(([path("", empty_page, name="home")], "dashboards"))),
    path("accounts/", include("allauth.account.urls")),
    path(
        "cases/",
        include(([path("", empty_page, name="queue"), path("<int:rest>", empty_page, name="detail")], "cases")),
    ),
]


@pytest.fixture(autouse=True)
def _fresh_addresses():
    """Each urlconf of a test has its own addresses."""
    clear = rail._address.cache_clear
    clear()
    yield
    clear()


@pytest.fixture
def pages(monkeypatch):
    """Let every room have a page, whatever the other apps serve."""
    addresses = {room.page: "/" if room.name == "home" else f"/{room.name}" for group in RAIL for room in group.rooms}
    monkeypatch.setattr(rail, "_address", addresses.__getitem__)


def client_of(actor):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def labels(groups):
    return [item.label for group in groups for item in group.items]


def test_each_role_sees_its_rooms_only(pages):
    assert labels(build_rail(make_person(Role.ANALYST), "/")) == [
        "Home",
        "Cases",
        "Entities",
        "Policies",
        "Escalations",
    ]
    assert labels(build_rail(make_person(Role.ADMIN), "/"))[-2:] == ["Imports", "Admin"]
    assert "Audit" in labels(build_rail(make_person(Role.AUDITOR), "/"))
    assert "Approvals" not in labels(build_rail(make_person(Role.LEAD), "/"))
    assert labels(build_rail(make_person(), "/")) == ["Home"]
    everything = labels(build_rail(system_actor("tests"), "/"))
    assert len(everything) == sum(len(group.rooms) for group in RAIL)


@pytest.mark.urls("tests.dashboards.test_frame")
def test_rooms_without_a_page_are_left_out():
    assert labels(build_rail(make_person(Role.LEAD), "/")) == ["Home", "Cases"]


@pytest.mark.parametrize(
    ("at", "name"),
    [("/", "Home"), ("/cases", "Cases"), ("/cases/12", "Cases"), ("/nowhere", None), ("/rules/3/test", "Rules")],
)
def test_the_room_of_the_open_page_is_marked(pages, at, name):
    groups = build_rail(make_person(Role.LEAD), at)
    assert [item.label for group in groups for item in group.items if item.is_current] == ([name] if name else [])


def test_keys_of_rooms_are_different():
    keys = [room.key for group in RAIL for room in group.rooms]
    assert len(keys) == len(set(keys))


def test_counts_say_what_waits_and_what_is_late(pages):
    ops = make_person(Role.OPS)
    make_escalations(5, opener=ops)
    item = next(item for group in build_rail(ops, "/") for item in group.items if item.label == "Escalations")
    assert (item.count, item.count_text, item.is_urgent) == (5, "5", True)


def test_counts_are_scoped_to_the_viewer(pages):
    make_markets("ID", "DE")
    make_escalations(5, opener=make_person(Role.OPS), market="DE")
    viewer = make_person(Role.OPS, markets=("ID",))
    item = next(item for group in build_rail(viewer, "/") for item in group.items if item.label == "Escalations")
    assert item.count == 0


def test_counts_are_kept_for_some_seconds_for_this_viewer(pages, django_assert_num_queries):
    first, second = make_person(Role.OPS), make_person(Role.OPS)
    build_rail(first, "/")
    with django_assert_num_queries(0):
        build_rail(first, "/")
    with django_assert_num_queries(2):
        build_rail(second, "/")


def test_the_rail_works_without_the_cache(pages, monkeypatch):
    def down(*args):
        raise RedisDown

    monkeypatch.setattr(rail, "shared_cache", type("Down", (), {"get": staticmethod(down), "set": staticmethod(down)}))
    assert "Escalations" in labels(build_rail(make_person(Role.OPS), "/"))


def test_the_refreshed_rail_marks_the_page_that_is_open():
    client = client_of(make_person(Role.LEAD))
    html = client.get("/rail?at=/").content.decode()
    assert "<html" not in html
    assert 'aria-current="page"' in html
    assert 'aria-current="page"' not in client.get("/rail?at=/elsewhere").content.decode()


def test_home_greets_and_shows_what_waits(pages):
    ops = make_person(Role.OPS, name="Dewi Lestari")
    make_escalations(3, opener=ops)
    html = client_of(ops).get("/").content.decode()
    assert "Hello, Dewi Lestari" in html
    assert re.search(r'class="stat-value" href="/escalations">3<', html)


def test_home_tells_somebody_without_a_role_what_to_do():
    assert "Ask an administrator" in client_of(make_person()).get("/").content.decode()


@pytest.mark.parametrize("address", ["/", "/rail", "/palette?q=ab", "/market"])
def test_visitors_see_nothing(address):
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_the_palette_asks_every_room_and_needs_two_letters(monkeypatch):
    def find(actor, words, limit):
        return [Found(7, f"{words} for {actor.label}", "seller")] if words == "toko" else []

    page, may = "governance:escalation", Permission.VIEW_ESCALATIONS
    finders = (
        Finder("Entities", page, may, find),
        Finder("Nothing", page, may, lambda *_: []),
        Finder("Without a page", "no:page", may, find),
        Finder("Closed", page, Permission.MANAGE_PEOPLE, find),
    )
    monkeypatch.setattr(finding, "FINDERS", finders)
    lead = make_person(Role.LEAD, name="Ana")
    assert find_everywhere(lead, " t ") == []
    response = client_of(lead).get("/palette?q=toko")
    item = {"label": "toko for Ana", "hint": "seller", "url": "/escalations/7"}
    assert response.json() == {"groups": [{"label": "Entities", "items": [item]}]}
    assert "no-store" in response["Cache-Control"]


def test_the_market_switch_takes_only_ones_own_markets():
    make_markets("ID", "DE")
    client = client_of(make_person(Role.ANALYST, markets=("ID",)))
    client.post("/market", {"market": "DE"})
    assert "market" not in client.session
    client.post("/market", {"market": "ID"})
    assert client.session["market"] == "ID"
    client.post("/market", {"market": ""})
    assert "market" not in client.session
    assert client.get("/market").status_code == 405


@pytest.mark.parametrize(
    ("next_url", "target"), [("/list?q=1", "/list?q=1"), ("https://evil.example/", "/"), ("//evil.example", "/")]
)
def test_the_market_switch_returns_to_pages_of_the_house_only(next_url, target):
    client = client_of(make_person(Role.ANALYST))
    assert client.post("/market", {"market": "", "next": next_url})["Location"] == target


@pytest.mark.urls("tests.dashboards.test_frame")
@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("bad", 400, "was not understood"),
        ("denied", 403, "You may not open this"),
        ("not-allowed", 403, "Ana may not view cases."),
        ("not-found", 404, "Nothing here"),
        ("conflict", 409, "Load the page again."),
        ("invalid", 422, "Give a number."),
        ("failure", 500, "The server failed"),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_errors_are_pages_that_say_what_to_do(kind, status, words, is_known):
    client = client_of(make_person(Role.LEAD)) if is_known else Client(raise_request_exception=False)
    response = client.get(f"/fail/{kind}")
    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert 'href="/"' in html
    assert "a secret detail" not in html
    assert "<script>" not in html


def test_a_form_without_its_token_says_how_to_go_on():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "a@example.org", "password": "x"})
    assert response.status_code == 403
    assert "The form has expired" in response.content.decode()


def test_the_failure_page_needs_nothing():
    assert "The server failed" in render_to_string("500.html")


def test_people_sign_in_and_out():
    actor = make_person(Role.LEAD)
    email = User.objects.get(pk=actor.user_id).email
    client = Client()
    wrong = client.post("/accounts/login/", {"login": email, "password": "wrong"})
    assert 'role="alert"' in wrong.content.decode()
    right = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert right["Location"] == "/"
    assert "Sign out?" in client.get("/accounts/logout/").content.decode()
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/accounts/login/", "Ask your administrator for an invitation"),
        ("/accounts/signup/", "by invitation"),
        ("/accounts/inactive/", "closed"),
        ("/accounts/password/reset/", "Send the link"),
        ("/accounts/password/reset/done/", "Look into your mail"),
        ("/accounts/password/reset/key/done/", "Sign in with the new password"),
        ("/accounts/password/reset/key/1-broken/", "does not work any more"),
    ],
)
def test_account_pages_wear_the_consoles_dress(address, words):
    html = Client().get(address).content.decode()
    assert words in html
    assert 'class="gate-box' in html


def test_a_password_is_changed_and_reset(mailoutbox):
    actor = make_person(Role.LEAD)
    client = client_of(actor)
    email = User.objects.get(pk=actor.user_id).email
    given = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert "too short" in client.post("/accounts/password/change/", given).content.decode()
    given |= {"password1": "another long phrase 8", "password2": "another long phrase 8"}
    assert client.post("/accounts/password/change/", given).status_code == 302
    Client().post("/accounts/password/reset/", {"email": email})
    link = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body).group()
    visitor = Client()
    page = visitor.get(link, follow=True)
    assert "New password" in page.content.decode()
    new = {"password1": "a third long phrase 9", "password2": "a third long phrase 9"}
    visitor.post(page.redirect_chain[-1][0], new)
    signed_in = Client().post("/accounts/login/", {"login": email, "password": "a third long phrase 9"})
    assert signed_in["Location"] == "/"


def test_the_style_guide_exists_in_debug_only():
    assert client_of(make_person(Role.LEAD)).get("/styleguide").status_code == 404


def test_counts_in_the_cache_do_not_outlive_a_change_of_viewer(pages):
    make_escalations(2, opener=make_person(Role.OPS))
    cache.clear()
    nobody = make_person()
    assert all(not item.count for group in build_rail(nobody, "/") for item in group.items)


def test_every_permission_of_the_rail_is_known():
    wanted = {permission for group in RAIL for room in group.rooms for permission in room.permissions}
    assert wanted <= set(Permission)
