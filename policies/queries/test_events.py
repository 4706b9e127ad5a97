"""Read the events that rules are tested on."""

from policies.domain.conditions import TestEvent
from policies.domain.rules import Expectation
from policies.models import SavedTestEvent


def test_events_of(rule_id: int) -> list[TestEvent]:
    """Return the test events of a rule in the order they were saved."""
    return [to_test_event(row) for row in SavedTestEvent.objects.filter(rule_id=rule_id)]


def to_test_event(row: SavedTestEvent) -> TestEvent:
    """Return the test that a row holds."""
    return TestEvent(row.pk, row.title, row.record, Expectation.HIT if row.is_hit_expected else Expectation.NO_HIT)
