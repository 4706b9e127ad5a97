"""The indexes that lists and figures are made for fit their queries: shown by the planner, not by the clock."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.queries.health import Span, decided_by_day, opened_by_day
from governance.domain.roles import Role
from governance.queries.lists import SortKey, keyset_page
from risk.queries.entities import entity_rows, matching, scored
from tests.builders.cases import load_shipped_pack, make_account
from tests.builders.governance import make_person

pytestmark = pytest.mark.django_db


@contextmanager
def plan_of(*off: str):
    """Collect the plans of what is asked inside, by a planner that does without `off` where it can."""
    plans: list[str] = []
    with CaptureQueriesContext(connection) as asked:
        yield plans
    with connection.cursor() as cursor:
        for way in off:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        selects = [query for query in asked.captured_queries if query["sql"].startswith("SELECT")]
        for query in selects:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))


@pytest.fixture
def lead():
    load_shipped_pack()
    for _ in range(3):
        make_account()
    return make_person(Role.LEAD, markets=("BR",))


def test_figures_by_day_are_read_from_indexes_alone(lead):
    everywhere = make_person(Role.LEAD)  # of one market, few rows leave the market's own index as cheap
    now = timezone.now()
    span = Span(now - timedelta(days=30), now)
    with plan_of("seqscan", "bitmapscan") as plans:
        decided_by_day(everywhere, span)
        opened_by_day(everywhere, span)
    for index, plan in zip(("decision_recent", "case_recent"), plans, strict=True):
        assert f"Index Only Scan using {index}" in plan, plan


def test_the_newest_sellers_and_those_with_the_highest_score_come_in_the_order_of_an_index(lead):
    sellers = entity_rows(lead).filter(type="seller")
    with plan_of("seqscan", "sort") as plans:
        keyset_page(sellers, order=(SortKey("first_seen_at", is_descending=True),), size=50)
        keyset_page(scored(sellers), order=(SortKey("state__score", is_descending=True),), size=50)
    newest, highest = plans
    assert "using entity_newest" in newest, newest
    assert "Sort" not in newest, newest
    assert "state_by_score" in highest, highest


def test_names_and_ids_are_each_found_by_their_index(lead):
    everybodys = entity_rows(make_person(Role.LEAD))
    with plan_of("seqscan", "indexscan") as plans:
        list(matching(everybodys, "sejahtera"))
    assert "entity_name_trgm" in plans[0], plans[0]
    assert "entity_id_prefix" in plans[0], plans[0]
