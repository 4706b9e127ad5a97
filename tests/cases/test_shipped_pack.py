"""The shipped pack goes into the database as it is, and a second time changes nothing."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from cases.models import Queue
from policies.models import PolicyVersion, RuleVersion, SchemeAssignment
from risk.models import Scorecard, SignalDefinition

pytestmark = pytest.mark.django_db


def load() -> dict[str, dict[str, int]]:
    told = StringIO()
    call_command("load_pack", stdout=told)
    return json.loads(told.getvalue().splitlines()[-1])["loaded"]


def test_what_sellers_read_of_a_rule_is_there_in_every_language_of_the_pack() -> None:
    load()
    others = set(PolicyVersion.objects.first().titles) - {"en"}
    assert len(others) == 3
    for version in RuleVersion.objects.select_related("rule"):
        assert set(version.reasons) == others, version.rule.code
        assert version.reason not in version.reasons.values(), version.rule.code


def test_shipped_pack_loads_once() -> None:
    first = load()
    assert PolicyVersion.objects.count() == first["policies"]["added"] >= 28
    assert set(RuleVersion.objects.values_list("state", flat=True)) == {"live"}
    assert SchemeAssignment.objects.filter(entity_type="seller", market="DE").get().scheme.code == "deplete_1000"
    assert SignalDefinition.objects.filter(name="late_dispatch_rate_30d", version=1).exists()
    assert set(Scorecard.objects.values_list("entity_type", flat=True)) == {"seller", "buyer"}
    assert Queue.objects.get(code="fraud").sla_hours["critical"] == 4
    second = load()
    assert all((line["added"], line["changed"]) == (0, 0) for line in second.values())
