from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboards.domain.periods import Days
from dashboards.queries.health import read_health
from dashboards.views.health_charts import flow_chart, hit_rate_chart, volume_chart
from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.models import User
from risk.models import EventDay
from tests.builders.cases import decide, load_shipped_pack, make_account, make_analyst, make_hit, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import LATE_HIGH

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id))
    return client


@pytest.fixture(autouse=True)
def pack() -> None:
    load_shipped_pack()


def days_of(count: int = 7) -> Days:
    today = timezone.now().date()
    return Days(today - timedelta(days=count - 1), today)


def count_events(market: str, back: int, events: int) -> None:
    day = timezone.now().date() - timedelta(days=back)
    EventDay.objects.create(market_id=market, day=day, type="order_placed", events=events)


def test_the_figures_count_what_is_there():
    count_events("BR", 0, 1_000)
    count_events("BR", 8, 500)
    for _ in range(3):
        make_hit(make_account("BR"), as_of=datetime.combine(timezone.now().date(), datetime.min.time(), UTC))
    case = open_case()
    open_case()
    decide(make_analyst("BR"), case, LATE_HIGH)
    found = read_health(make_person(Role.LEAD), days_of(), [], timezone.now())
    assert (found.now.events, found.before.events) == (1_000, 500)
    assert found.now.hit_rate == 3.0
    assert (found.now.opened, found.now.decided, found.now.violation_share) == (2, 1, 1.0)
    assert found.backlog.count == 1
    assert found.before.hit_rate == 0.0
    assert found.before.violation_share is None


def test_only_a_day_that_runs_is_marked_as_unfinished():
    count_events("BR", 2, 10)
    found = read_health(make_person(Role.LEAD), days_of(), [], timezone.now())
    assert (flow_chart(found).unfinished, volume_chart(found).unfinished) == ("today so far", "")
    yesterday = timezone.now().date() - timedelta(days=1)
    over = read_health(make_person(Role.LEAD), days_of().ending(yesterday), [], timezone.now())
    assert flow_chart(over).unfinished == ""
    count_events("BR", 0, 10)
    found = read_health(make_person(Role.LEAD), days_of(), [], timezone.now())
    assert volume_chart(found).unfinished == hit_rate_chart(found).unfinished == "data so far"


def test_another_market_is_not_counted():
    count_events("BR", 0, 10)
    count_events("DE", 0, 7)
    open_case(make_account("DE"))
    lead = make_person(Role.LEAD, markets=("BR",))
    found = read_health(lead, days_of(), [], timezone.now())
    assert (found.now.events, found.now.opened, found.backlog.count) == (10, 0, 0)
    assert read_health(make_person(Role.LEAD), days_of(), ["DE"], timezone.now()).now.events == 7


def test_old_data_is_shown_where_it_ends():
    EventDay.objects.create(market_id="BR", day=date(2018, 8, 31), type="order_placed", events=4)
    found = read_health(make_person(Role.LEAD), days_of(), [], timezone.now())
    assert found.data_days == Days(date(2018, 8, 25), date(2018, 8, 31))
    assert found.now.events == 4
    page = signed_in(make_person(Role.LEAD)).get(reverse("dashboards:health")).content.decode()
    assert "31 Aug 2018" in page


def test_nothing_at_all_is_shown_as_nothing():
    page = signed_in(make_person(Role.LEAD)).get(reverse("dashboards:health"))
    assert page.status_code == 200
    assert "No data in this period." in page.content.decode()


@pytest.mark.parametrize("role", [Role.ANALYST])
def test_who_may_not_see_health_finds_no_page(role: Role):
    assert signed_in(make_person(role)).get(reverse("dashboards:health")).status_code == 404


def test_the_page_takes_a_bounded_number_of_queries(django_assert_max_num_queries):
    count_events("BR", 0, 10)
    decide(make_analyst("BR"), open_case(), LATE_HIGH)
    client = signed_in(make_person(Role.LEAD))
    client.get(reverse("dashboards:health"))
    with django_assert_max_num_queries(25):
        assert client.get(reverse("dashboards:health")).status_code == 200
