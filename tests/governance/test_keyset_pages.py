import base64
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.domain.errors import InvalidInput
from governance.domain.roles import Role
from governance.models import Escalation
from governance.queries.lists import BoundedCount, SortKey, bounded_count, keyset_page, rows_in_order
from tests.builders.escalations import make_escalations
from tests.builders.governance import make_person

pytestmark = pytest.mark.django_db

ORDERS = {
    "unique": (SortKey("id"),),
    "ties up": (SortKey("severity"),),
    "ties down": (SortKey("severity", is_descending=True),),
    "two columns": (SortKey("severity", is_descending=True), SortKey("opened_at")),
    "nulls up": (SortKey("acknowledged_at", is_nullable=True),),
    "nulls down": (SortKey("acknowledged_at", is_descending=True, is_nullable=True),),
    "nulls then ties": (SortKey("acknowledged_at", is_nullable=True), SortKey("severity", is_descending=True)),
    "related": (SortKey("opened_by__name"), SortKey("opened_at", is_descending=True)),
    "words": (SortKey("summary", is_descending=True),),
}


@pytest.fixture
def rows():
    make_escalations(47, opener=make_person(Role.LEAD, name="Zoë"))
    make_escalations(6, opener=make_person(Role.OPS, name="Ana"))
    return Escalation.objects.all()


def walk(rows, order, size=5):
    """Follow the next cursors to the end; return the pages."""
    pages, cursor = [], ""
    while cursor is not None:
        pages.append(keyset_page(rows, order=order, cursor=cursor, size=size))
        cursor = pages[-1].next_cursor
    return pages


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_pages_forward_hold_every_row_once_in_order(rows, order):
    found = [row.pk for page in walk(rows, order) for row in page.rows]
    assert found == [row.pk for row in rows_in_order(rows, order=order)]
    assert len(found) == len(set(found)) == 53


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_pages_backward_are_those_that_were_passed(rows, order):
    pages = walk(rows, order)
    cursor = pages[-1].previous_cursor
    for passed in reversed(pages[:-1]):
        page = keyset_page(rows, order=order, cursor=cursor, size=5)
        assert page.rows == passed.rows
        cursor = page.previous_cursor
    assert cursor is None
    assert pages[0].previous_cursor is None


def test_nulls_come_last_in_both_directions(rows):
    for order in (ORDERS["nulls up"], ORDERS["nulls down"]):
        given = [row.acknowledged_at is None for row in rows_in_order(rows, order=order)]
        assert given == sorted(given)
        assert any(given)


def test_rows_that_arrive_meanwhile_shift_nothing(rows):
    order = ORDERS["ties up"]
    first = keyset_page(rows, order=order, size=5)
    expected = [row.pk for row in keyset_page(rows, order=order, cursor=first.next_cursor, size=5).rows]
    new = make_escalations(1, opener=make_person(Role.OPS))[0]
    Escalation.objects.filter(pk=new).update(severity=0)
    assert [row.pk for row in keyset_page(rows, order=order, cursor=first.next_cursor, size=5).rows] == expected


def test_a_late_page_reads_no_offset(rows):
    last = walk(rows, ORDERS["two columns"])[-1]
    with CaptureQueriesContext(connection) as seen:
        keyset_page(rows, order=ORDERS["two columns"], cursor=last.previous_cursor, size=5)
    assert len(seen) == 1
    assert "OFFSET" not in seen[0]["sql"].upper()


def test_an_emptied_page_has_no_neighbours(rows):
    last = walk(rows, ORDERS["unique"])[-1]
    pages = walk(rows, ORDERS["unique"])
    Escalation.objects.filter(pk__in=[row.pk for row in last.rows]).delete()
    page = keyset_page(rows, order=ORDERS["unique"], cursor=pages[-2].next_cursor, size=5)
    assert page.rows == ()
    assert page.next_cursor is None


def cursor_of(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "%%%",
        "AAAA",
        cursor_of("next"),
        cursor_of("sideways", 3, 4),
        cursor_of("next", None, 4),
        cursor_of("next", ["datetime", "yesterday"], 4),
        cursor_of("next", ["pickle", "x"], 4),
        cursor_of("next", "not a number", 4),
        cursor_of("next", {"a": 1}, 4),
        cursor_of("next", 3, 4, 5),
        base64.urlsafe_b64encode(b'{"a": 1}').decode(),
        base64.urlsafe_b64encode(b"7").decode(),
    ],
)
def test_a_broken_cursor_is_refused(rows, cursor):
    with pytest.raises(InvalidInput):
        keyset_page(rows, order=(SortKey("severity"),), cursor=cursor)


def test_counts_stop_at_the_limit(rows):
    assert bounded_count(rows, limit=10) == BoundedCount(10, is_exact=False)
    assert bounded_count(rows, limit=53) == BoundedCount(53, is_exact=True)
    assert bounded_count(rows, limit=100) == BoundedCount(53, is_exact=True)
