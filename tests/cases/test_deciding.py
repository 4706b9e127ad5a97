from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.actions.claiming import claim_case, start_review
from cases.actions.deciding import decide_case
from cases.domain.milestones import sanctions_due
from cases.models import Case, CaseTransition, Decision, DecisionNotice, LedgerEntry, Sanction
from cases.queries.preview import preview_decision
from cases.queries.standing import kinds_in_force, ledger_of, lines_of, sanctions_on, standing_of
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Role
from governance.models import Approval, AuditEntry, Escalation, OutboxFact
from policies.models import SchemeAssignment
from policies.queries.policies import policy_version
from policies.queries.schemes import scheme_for
from tests.builders.cases import (
    AS_OF,
    COUNTERFEIT,
    SCAM,
    decide,
    make_account,
    make_analyst,
    make_hit,
    open_case,
    take_in,
)
from tests.builders.governance import make_person
from tests.builders.threads import results_of, run_together

pytestmark = pytest.mark.usefixtures("shipped")

# Ways through the guides of the shipped policies.
LATE_MEDIUM, LATE_HIGH, LATE_NOT = ("yes", "no"), ("yes", "yes"), ("no", "no")
FAKE_HIGH, FAKE_CRITICAL, FAKE_UNKNOWN = ("yes", "no"), ("yes", "yes"), ("no", "yes", "no", "no")
SCAM_ESCALATE = ("no", "yes")


def test_a_violation_is_decided_to_the_end(analyst: Actor):
    seller = make_account(attributes={"locale": "pt-BR"})
    case = open_case(seller)
    decided = decide(analyst, case, LATE_HIGH, rationale="30 of 212 late")
    settled = Case.objects.get()
    decision = Decision.objects.get()
    assert (settled.state, settled.assignee_id, settled.lease_until) == ("decided", None, None)
    assert (settled.decided_by_id, settled.severity) == (analyst.person_id, "high")
    assert (decision.outcome, decision.severity, decision.rationale) == ("violation", "high", "30 of 212 late")
    assert decision.policy_version_id == case.policy_version_id
    assert [(step["node"], step["answer"]) for step in decision.tree_path] == [
        ("above_limit", "yes"),
        ("is_severe", "yes"),
    ]
    assert decision.tree_path[0]["question"].startswith("Is the late dispatch rate above 10 %")
    entry = LedgerEntry.objects.get()
    assert (entry.points, entry.kind, entry.severity, entry.decision_id) == (4, "violation", "high", decision.pk)
    assert entry.expires_at - entry.at == timedelta(days=90)
    assert entry.at == settled.decided_at == decision.decided_at
    assert (decided.points, decided.standing, decided.sanction_ids, decided.escalation_id) == (4, 4, (), None)
    notice = DecisionNotice.objects.get()
    assert (notice.pk, notice.locale, notice.entity_id) == (decided.notice_id, "pt", seller.pk)
    assert seller.name in notice.body
    assert "4 pontos; a conta está agora em 4 de 48" in notice.body
    assert CaseTransition.objects.filter(case=case).last().to_state == "decided"


def test_a_decision_is_audited_and_told(analyst: Actor):
    case = open_case()
    decided = decide(analyst, case, LATE_MEDIUM)
    entry = AuditEntry.objects.get(action="case_decided")
    assert (entry.actor_id, entry.subject_id, entry.market) == (analyst.id, str(case.pk), "BR")
    assert entry.before == {"standing": 0}
    assert entry.after["points"] == 3
    fact = OutboxFact.objects.get(name="decision_made").payload
    assert (fact["decision_id"], fact["outcome"], fact["points"]) == (decided.decision_id, "violation", 3)


def test_no_violation_settles_the_case_without_consequences(analyst: Actor):
    decided = decide(analyst, open_case(), LATE_NOT)
    assert (decided.state, decided.outcome, decided.points, decided.notice_id) == ("decided", "no_violation", 0, None)
    assert not LedgerEntry.objects.exists()
    assert Decision.objects.get().actions == []


def test_a_milestone_brings_its_sanctions(analyst: Actor):
    seller = make_account()
    decided = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
    assert (decided.points, decided.standing) == (24, 24)
    sanctions = {row.kind: row for row in Sanction.objects.all()}
    assert {kind: (row.milestone, row.days, row.state) for kind, row in sanctions.items()} == {
        "campaign_block": (24, 14, "active"),
        "affiliate_block": (24, 14, "active"),
        "subsidy_block": (12, 7, "active"),
        "listing_create_block": (24, 14, "active"),
        "livestream_demotion": (24, 14, "active"),
        "recommendation_removal": (24, 14, "active"),
    }
    block = sanctions["campaign_block"]
    assert block.ends_at - block.starts_at == timedelta(days=14)
    fact = OutboxFact.objects.get(name="sanction_applied", payload__kind="listing_create_block").payload
    assert fact["restricted"] == ["listing_creation"]
    assert len(kinds_in_force(seller.pk)) == 6
    assert Decision.objects.get().actions[0]["kind"] == "points"


def test_severe_sanctions_wait_for_a_second_person(analyst: Actor):
    decide(analyst, open_case(rule=COUNTERFEIT), FAKE_CRITICAL)
    states = dict(Sanction.objects.values_list("kind", "state"))
    assert states["shop_termination"] == states["shop_suspension"] == states["legal_referral"] == "held"
    assert states["payout_hold"] == "active"
    held = Sanction.objects.get(kind="shop_termination")
    assert (held.starts_at, held.ends_at) == (None, None)
    request = Approval.objects.get(subject_id=str(held.pk))
    assert (request.action, request.state, request.requested_by_id) == ("apply_sanction", "pending", analyst.person_id)
    assert request.markets == ["BR"]
    assert OutboxFact.objects.filter(name="sanction_held").count() == 3


def test_the_scheme_is_that_of_the_market():
    german = make_analyst("DE")
    decided = decide(german, open_case(make_account("DE")), LATE_HIGH)
    assert (decided.points, decided.standing) == (16, 184)
    assert LedgerEntry.objects.get().points == -16
    assert DecisionNotice.objects.get().locale == "de"
    assert "16 Punkte weniger; das Konto steht nun bei 184 von 1000" in DecisionNotice.objects.get().body


def test_repeats_cost_more(analyst: Actor):
    seller = make_account()
    points = []
    for number in range(3):
        case = open_case(seller, as_of=AS_OF + timedelta(days=8 * number))
        points.append(decide(analyst, case, LATE_HIGH).points)
    assert points == [4, 6, 8]
    assert standing_of(seller.pk, timezone.now()).value == 18


def test_a_severity_of_ones_own_needs_a_reason_and_stays_within_the_policy(analyst: Actor):
    case = open_case()
    with pytest.raises(InvalidInput) as caught:
        decide(analyst, case, LATE_MEDIUM, severity="high")
    assert caught.value.problems[0].field == "rationale"
    with pytest.raises(InvalidInput, match="critical is not possible"):
        decide(analyst, case, LATE_MEDIUM, severity="critical", rationale="so")
    assert decide(analyst, case, LATE_MEDIUM, severity="high", rationale="Second warning").severity == "high"


def test_nothing_is_written_when_the_answers_do_not_end(analyst: Actor):
    case = open_case()
    with pytest.raises(InvalidInput, match="Still open"):
        decide(analyst, case, ("yes",))
    assert not Decision.objects.exists()
    assert Case.objects.get().state == "assigned"


def test_what_one_cannot_tell_goes_back_with_the_reason(analyst: Actor):
    case = open_case(rule=COUNTERFEIT)
    with pytest.raises(InvalidInput, match="colleague"):
        decide(analyst, case, FAKE_UNKNOWN)
    decided = decide(analyst, case, FAKE_UNKNOWN, rationale="No photo of the label")
    back = Case.objects.get()
    assert (decided.outcome, back.state, back.assignee_id, back.decided_at) == ("cannot_tell", "new", None, None)
    assert CaseTransition.objects.filter(case=case).last().reason == "No photo of the label"
    assert decide(make_analyst("BR"), case, FAKE_HIGH).outcome == "violation"
    assert list(Decision.objects.order_by("pk").values_list("outcome", flat=True)) == ["cannot_tell", "violation"]


def test_a_guide_that_ends_in_escalate_opens_an_escalation(analyst: Actor):
    case = open_case(rule=SCAM)
    decided = decide(analyst, case, SCAM_ESCALATE, rationale="A new wave, 40 messages since noon")
    row = Escalation.objects.get(pk=decided.escalation_id)
    assert (row.subject_kind, row.subject_id, row.market_id) == ("case", str(case.pk), "BR")
    assert (row.severity, row.summary, row.details) == (2, case.title, "A new wave, 40 messages since noon")
    assert row.subject_url == f"/cases/{case.pk}/"
    waiting = Case.objects.get()
    assert (waiting.state, waiting.assignee_id, decided.state) == ("escalated", None, "escalated")


class TestWhoMayDecide:
    def test_only_who_has_the_case(self, analyst: Actor):
        case = open_case()
        with pytest.raises(Conflict, match="not claimed by you"):
            decide_case(actor=analyst, case_id=case.pk, revision=case.revision, answers=LATE_NOT)
        other = make_analyst("BR")
        claim = claim_case(actor=other, case_id=case.pk)
        with pytest.raises(Conflict, match=other.label):
            decide_case(actor=analyst, case_id=case.pk, revision=claim.revision, answers=LATE_NOT)

    def test_not_in_another_market(self, analyst: Actor):
        case = open_case(make_account("DE"))
        with pytest.raises(NotFound):
            decide_case(actor=analyst, case_id=case.pk, revision=1, answers=LATE_NOT)
        with pytest.raises(NotFound):
            preview_decision(analyst, case.pk, LATE_NOT)

    def test_not_who_only_looks(self):
        case = open_case()
        lead = make_person(Role.LEAD, markets=("BR",))
        with pytest.raises(NotAllowed):
            decide_case(actor=lead, case_id=case.pk, revision=1, answers=LATE_NOT)

    def test_not_on_what_changed_since(self, analyst: Actor):
        seller = make_account()
        case = open_case(seller, COUNTERFEIT)
        claim = claim_case(actor=analyst, case_id=case.pk)
        take_in([make_hit(seller, "BRAND-AT-HALF-PRICE", AS_OF + timedelta(hours=1))])
        with pytest.raises(Conflict, match="changed since"):
            decide_case(actor=analyst, case_id=case.pk, revision=claim.revision, answers=FAKE_HIGH)

    def test_not_twice(self, analyst: Actor):
        case = open_case()
        decide(analyst, case, LATE_HIGH)
        with pytest.raises(Conflict, match="decided"):
            decide_case(actor=analyst, case_id=case.pk, revision=case.revision + 1, answers=LATE_HIGH)
        assert LedgerEntry.objects.count() == 1

    def test_a_review_that_was_started_can_be_decided(self, analyst: Actor):
        case = open_case()
        claim_case(actor=analyst, case_id=case.pk)
        claim = start_review(actor=analyst, case_id=case.pk)
        done = decide_case(actor=analyst, case_id=case.pk, revision=claim.revision, answers=LATE_NOT)
        assert done.state == "decided"

    def test_not_without_a_scheme(self, analyst: Actor):
        SchemeAssignment.objects.all().delete()
        with pytest.raises(Conflict, match="No penalty scheme"):
            decide(analyst, open_case(), LATE_HIGH)


@pytest.mark.parametrize(
    ("rule", "answers"),
    [(None, LATE_HIGH), (None, LATE_NOT), (COUNTERFEIT, FAKE_HIGH), (COUNTERFEIT, FAKE_CRITICAL)],
)
def test_the_preview_is_exactly_what_happens(analyst: Actor, rule: str | None, answers: tuple[str, ...]):
    seller = make_account()
    decide(analyst, open_case(seller), LATE_HIGH)
    case = open_case(seller, rule, AS_OF + timedelta(days=9)) if rule else open_case(make_account())
    preview = preview_decision(analyst, case.pk, answers)
    decided = decide(analyst, case, answers)
    plan = preview.plan
    assert (plan.outcome, plan.severity, plan.points) == (decided.outcome, decided.severity, decided.points)
    after = standing_of(case.entity_id, timezone.now())
    assert (plan.after.value, plan.after.points, plan.after.zone) == (after.value, after.points, after.zone)
    made = [
        (row.kind, row.milestone, row.state == "held") for row in Sanction.objects.filter(pk__in=decided.sanction_ids)
    ]
    assert sorted(made) == sorted((row.kind, row.milestone, row.is_held) for row in preview.sanctions)
    notice = DecisionNotice.objects.filter(pk=decided.notice_id).first()
    if plan.notice is None:
        assert notice is None
    else:
        assert (notice.title, notice.body, notice.locale) == (plan.notice.title, plan.notice.body, plan.notice.locale)


def test_the_preview_writes_nothing_and_asks_little(analyst: Actor, django_assert_max_num_queries):
    case = open_case()
    before = [model.objects.count() for model in (Decision, LedgerEntry, AuditEntry, OutboxFact, CaseTransition)]
    with django_assert_max_num_queries(8):
        preview = preview_decision(analyst, case.pk, LATE_HIGH)
    assert preview.appeal_days == 30
    after = [model.objects.count() for model in (Decision, LedgerEntry, AuditEntry, OutboxFact, CaseTransition)]
    assert before == after


def test_a_decision_asks_a_bounded_number_of_queries(analyst: Actor, django_assert_max_num_queries):
    case = open_case()
    claim = claim_case(actor=analyst, case_id=case.pk)
    with django_assert_max_num_queries(25):
        decide_case(actor=analyst, case_id=case.pk, revision=claim.revision, answers=LATE_HIGH)


def test_decisions_ledger_and_notices_never_change(analyst: Actor):
    decide(analyst, open_case(), LATE_HIGH)
    for model, change in (
        (Decision, {"rationale": "x"}),
        (LedgerEntry, {"points": 0}),
        (DecisionNotice, {"body": "x"}),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            model.objects.all()._raw_delete("default")


def test_ledger_and_sanctions_are_read_as_rows(analyst: Actor):
    seller = make_account()
    decided = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
    (row,) = ledger_of(seller.pk)
    assert (row.points, row.policy_code, row.case_id, row.is_reversed) == (24, "IP-COUNTERFEIT", decided.case_id, False)
    rows = sanctions_on(seller.pk)
    assert len(rows) == 6
    assert {row.case_id for row in rows} == {decided.case_id}
    assert standing_of(make_account().pk, timezone.now()).value == 0
    assert standing_of(make_account(kind="listing").pk, timezone.now()) is None
    with pytest.raises(NotFound):
        standing_of(0, timezone.now())


@pytest.mark.django_db(transaction=True)
class TestDecisionsAtOnce:
    def test_two_decisions_on_one_account_do_not_both_miss_the_milestone(self):
        seller = make_account()
        analysts = [make_analyst("BR") for _ in range(4)]
        rules = ("COUNTERFEIT-TEXT", "PRICE-GOUGING", "OFF-PLATFORM-PAYMENT", "LATE-DISPATCH-ENFORCED")
        cases = [open_case(seller, rule) for rule in rules]
        claims = [claim_case(actor=actor, case_id=case.pk) for actor, case in zip(analysts, cases, strict=True)]
        calls = [
            partial(
                decide_case,
                actor=actor,
                case_id=case.pk,
                revision=claim.revision,
                answers=violating_answers(case),
            )
            for actor, case, claim in zip(analysts, cases, claims, strict=True)
        ]
        total = sum(result.points for result in results_of(run_together(*calls)))
        now = timezone.now()
        assert standing_of(seller.pk, now).value == min(total, 48)
        made = set(Sanction.objects.values_list("decision_id", "milestone", "kind"))
        due = sanctions_due(lines_of(seller.pk, scheme_for("BR", "seller", now)))
        assert made == {(found.decision_id, found.milestone, found.kind) for found in due}
        assert made

    def test_a_case_is_decided_once_though_submitted_twice(self):
        actor, case = make_analyst("BR"), open_case()
        claim = claim_case(actor=actor, case_id=case.pk)
        call = partial(decide_case, actor=actor, case_id=case.pk, revision=claim.revision, answers=LATE_HIGH)
        errors = [future.exception() for future in run_together(call, call)]
        assert sorted(type(error).__name__ for error in errors) == ["Conflict", "NoneType"]
        assert (Decision.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def violating_answers(case: Case) -> tuple[str, ...]:
    """Return the shortest way through the case's guide that finds a violation."""
    tree = policy_version(case.policy_version_id).tree
    ways = (tuple(answer for _, answer in way) for way, outcome in tree.paths() if outcome.kind == "violation")
    return min(ways, key=len)
