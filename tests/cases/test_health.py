from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from cases.actions.reversing import reverse_entry
from cases.models import Case, LedgerEntry
from cases.queries.health import (
    Span,
    backlog,
    backlog_by_age,
    decided_by_day,
    opened_by_day,
    turnaround,
    turnaround_by_market,
)
from cases.queries.standing import standing_of
from cases.queries.standing_health import sanctions_in_force, standing_distribution
from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.queries.percentiles import Percentile
from policies.models import SchemeAssignment
from tests.builders.cases import COUNTERFEIT, SCAM, decide, make_account, make_analyst, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_CRITICAL, FAKE_HIGH, LATE_HIGH, LATE_MEDIUM, LATE_NOT

pytestmark = pytest.mark.usefixtures("shipped")
NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
SPAN = Span(NOON - timedelta(days=2), NOON + timedelta(days=1))


@pytest.fixture
def lead(shipped: None) -> Actor:
    return make_person(Role.LEAD, markets=("BR", "DE"))


def date_case(case: Case, opened: datetime, hours: float | None = None, **fields: object) -> Case:
    decided = {} if hours is None else {"decided_at": opened + timedelta(hours=hours), "state": "decided"}
    limit = {"sla_due_at": opened + timedelta(hours=10)}
    Case.objects.filter(pk=case.pk).update(opened_at=opened, **limit, **decided, **fields)
    return case


class TestFlow:
    def test_cases_are_counted_on_the_day_they_were_opened(self, lead: Actor):
        date_case(open_case(), NOON)
        date_case(open_case(), NOON + timedelta(hours=11, minutes=59))
        date_case(open_case(make_account("DE")), NOON)
        date_case(open_case(), NOON - timedelta(days=1))
        date_case(open_case(), SPAN.ends_at)
        counts = [(row.day.day, row.market, row.count) for row in opened_by_day(lead, SPAN)]
        assert counts == [(9, "BR", 1), (10, "BR", 2), (10, "DE", 1)]
        assert [row.market for row in opened_by_day(lead, SPAN, ["DE"])] == ["DE"]

    def test_decisions_are_counted_by_outcome_without_corrections(self, lead: Actor, analyst: Actor):
        decide(analyst, open_case(), LATE_HIGH)
        decide(analyst, open_case(), LATE_NOT)
        decide(make_analyst("DE"), open_case(make_account("DE")), LATE_NOT)
        now = timezone.now()
        rows = decided_by_day(lead, Span(now - timedelta(hours=1), now + timedelta(hours=1)))
        assert [(row.market, row.outcome.value, row.count) for row in rows] == [
            ("BR", "no_violation", 1),
            ("BR", "violation", 1),
            ("DE", "no_violation", 1),
        ]
        assert decided_by_day(lead, SPAN) == []

    def test_turnaround_is_measured_on_what_was_decided(self, lead: Actor):
        for hours in (1, 2, 3, 4, 30):
            date_case(open_case(), NOON - timedelta(days=2), hours)
        date_case(open_case(), NOON)
        whole = turnaround(lead, SPAN)
        assert (whole.decided, whole.within_limit, whole.p50_hours) == (5, 4, 3)
        assert whole.p90_hours == pytest.approx(4 + 0.6 * 26)
        assert whole.p95_hours == pytest.approx(4 + 0.8 * 26)
        assert [(row.market, row.decided) for row in turnaround_by_market(lead, SPAN)] == [("BR", 5)]
        nothing = turnaround(lead, SPAN, ["DE"])
        assert (nothing.decided, nothing.p50_hours) == (0, None)

    def test_what_waits_is_counted_by_queue_and_age(self, lead: Actor):
        for hours in (1, 5, 30, 100, 200):
            date_case(open_case(), NOON - timedelta(hours=hours))
        date_case(open_case(rule=SCAM), NOON - timedelta(hours=3))
        date_case(open_case(), NOON - timedelta(hours=3), hours=1)
        rows = [(row.queue_code, row.bucket, row.count, row.overdue) for row in backlog_by_age(lead, NOON)]
        assert rows == [
            ("fraud", "under_4h", 1, 0),
            ("seller_performance", "under_4h", 1, 0),
            ("seller_performance", "under_24h", 1, 0),
            ("seller_performance", "under_3d", 1, 1),
            ("seller_performance", "under_7d", 1, 1),
            ("seller_performance", "over_7d", 1, 1),
        ]
        line = backlog(lead, NOON)
        assert (line.count, line.overdue, line.age_p50_hours) == (6, 3, 17.5)
        assert backlog(lead, NOON, ["DE"]).age_p95_hours is None

    def test_only_the_viewers_markets_count(self):
        date_case(open_case(), NOON, hours=1)
        date_case(open_case(), NOON)
        german = make_person(Role.LEAD, markets=("DE",))
        assert opened_by_day(german, SPAN) == []
        assert turnaround(german, SPAN).decided == 0
        assert backlog(german, NOON).count == 0
        assert opened_by_day(german, SPAN, ["BR"]) == []
        assert opened_by_day(make_analyst("BR"), SPAN) == []


class TestStandings:
    def test_accounts_are_counted_where_they_stand(self, lead: Actor, analyst: Actor, django_assert_max_num_queries):
        ways = [
            (None, LATE_MEDIUM),
            (None, LATE_HIGH),
            (COUNTERFEIT, FAKE_HIGH),
            (COUNTERFEIT, FAKE_CRITICAL),
        ]
        sellers = []
        for rule, way in ways:
            sellers.append(make_account())
            decide(analyst, open_case(sellers[-1], *([rule] if rule else [])), way)
        decide(make_analyst("DE"), open_case(make_account("DE")), LATE_HIGH)
        now = timezone.now()
        with django_assert_max_num_queries(10):
            rows = standing_distribution(lead, now)
        assert [(row.market, row.scheme_code, row.zone.value, row.count) for row in rows] == [
            ("BR", "accumulate_48", "noted", 2),
            ("BR", "accumulate_48", "restricted", 1),
            ("BR", "accumulate_48", "final", 1),
            ("DE", "deplete_1000", "noted", 1),
        ]
        assert [row.market for row in standing_distribution(lead, now, ["DE"])] == ["DE"]

    @pytest.mark.parametrize("days", [0, 89, 91, 400])
    def test_the_count_agrees_with_each_standing_at_any_time(self, lead: Actor, analyst: Actor, days: int):
        senior = make_person(Role.SENIOR_ANALYST, markets=("BR",))
        sellers = [make_account() for _ in range(4)]
        for seller, way in zip(sellers, (FAKE_HIGH, FAKE_CRITICAL, FAKE_HIGH, FAKE_CRITICAL), strict=True):
            first = decide(analyst, open_case(seller, COUNTERFEIT), way)
            for rule in ("LATE-DISPATCH-ENFORCED", SCAM):
                decide(analyst, open_case(seller, rule), LATE_HIGH if rule != SCAM else ("yes", "no"))
            if seller in sellers[2:]:
                entry = LedgerEntry.objects.get(decision_id=first.decision_id)
                reverse_entry(actor=senior, entry_id=entry.pk, reason="Wrong")
        at = timezone.now() + timedelta(days=days)
        expected = Counter(standing_of(seller.pk, at).zone for seller in sellers)
        assert {row.zone: row.count for row in standing_distribution(lead, at)} == expected

    def test_without_a_scheme_there_is_nothing_to_count(self, lead: Actor, analyst: Actor):
        decide(analyst, open_case(), LATE_HIGH)
        SchemeAssignment.objects.all().delete()
        assert standing_distribution(lead, timezone.now()) == []

    def test_sanctions_are_counted_by_kind_and_state(self, lead: Actor, analyst: Actor):
        for _ in range(2):
            decide(analyst, open_case(rule=COUNTERFEIT), FAKE_CRITICAL)
        counts = {(row.kind, row.state.value): row.count for row in sanctions_in_force(lead)}
        assert counts["shop_termination", "held"] == 2
        assert counts["payout_hold", "active"] == 2
        assert sanctions_in_force(lead, ["DE"]) == []
        assert sanctions_in_force(make_person(Role.LEAD, markets=("DE",))) == []


def test_a_percentile_is_a_share():
    with pytest.raises(ValueError, match="between 0 and 1"):
        Percentile("opened_at", 95)
