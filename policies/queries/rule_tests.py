"""Read the events that rules are tested on."""

from policies.domain.conditions import RuleTest
from policies.domain.rules import Expectation
from policies.models import SavedTestEvent


def rule_tests_of(rule_id: int) -> list[RuleTest]:
    """Return the test events of a rule in the order they were saved."""
    return [to_rule_test(row) for row in SavedTestEvent.objects.filter(rule_id=rule_id)]


def to_rule_test(row: SavedTestEvent) -> RuleTest:
    """Return the test that a row holds."""
    return RuleTest(row.pk, row.title, row.record, Expectation.HIT if row.is_hit_expected else Expectation.NO_HIT)
