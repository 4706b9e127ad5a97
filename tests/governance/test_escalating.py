from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.actions import escalating
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.escalations import CLOCKS, EscalationState, Severity
from governance.domain.roles import Role
from governance.domain.subjects import Subject
from governance.models import AuditEntry, Escalation, EscalationUpdate, OutboxFact
from governance.queries.escalations import escalation_counts, escalations_about, visible_escalations
from tests.builders.governance import make_markets, make_person

pytestmark = pytest.mark.django_db
CASE = Subject("case", "12", "Case 12", "/cases/12")


@pytest.fixture
def ops() -> Actor:
    make_markets()
    return make_person(Role.OPS, markets=("BR",))


def open_one(actor: Actor, severity: Severity = Severity.SEV2, **fields: object) -> int:
    given = {"subject": CASE, "market": "BR", "summary": "Ring of 40 sellers", **fields}
    return escalating.open_escalation(actor=actor, severity=severity, **given).id


@pytest.mark.parametrize("severity", list(Severity))
def test_the_first_update_is_due_by_the_clock_of_the_severity(ops: Actor, severity: Severity):
    before = timezone.now()
    row = Escalation.objects.get(pk=open_one(ops, severity))
    assert row.next_update_due_at - row.opened_at == CLOCKS[severity].first
    assert row.opened_at >= before


def test_it_lives_from_opened_to_closed_with_every_step_on_the_timeline(ops: Actor):
    key = open_one(ops)
    escalating.acknowledge_escalation(actor=ops, escalation_id=key)
    escalating.start_mitigating(actor=ops, escalation_id=key, text="Payouts held")
    escalating.post_update(actor=ops, escalation_id=key, text="30 of 40 held")
    done = escalating.resolve_escalation(actor=ops, escalation_id=key, text="All held")
    assert done.next_update_due_at is None
    escalating.close_escalation(actor=ops, escalation_id=key, text="Reviewed")
    row = Escalation.objects.get(pk=key)
    assert row.state == EscalationState.CLOSED
    assert row.owner_id == ops.person_id
    steps = [line.to_state for line in row.updates.all()]
    assert steps == ["opened", "acknowledged", "mitigating", "mitigating", "resolved", "closed"]
    assert AuditEntry.objects.filter(subject_kind="escalation", subject_id=str(key)).count() == 6
    names = OutboxFact.objects.order_by("id").values_list("name", flat=True)
    assert list(names) == ["escalation_opened", "escalation_acknowledged", "escalation_resolved"]


def test_an_update_sets_the_clock_again_and_a_late_one_is_marked(ops: Actor):
    key = open_one(ops)
    Escalation.objects.filter(pk=key).update(next_update_due_at=timezone.now() - timedelta(minutes=1))
    assert escalation_counts(ops).overdue == 1
    escalating.post_update(actor=ops, escalation_id=key, text="Late, sorry")
    assert EscalationUpdate.objects.latest("id").was_late
    assert escalation_counts(ops).overdue == 0


def test_steps_out_of_order_are_refused(ops: Actor):
    key = open_one(ops)
    with pytest.raises(Conflict, match="opened cannot become resolved"):
        escalating.resolve_escalation(actor=ops, escalation_id=key, text="x")


def test_no_updates_after_the_end(ops: Actor):
    key = open_one(ops)
    escalating.acknowledge_escalation(actor=ops, escalation_id=key)
    escalating.resolve_escalation(actor=ops, escalation_id=key, text="Done")
    with pytest.raises(Conflict, match="updates are over"):
        escalating.post_update(actor=ops, escalation_id=key, text="more")


def test_words_are_required(ops: Actor):
    with pytest.raises(InvalidInput, match="Say in one line"):
        open_one(ops, summary=" ")
    key = open_one(ops)
    with pytest.raises(InvalidInput):
        escalating.post_update(actor=ops, escalation_id=key, text=" ")


def test_another_market_does_not_exist(ops: Actor):
    key = open_one(ops)
    other = make_person(Role.OPS, markets=("ID",))
    assert not visible_escalations(other).exists()
    assert escalations_about(other, "case", "12") == []
    with pytest.raises(NotFound):
        escalating.acknowledge_escalation(actor=other, escalation_id=key)


def test_an_analyst_opens_but_does_not_run(ops: Actor):
    analyst = make_person(Role.ANALYST, markets=("BR",))
    key = open_one(analyst)
    with pytest.raises(NotAllowed):
        escalating.acknowledge_escalation(actor=analyst, escalation_id=key)
    escalating.acknowledge_escalation(actor=ops, escalation_id=key)


def test_the_timeline_is_append_only(ops: Actor):
    open_one(ops)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        EscalationUpdate.objects.update(text="nothing happened")
