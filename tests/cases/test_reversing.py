from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.actions.reversing import reverse_entry, supersede_decision
from cases.actions.sanctions import reverse_sanction
from cases.models import Case, Decision, DecisionNotice, LedgerEntry, Sanction
from cases.queries.standing import kinds_in_force, ledger_of, standing_of
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Role
from governance.models import Approval, AuditEntry, OutboxFact
from tests.builders.cases import (
    AS_OF,
    COUNTERFEIT,
    SCAM,
    decide,
    make_account,
    make_analyst,
    open_case,
)
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_CRITICAL, FAKE_HIGH, LATE_HIGH, LATE_MEDIUM, LATE_NOT, SCAM_ESCALATE

pytestmark = pytest.mark.usefixtures("shipped")
FAKE_NOT = ("no", "no")


@pytest.fixture
def senior(shipped: None) -> Actor:
    return make_person(Role.SENIOR_ANALYST, markets=("BR",))


def entry_of(decision_id: int) -> int:
    return LedgerEntry.objects.get(decision_id=decision_id, kind="violation").pk


def in_force(entity_id: int) -> set[tuple[int, int, str]]:
    rows = Sanction.objects.filter(entity_id=entity_id, state__in=("active", "held"))
    return set(rows.values_list("decision_id", "milestone", "kind"))


class TestReversingPoints:
    def test_everything_that_followed_is_undone(self, analyst: Actor, senior: Actor):
        seller = make_account()
        decided = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        reverse_entry(actor=senior, entry_id=entry_of(decided.decision_id), reason="The brand owner erred")
        assert standing_of(seller.pk, timezone.now()).value == 0
        assert in_force(seller.pk) == set()
        assert kinds_in_force(seller.pk) == []
        assert set(Sanction.objects.values_list("state", "reversed_by")) == {("reversed", "ledger")}
        assert sum(row.points for row in ledger_of(seller.pk)) == 0
        facts = OutboxFact.objects.filter(name="sanction_reversed")
        freed = {feature for fact in facts for feature in fact.payload["freed"]}
        assert {"campaigns", "listing_creation"} <= freed
        assert OutboxFact.objects.get(name="entry_reversed").payload["decision_id"] == decided.decision_id
        assert AuditEntry.objects.get(action="entry_reversed").reason == "The brand owner erred"
        told = DecisionNotice.objects.order_by("-pk").first()
        assert told.title.startswith("Retiramos nossa decisão de")

    def test_held_sanctions_ask_for_approval_no_longer(self, analyst: Actor, senior: Actor):
        decided = decide(analyst, open_case(rule=COUNTERFEIT), FAKE_CRITICAL)
        assert Approval.objects.filter(state="pending").count() == 3
        reverse_entry(actor=senior, entry_id=entry_of(decided.decision_id), reason="Wrong shop")
        assert not Approval.objects.filter(state="pending").exists()

    def test_a_later_milestone_becomes_the_one_that_would_have_been_crossed(self, analyst: Actor, senior: Actor):
        seller = make_account()
        first = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        second = decide(analyst, open_case(seller, SCAM), ("yes", "no"))
        assert second.standing == 48
        reverse_entry(actor=senior, entry_id=entry_of(first.decision_id), reason="Wrong")
        assert standing_of(seller.pk, timezone.now()).value == 24
        made = in_force(seller.pk)
        assert {decision for decision, _, _ in made} == {second.decision_id}
        assert {milestone for _, milestone, _ in made} == {12, 24}
        campaign = Sanction.objects.get(kind="campaign_block", milestone=24, state="active")
        assert campaign.starts_at == Decision.objects.get(pk=second.decision_id).decided_at

    def test_a_repeat_costs_what_it_would_have_cost(self, analyst: Actor, senior: Actor):
        seller = make_account()
        first = decide(analyst, open_case(seller), LATE_HIGH)
        second = decide(analyst, open_case(seller, as_of=AS_OF + timedelta(days=8)), LATE_HIGH)
        assert (first.points, second.points) == (4, 6)
        reverse_entry(actor=senior, entry_id=entry_of(first.decision_id), reason="Outage on record")
        assert standing_of(seller.pk, timezone.now()).value == 4
        assert [(row.kind, row.points) for row in ledger_of(seller.pk)][:2] == [("adjustment", -2), ("reversal", -4)]

    def test_not_twice_and_only_violations(self, analyst: Actor, senior: Actor):
        seller = make_account()
        entry_id = entry_of(decide(analyst, open_case(seller), LATE_HIGH).decision_id)
        reverse_entry(actor=senior, entry_id=entry_id, reason="Wrong")
        with pytest.raises(Conflict, match="already"):
            reverse_entry(actor=senior, entry_id=entry_id, reason="Wrong")
        reversal = LedgerEntry.objects.get(kind="reversal")
        with pytest.raises(Conflict, match="reversal"):
            reverse_entry(actor=senior, entry_id=reversal.pk, reason="Wrong")

    def test_only_who_may_and_where_they_may(self, analyst: Actor):
        entry_id = entry_of(decide(analyst, open_case(), LATE_HIGH).decision_id)
        with pytest.raises(NotAllowed):
            reverse_entry(actor=analyst, entry_id=entry_id, reason="Wrong")
        with pytest.raises(NotFound):
            reverse_entry(actor=make_person(Role.SENIOR_ANALYST, markets=("DE",)), entry_id=entry_id, reason="Wrong")
        with pytest.raises(InvalidInput):
            reverse_entry(actor=analyst, entry_id=entry_id, reason=" ")

    def test_a_sanction_that_a_person_lifted_stays_lifted(self, analyst: Actor, senior: Actor):
        seller = make_account()
        kept = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        late = decide(analyst, open_case(seller), LATE_MEDIUM)
        lifted = Sanction.objects.get(kind="campaign_block")
        reverse_sanction(actor=senior, sanction_id=lifted.pk, reason="Campaign with the minister")
        reverse_entry(actor=senior, entry_id=entry_of(late.decision_id), reason="Wrong")
        assert (kept.decision_id, 24, "campaign_block") not in in_force(seller.pk)
        assert (kept.decision_id, 24, "affiliate_block") in in_force(seller.pk)


class TestSuperseding:
    def test_no_violation_instead_of_one_leaves_the_account_as_before(self, analyst: Actor, senior: Actor):
        seller = make_account()
        old = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        done = supersede_decision(
            actor=senior, decision_id=old.decision_id, answers=FAKE_NOT, rationale="Invoices are in order"
        )
        assert (done.outcome, done.standing, done.points) == ("no_violation", 0, 0)
        assert in_force(seller.pk) == set()
        new = Decision.objects.get(pk=done.decision_id)
        assert (new.supersedes_id, new.decided_by_id) == (old.decision_id, senior.person_id)
        assert new.notices.get().title.startswith("Retiramos nossa decisão")
        assert Case.objects.get().state == "decided"
        fact = OutboxFact.objects.filter(name="decision_made").order_by("-pk").first()
        assert fact.payload["supersedes"] == old.decision_id
        assert AuditEntry.objects.get(action="decision_superseded").before["outcome"] == "violation"

    def test_a_milder_one_counts_from_when_the_first_did(self, analyst: Actor, senior: Actor):
        seller = make_account()
        old = decide(analyst, open_case(seller), LATE_HIGH)
        first = LedgerEntry.objects.get()
        supersede_decision(actor=senior, decision_id=old.decision_id, answers=LATE_MEDIUM, rationale="Below a quarter")
        assert standing_of(seller.pk, timezone.now()).value == 3
        entry = LedgerEntry.objects.filter(kind="violation").order_by("-pk").first()
        assert (entry.at, entry.expires_at) == (first.at, first.expires_at)
        assert Case.objects.get().severity == "medium"

    def test_a_violation_instead_of_none_counts_from_now(self, analyst: Actor, senior: Actor):
        seller = make_account()
        old = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_NOT)
        done = supersede_decision(
            actor=senior, decision_id=old.decision_id, answers=FAKE_HIGH, rationale="The invoices are forged"
        )
        assert (done.points, done.standing) == (24, 24)
        assert len(in_force(seller.pk)) == 6
        assert DecisionNotice.objects.get().decision_id == done.decision_id
        entry = LedgerEntry.objects.get()
        assert entry.at > Decision.objects.get(pk=old.decision_id).decided_at

    def test_there_and_back_again_is_as_at_first(self, analyst: Actor, senior: Actor):
        seller = make_account()
        first = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        decide(analyst, open_case(seller), LATE_HIGH)
        before = standing_of(seller.pk, timezone.now())
        kinds = sorted(kinds_in_force(seller.pk))
        gone = supersede_decision(actor=senior, decision_id=first.decision_id, answers=FAKE_NOT, rationale="Invoices")
        assert standing_of(seller.pk, timezone.now()).value == 4
        supersede_decision(actor=senior, decision_id=gone.decision_id, answers=FAKE_HIGH, rationale="Forged")
        after = standing_of(seller.pk, timezone.now())
        assert (after.value, after.points, after.violations_by_policy) == (
            before.value,
            before.points,
            before.violations_by_policy,
        )
        assert sorted(kinds_in_force(seller.pk)) == kinds

    def test_only_the_newest_and_only_what_settled_a_case(self, analyst: Actor, senior: Actor):
        old = decide(analyst, open_case(), LATE_HIGH)
        supersede_decision(actor=senior, decision_id=old.decision_id, answers=LATE_NOT, rationale="No")
        with pytest.raises(Conflict, match="took the place"):
            supersede_decision(actor=senior, decision_id=old.decision_id, answers=LATE_NOT, rationale="No")
        waiting = decide(analyst, open_case(rule=SCAM), SCAM_ESCALATE, rationale="A wave")
        with pytest.raises(Conflict, match="did not settle"):
            supersede_decision(actor=senior, decision_id=waiting.decision_id, answers=("no", "no"), rationale="No")

    def test_it_needs_a_reason_and_an_outcome(self, analyst: Actor, senior: Actor):
        old = decide(analyst, open_case(), LATE_HIGH)
        with pytest.raises(InvalidInput, match="needs a reason"):
            supersede_decision(actor=senior, decision_id=old.decision_id, answers=LATE_NOT, rationale="")
        scam = decide(analyst, open_case(rule=SCAM), ("yes", "no"))
        with pytest.raises(InvalidInput, match="These answers end in"):
            supersede_decision(actor=senior, decision_id=scam.decision_id, answers=SCAM_ESCALATE, rationale="Hm")
        assert LedgerEntry.objects.filter(kind="reversal").count() == 0

    def test_only_who_may(self, analyst: Actor):
        old = decide(analyst, open_case(), LATE_HIGH)
        with pytest.raises(NotAllowed):
            supersede_decision(actor=analyst, decision_id=old.decision_id, answers=LATE_NOT, rationale="No")
        with pytest.raises(NotFound):
            supersede_decision(actor=analyst, decision_id=0, answers=LATE_NOT, rationale="No")


STEPS = st.lists(
    st.tuples(st.sampled_from(["late", "fake"]), st.booleans(), st.one_of(st.none(), st.integers(0, 5))),
    min_size=2,
    max_size=6,
)
WAYS = {("late", True): LATE_HIGH, ("late", False): LATE_MEDIUM, ("fake", True): FAKE_HIGH, ("fake", False): FAKE_HIGH}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_decisions_and_reversals_all_is_as_if_the_reversed_had_never_been_made(shipped: None, steps):
    """Two accounts live through the same decisions; one is spared those that are reversed on the other."""
    actor, senior = make_analyst("BR"), make_person(Role.SENIOR_ANALYST, markets=("BR",))
    seller, spared = make_account(), make_account()
    made: list[tuple[int, str, tuple[str, ...]]] = []
    gone: set[int] = set()
    for number, (kind, is_grave, target) in enumerate(steps):
        if target is not None and made:
            decision_id = made[target % len(made)][0]
            if decision_id not in gone:
                reverse_entry(actor=senior, entry_id=entry_of(decision_id), reason="Wrong")
                gone.add(decision_id)
            continue
        rule = COUNTERFEIT if kind == "fake" else "LATE-DISPATCH-ENFORCED"
        case = open_case(seller, rule, AS_OF + timedelta(days=8 * number))
        made.append((decide(actor, case, WAYS[kind, is_grave]).decision_id, rule, WAYS[kind, is_grave]))
    kept = []
    for number, (decision_id, rule, way) in enumerate(made):
        if decision_id not in gone:
            case = open_case(spared, rule, AS_OF + timedelta(days=8 * number))
            kept.append((decision_id, decide(actor, case, way).decision_id))
    now = timezone.now()
    one, other = standing_of(seller.pk, now), standing_of(spared.pk, now)
    assert (one.value, one.points, one.zone, one.violations_by_policy) == (
        other.value,
        other.points,
        other.zone,
        other.violations_by_policy,
    )
    names = dict(kept)
    assert {(names[decision], *rest) for decision, *rest in in_force(seller.pk)} == in_force(spared.pk)
    assert sorted(kinds_in_force(seller.pk)) == sorted(kinds_in_force(spared.pk))
