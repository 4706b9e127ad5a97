from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions.claiming import claim_case
from cases.actions.escalating import escalate_case
from cases.actions.notes import add_note
from cases.domain.lifecycle import DecisionOutcome
from cases.domain.precedents import likeness
from cases.domain.priority import Suspicion
from cases.models import Case
from cases.queries.cases import (
    case_counts,
    in_hands_of,
    in_nobodys_hands,
    matching,
    my_cases,
    open_ones,
    overdue_ones,
    queue_counts,
    queue_rows,
    with_outcome,
)
from cases.queries.workspace import case_view, cases_of, claim_view
from governance.domain.actors import Actor
from governance.domain.errors import InvalidInput, NotAllowed, NotFound
from governance.domain.escalations import Severity
from governance.domain.roles import Role
from policies.domain.rules import Outcome
from policies.models import SchemeAssignment
from tests.builders.cases import (
    AS_OF,
    COUNTERFEIT,
    SCAM,
    decide,
    make_account,
    make_analyst,
    make_event,
    make_hit,
    make_snapshot,
    open_case,
    take_in,
)
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_HIGH, LATE_HIGH, LATE_NOT

pytestmark = pytest.mark.usefixtures("shipped")


def keys(rows: object) -> list[int]:
    return sorted(row.pk for row in rows)


class TestQueueRows:
    def test_each_filter_keeps_what_it_says(self, analyst: Actor):
        free, mine, settled = open_case(), open_case(rule=COUNTERFEIT), open_case(rule=SCAM)
        claim_case(actor=analyst, case_id=mine.pk)
        decide(analyst, settled, ("no", "no"))
        Case.objects.filter(pk=free.pk).update(sla_due_at=timezone.now() - timedelta(hours=1))
        Case.objects.filter(pk=settled.pk).update(sla_due_at=timezone.now() - timedelta(hours=1))
        rows = queue_rows(analyst)
        assert keys(rows) == [free.pk, mine.pk, settled.pk]
        assert keys(open_ones(rows)) == [free.pk, mine.pk]
        assert keys(overdue_ones(rows, timezone.now())) == [free.pk]
        assert keys(in_hands_of(rows, analyst.person_id)) == [mine.pk]
        assert keys(in_nobodys_hands(rows)) == [free.pk]
        assert keys(with_outcome(rows, DecisionOutcome.NO_VIOLATION)) == [settled.pk]
        assert keys(with_outcome(rows, DecisionOutcome.VIOLATION)) == []
        assert keys(my_cases(analyst)) == [mine.pk]

    def test_a_row_is_read_whole(self, analyst: Actor, django_assert_num_queries):
        for _ in range(3):
            open_case()
        with django_assert_num_queries(1):
            read = [
                (str(row.entity), row.policy.code, row.queue.title, row.market.name, row.assignee)
                for row in queue_rows(analyst)
            ]
        assert {line[1:] for line in read} == {("PERF-LATE-DISPATCH", "Seller performance", "Brazil", None)}

    @pytest.mark.parametrize(
        ("text", "is_found"), [("jequit", True), ("S-77", True), ("  ", True), ("#0", False), ("nobody", False)]
    )
    def test_text_finds_accounts_by_name_and_id(self, analyst: Actor, text: str, is_found: bool):
        open_case(make_account(name="Loja Jequitibá", external_id="S-77"))
        assert matching(queue_rows(analyst), text).exists() is is_found

    def test_text_finds_a_case_by_its_number(self, analyst: Actor):
        case = open_case()
        open_case()
        assert keys(matching(queue_rows(analyst), f"#{case.pk}")) == [case.pk]
        assert not matching(queue_rows(analyst), "²").exists()

    def test_counts_are_those_of_the_viewer(self, analyst: Actor):
        open_case()
        late = open_case()
        claim_case(actor=analyst, case_id=late.pk)
        Case.objects.filter(pk=late.pk).update(sla_due_at=timezone.now() - timedelta(hours=1))
        open_case(make_account("DE"))
        counts = {count.code: count for count in queue_counts(analyst)}
        assert len(counts) == 7
        waiting = counts["seller_performance"]
        assert (waiting.new, waiting.in_work, waiting.overdue) == (1, 1, 1)
        assert counts["fraud"].new == 0
        rail = case_counts(analyst)
        assert (rail.new.number, rail.mine.number, rail.overdue.number) == (1, 1, 1)
        nobody = make_person()
        assert queue_counts(nobody) == []
        assert case_counts(nobody).new.number == 0


class TestCaseView:
    def test_it_holds_everything_a_reviewer_looks_at(self, analyst: Actor):
        seller = make_account()
        make_snapshot(seller)
        decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        other = open_case()
        decide(analyst, other, LATE_HIGH)
        event_id = make_event({"seller": seller}, "order_dispatched", {"title": "Bolsa"})
        trace = {"because": ["late dispatch rate (14.2 %) is above 10 %"], "tree": {}}
        case = Case.objects.get(pk=take_in([make_hit(seller, event_id=event_id, trace=trace)]).opened[0])
        claim_case(actor=analyst, case_id=case.pk)
        add_note(actor=analyst, case_id=case.pk, text="Asked for the scans")
        view = case_view(analyst, case.pk)
        assert (view.row.pk, view.policy.policy_code) == (case.pk, "PERF-LATE-DISPATCH")
        assert (view.claim.is_mine, view.claim.is_free, view.may_work, view.may_escalate) == (True, False, True, True)
        (evidence,) = view.evidence
        assert list(evidence.because) == ["late dispatch rate (14.2 %) is above 10 %"]
        assert evidence.signals["values"]["late_dispatch_rate_30d"] == 0.142
        assert evidence.score["value"] == 640
        assert evidence.event["payload"] == {"title": "Bolsa"}
        assert evidence.matched == {}
        assert [step.to_state for step in view.transitions] == ["new", "assigned"]
        assert [note.text for note in view.notes] == ["Asked for the scans"]
        assert (view.standing.value, view.standing.next_milestone) == (24, 36)
        assert view.scheme.code == "accumulate_48"
        assert len(view.sanctions) == 6
        assert [(brief.policy_code, brief.outcome) for brief in view.earlier] == [("IP-COUNTERFEIT", "violation")]
        (alike,) = view.similar
        assert (alike.id, alike.outcome, alike.likeness) == (other.pk, "violation", pytest.approx(5 / 6, abs=0.001))

    def test_it_shows_decisions_with_their_notices(self, analyst: Actor):
        case = open_case()
        decide(analyst, case, LATE_HIGH, rationale="Plain")
        view = case_view(analyst, case.pk)
        (decision,) = view.decisions
        assert (decision.rationale, decision.decided_by.name) == ("Plain", analyst.label)
        assert len(decision.notices.all()) == 1
        assert view.claim.is_free

    def test_it_takes_a_fixed_number_of_queries(self, analyst: Actor, django_assert_max_num_queries):
        seller = make_account()
        for number in range(4):
            decide(analyst, open_case(seller, as_of=AS_OF + timedelta(days=8 * number)), LATE_HIGH)
            decide(analyst, open_case(), LATE_NOT)
        case = open_case(seller, as_of=AS_OF + timedelta(days=60))
        take_in([make_hit(seller, as_of=AS_OF + timedelta(days=60, hours=hours)) for hours in range(1, 9)])
        escalate_case(actor=analyst, case_id=case.pk, revision=1, severity=Severity.SEV3, summary="Ring?")
        with django_assert_max_num_queries(15):
            view = case_view(analyst, case.pk)
            read = [view.row.entity.name, view.row.market.name, view.row.queue.title, view.row.policy.node.title]
            read += [notice.title for decision in view.decisions for notice in decision.notices.all()]
        assert (len(view.evidence), len(view.earlier), len(view.similar)) == (9, 4, 5)
        assert [row.summary for row in view.escalations] == ["Ring?"]
        assert view.row.state == "escalated"

    def test_another_market_does_not_exist(self):
        case = open_case(make_account("DE"))
        brazilian = make_analyst("BR")
        for read in (case_view, claim_view):
            with pytest.raises(NotFound):
                read(brazilian, case.pk)
        assert cases_of(brazilian, case.entity_id) == ()

    def test_earlier_and_similar_cases_of_another_market_do_not_show(self, analyst: Actor):
        german = make_analyst("DE")
        decide(german, open_case(make_account("DE")), LATE_HIGH)
        assert case_view(analyst, open_case().pk).similar == ()

    def test_somebody_elses_claim_names_them(self, analyst: Actor, django_assert_num_queries):
        case, other = open_case(), make_analyst("BR")
        assert claim_view(analyst, case.pk).is_free
        claim_case(actor=other, case_id=case.pk)
        with django_assert_num_queries(1):
            claim = claim_view(analyst, case.pk)
        assert (claim.is_mine, claim.holder, claim.is_free) == (False, other.label, False)
        assert claim_view(other, case.pk).is_mine

    def test_who_only_looks_may_not_work(self):
        view = case_view(make_person(Role.LEAD, markets=("BR",)), open_case().pk)
        assert (view.may_work, view.may_escalate) == (False, True)
        auditor = case_view(make_person(Role.AUDITOR), view.row.pk)
        assert (auditor.may_work, auditor.may_escalate) == (False, False)

    def test_an_account_without_a_scheme_has_no_standing(self, analyst: Actor):
        SchemeAssignment.objects.all().delete()
        view = case_view(analyst, open_case().pk)
        assert (view.scheme, view.standing) == (None, None)

    def test_the_cases_of_an_account_are_listed(self, analyst: Actor):
        seller = make_account()
        decide(analyst, open_case(seller), LATE_HIGH)
        open_case(seller, COUNTERFEIT)
        assert [(brief.policy_code, brief.outcome) for brief in cases_of(analyst, seller.pk)] == [
            ("IP-COUNTERFEIT", ""),
            ("PERF-LATE-DISPATCH", "violation"),
        ]


class TestNotes:
    @pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
    def test_a_note_has_words_and_not_too_many(self, analyst: Actor, text: str):
        with pytest.raises(InvalidInput):
            add_note(actor=analyst, case_id=open_case().pk, text=text)

    def test_a_note_leaves_the_revision_alone(self, analyst: Actor):
        case = open_case()
        add_note(actor=analyst, case_id=case.pk, text="Seen")
        assert Case.objects.get().revision == case.revision

    def test_who_only_looks_writes_no_note(self):
        with pytest.raises(NotAllowed):
            add_note(actor=make_person(Role.LEAD, markets=("BR",)), case_id=open_case().pk, text="Hm")


def test_likeness_weighs_rules_over_scores():
    one = Suspicion({"A": Outcome.REVIEW, "B": Outcome.HOLD}, 600, 0)
    assert likeness(one, one).value == 1
    assert likeness(one, Suspicion({"A": Outcome.REVIEW}, 500, 9)).value == pytest.approx((2 * 0.5 + 0.9) / 3)
    assert likeness(one, Suspicion({"C": Outcome.REVIEW}, 600, 0)).value == pytest.approx(1 / 3)
    assert likeness(Suspicion({}, None, 0), Suspicion({}, None, 0)).value == pytest.approx(0.5 / 3)
