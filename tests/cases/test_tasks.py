"""The shells do what their actions do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import tasks
from cases.actions.claiming import claim_case
from cases.models import Case, Sanction
from governance.actions import outbox
from governance.actions.escalating import acknowledge_escalation, open_escalation, resolve_escalation
from governance.actions.outbox import work_off_waiting
from governance.domain.actors import Actor
from governance.domain.escalations import Severity
from governance.domain.roles import Role
from governance.domain.subjects import Subject
from tests.builders.cases import COUNTERFEIT, decide, make_account, make_hit, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_HIGH

pytestmark = pytest.mark.usefixtures("shipped")


def test_hits_become_cases_and_cases_follow_escalations(analyst: Actor):
    outbox.emit("rules_hit", {"hit_ids": [make_hit(make_account()).pk]})
    work_off_waiting()
    case = Case.objects.get()
    ops = make_person(Role.OPS, markets=("BR",))
    subject = Subject("case", str(case.pk), str(case))
    row = open_escalation(actor=ops, subject=subject, market="BR", severity=Severity.SEV2, summary="Press")
    work_off_waiting()
    assert Case.objects.get().state == "escalated"
    acknowledge_escalation(actor=ops, escalation_id=row.id)
    resolve_escalation(actor=ops, escalation_id=row.id, text="Answered")
    work_off_waiting()
    assert Case.objects.get().state == "new"


def test_the_clock_releases_ages_and_expires(analyst: Actor):
    decide(analyst, open_case(rule=COUNTERFEIT), FAKE_HIGH)
    case = open_case()
    claim_case(actor=analyst, case_id=case.pk)
    past = timezone.now() - timedelta(hours=1)
    Case.objects.filter(pk=case.pk).update(lease_until=past, age_changes_at=past, opened_at=past, sla_due_at=past)
    Sanction.objects.filter(kind="campaign_block").update(ends_at=past)
    tasks.release_leases()
    tasks.move_up_aged_cases()
    tasks.expire_sanctions()
    moved = Case.objects.get(pk=case.pk)
    assert (moved.state, moved.priority_parts["age_factor"]) == ("new", 3.0)
    assert Sanction.objects.get(kind="campaign_block").state == "expired"
