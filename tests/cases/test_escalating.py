import pytest

from cases.actions.claiming import claim_case
from cases.actions.escalating import escalate_case, mark_escalated, mark_escalation_resolved
from cases.models import Case, CaseTransition
from governance.actions.escalating import acknowledge_escalation, open_escalation, resolve_escalation
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, InvalidInput, NotFound
from governance.domain.escalations import Severity
from governance.domain.roles import Role
from governance.domain.subjects import Subject
from governance.models import AuditEntry, Escalation, OutboxFact
from governance.project.routes import ROUTES
from tests.builders.cases import SCAM, decide, make_account, make_analyst, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import LATE_NOT, SCAM_ESCALATE

pytestmark = pytest.mark.usefixtures("shipped")


@pytest.fixture
def ops(shipped: None) -> Actor:
    return make_person(Role.OPS, markets=("BR",))


def newest(name: str) -> int:
    return OutboxFact.objects.filter(name=name).latest("pk").pk


def resolve(ops: Actor, escalation_id: int, text: str = "Blocked the ring") -> None:
    acknowledge_escalation(actor=ops, escalation_id=escalation_id)
    resolve_escalation(actor=ops, escalation_id=escalation_id, text=text)
    mark_escalation_resolved(fact_id=newest("escalation_resolved"))


def about(case_id: object) -> Subject:
    return Subject("case", str(case_id), "A case")


def test_an_escalated_case_waits_out_of_the_queue(analyst: Actor, ops: Actor):
    case = open_case()
    claim = claim_case(actor=analyst, case_id=case.pk)
    done = escalate_case(
        actor=analyst,
        case_id=case.pk,
        revision=claim.revision,
        severity=Severity.SEV2,
        summary="Ring of 40 sellers",
        details="All on one device",
        owner_id=ops.person_id,
    )
    waiting = Case.objects.get()
    assert (waiting.state, waiting.assignee_id, waiting.lease_until) == ("escalated", None, None)
    row = Escalation.objects.get(pk=done.id)
    assert (row.subject_id, row.market_id, row.owner_id, row.subject_url) == (
        str(case.pk),
        "BR",
        ops.person_id,
        f"/cases/{case.pk}/",
    )
    assert CaseTransition.objects.last().reason == f"Escalation {row.pk}: Ring of 40 sellers"
    assert AuditEntry.objects.get(action="case_escalated").after["escalation"] == row.pk


def test_the_fact_of_an_own_escalation_changes_nothing_more(analyst: Actor):
    case = open_case()
    escalate_case(actor=analyst, case_id=case.pk, revision=1, severity=Severity.SEV3, summary="Hm")
    mark_escalated(fact_id=newest("escalation_opened"))
    assert CaseTransition.objects.filter(case=case, to_state="escalated").count() == 1


def test_an_escalation_opened_elsewhere_takes_the_case_along_once(analyst: Actor, ops: Actor):
    case = open_case()
    claim_case(actor=analyst, case_id=case.pk)
    open_escalation(actor=ops, subject=about(case.pk), market="BR", severity=Severity.SEV1, summary="On the news")
    for _ in range(2):
        mark_escalated(fact_id=newest("escalation_opened"))
    assert Case.objects.get().state == "escalated"
    step = CaseTransition.objects.filter(case=case, to_state="escalated").get()
    assert step.reason.endswith("On the news")


def test_a_resolved_escalation_puts_the_case_back_with_how_it_ended(analyst: Actor, ops: Actor):
    case = open_case()
    done = escalate_case(actor=analyst, case_id=case.pk, revision=1, severity=Severity.SEV2, summary="Ring")
    resolve(ops, done.id)
    assert Case.objects.get().state == "new"
    assert CaseTransition.objects.filter(case=case).last().reason == f"Escalation {done.id} resolved: Blocked the ring"
    assert AuditEntry.objects.get(action="case_returned").after == {"state": "new", "escalation": done.id}
    assert decide(analyst, case, LATE_NOT).state == "decided"


def test_a_case_waits_until_its_last_escalation_is_resolved(analyst: Actor, ops: Actor):
    case = open_case()
    one = escalate_case(actor=analyst, case_id=case.pk, revision=1, severity=Severity.SEV2, summary="Ring")
    other = open_escalation(actor=ops, subject=about(case.pk), market="BR", severity=Severity.SEV3, summary="Press")
    mark_escalated(fact_id=newest("escalation_opened"))
    resolve(ops, one.id)
    assert Case.objects.get().state == "escalated"
    resolve(ops, other.id)
    assert Case.objects.get().state == "new"


def test_an_escalated_guide_outcome_returns_too(analyst: Actor, ops: Actor):
    case = open_case(rule=SCAM)
    done = decide(analyst, case, SCAM_ESCALATE, rationale="A wave")
    resolve(ops, done.escalation_id, "A known wave: decide as a scam")
    assert Case.objects.get().state == "new"


def test_a_fact_that_comes_late_leaves_a_case_alone(analyst: Actor, ops: Actor):
    case = open_case()
    row = open_escalation(actor=ops, subject=about(case.pk), market="BR", severity=Severity.SEV3, summary="Press")
    opened = newest("escalation_opened")
    resolve(ops, row.id)
    mark_escalated(fact_id=opened)
    assert Case.objects.get().state == "new"


def test_a_decided_case_stays_decided(analyst: Actor, ops: Actor):
    case = open_case()
    decide(analyst, case, LATE_NOT)
    row = open_escalation(actor=ops, subject=about(case.pk), market="BR", severity=Severity.SEV3, summary="Press")
    mark_escalated(fact_id=newest("escalation_opened"))
    resolve(ops, row.id)
    assert Case.objects.get().state == "decided"


@pytest.mark.parametrize("subject", [Subject("rule", "1", "A rule"), about(0), about("x1")])
def test_escalations_about_other_things_are_left_alone(ops: Actor, subject: Subject):
    case = open_case()
    row = open_escalation(actor=ops, subject=subject, market="BR", severity=Severity.SEV3, summary="Press")
    mark_escalated(fact_id=newest("escalation_opened"))
    resolve(ops, row.id)
    assert Case.objects.get(pk=case.pk).state == "new"


def test_who_may_not_escalate(analyst: Actor):
    case = open_case()
    german = open_case(make_account("DE"))
    claim_case(actor=make_analyst("BR"), case_id=case.pk)
    with pytest.raises(Conflict, match="has this case"):
        escalate_case(actor=analyst, case_id=case.pk, revision=2, severity=Severity.SEV3, summary="Hm")
    with pytest.raises(NotFound):
        escalate_case(actor=analyst, case_id=german.pk, revision=1, severity=Severity.SEV3, summary="Hm")
    third = open_case()
    with pytest.raises(Conflict, match="changed since"):
        escalate_case(actor=analyst, case_id=third.pk, revision=9, severity=Severity.SEV3, summary="Hm")
    with pytest.raises(InvalidInput):
        escalate_case(actor=analyst, case_id=third.pk, revision=1, severity=Severity.SEV3, summary=" ")
    assert Case.objects.get(pk=third.pk).state == "new"


def test_the_facts_reach_their_tasks():
    assert ROUTES["escalation_opened"] == ("cases.tasks.mark_escalated",)
    assert ROUTES["escalation_resolved"] == ("cases.tasks.mark_escalation_resolved",)
    assert ROUTES["rules_hit"] == ("cases.tasks.take_in_hits",)
