"""The page on which a decision is corrected, and its preview, which is the deed itself taken back."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.rehearsing import preview_correction
from cases.actions.reversing import supersede_decision
from cases.models import Case, Decision, DecisionNotice, LedgerEntry, Sanction
from cases.queries.standing import standing_of
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Role
from governance.models import AuditEntry, OutboxFact, User
from tests.builders.cases import AS_OF, COUNTERFEIT, SCAM, decide, make_account, open_case
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_CRITICAL, FAKE_HIGH, LATE_HIGH, LATE_MEDIUM, SCAM_ESCALATE
from tests.cases.test_reversing import FAKE_NOT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real_addresses(shipped: None, settings: object) -> None:
    settings.ROOT_URLCONF = "governance.project.urls"


@pytest.fixture
def senior(shipped: None) -> Actor:
    return make_person(Role.SENIOR_ANALYST, markets=("BR",))


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def traces() -> tuple[int, ...]:
    """Return how much there is of everything that a correction writes."""
    tables = (Decision, DecisionNotice, LedgerEntry, Sanction, AuditEntry, OutboxFact)
    return tuple(model.objects.count() for model in tables)


class TestRehearsing:
    @pytest.mark.parametrize("answers", [FAKE_NOT, FAKE_CRITICAL])
    def test_it_is_what_the_deed_does_and_leaves_no_trace(self, analyst: Actor, senior: Actor, answers):
        seller = make_account()
        old = decide(analyst, open_case(seller, COUNTERFEIT), FAKE_HIGH)
        decide(analyst, open_case(seller, SCAM), ("yes", "no"))
        before = traces()
        seen = preview_correction(actor=senior, decision_id=old.decision_id, answers=answers)
        assert traces() == before
        assert standing_of(seller.pk, timezone.now()).value == seen.before.value
        under_way = set(Sanction.objects.filter(state__in=["held", "active"]).values_list("pk", flat=True))
        done = supersede_decision(actor=senior, decision_id=old.decision_id, answers=answers, rationale="Wrong")
        now = set(Sanction.objects.filter(state__in=["held", "active"]).values_list("pk", flat=True))
        assert (seen.outcome, seen.after.value) == (done.outcome, done.standing)
        assert standing_of(seller.pk, timezone.now()).value == seen.after.value
        assert {row.id for row in seen.ended} == under_way - now
        assert len(seen.begun) == len(now - under_way)
        assert seen.points_back == -24
        assert seen.notice.title == DecisionNotice.objects.get(decision_id=done.decision_id).title

    def test_it_says_which_later_violations_cost_less(self, analyst: Actor, senior: Actor):
        seller = make_account()
        first = decide(analyst, open_case(seller), LATE_HIGH)
        second = open_case(seller, as_of=AS_OF.replace(day=20))
        decide(analyst, second, LATE_HIGH)
        seen = preview_correction(actor=senior, decision_id=first.decision_id, answers=("no", "no"))
        assert [(row.case_id, row.points) for row in seen.repriced] == [(second.pk, -2)]

    def test_it_refuses_what_the_deed_refuses(self, analyst: Actor, senior: Actor):
        old = decide(analyst, open_case(), LATE_HIGH)
        with pytest.raises(NotAllowed):
            preview_correction(actor=analyst, decision_id=old.decision_id, answers=LATE_MEDIUM)
        with pytest.raises(NotFound):
            preview_correction(actor=senior, decision_id=0, answers=LATE_MEDIUM)
        with pytest.raises(InvalidInput, match="says this already"):
            preview_correction(actor=senior, decision_id=old.decision_id, answers=LATE_HIGH)
        supersede_decision(actor=senior, decision_id=old.decision_id, answers=LATE_MEDIUM, rationale="Milder")
        with pytest.raises(Conflict):
            preview_correction(actor=senior, decision_id=old.decision_id, answers=LATE_HIGH)


class TestPages:
    def test_a_senior_analyst_corrects_and_the_account_is_told(self, analyst: Actor, senior: Actor):
        case = open_case(rule=COUNTERFEIT)
        old = decide(analyst, case, FAKE_HIGH)
        client, address = client_of(senior), reverse("cases:correct", args=[case.pk])
        assert address in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
        assert "You correct a decision." in client.get(address).content.decode()
        preview = client.get(reverse("cases:correction-preview", args=[case.pk]), {"answers": ",".join(FAKE_NOT)})
        for words in ("-24", "24 → <b>0</b>", "6 sanctions end", "Retiramos nossa decisão"):
            assert words in preview.content.decode().replace("\u2212", "-")
        given = {"decision": old.decision_id, "answers": ",".join(FAKE_NOT), "rationale": "Invoices are in order"}
        assert client.post(address, given).status_code == 302
        page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
        assert "corrects the one below" in page
        assert "Superseded" in page
        assert AuditEntry.objects.get(action="decision_superseded").reason == "Invoices are in order"
        assert DecisionNotice.objects.first().title.startswith("Retiramos nossa decisão")

    def test_without_a_reason_everything_entered_stays(self, analyst: Actor, senior: Actor):
        case = open_case(rule=COUNTERFEIT)
        old = decide(analyst, case, FAKE_HIGH)
        given = {"decision": old.decision_id, "answers": ",".join(FAKE_NOT), "rationale": " "}
        answer = client_of(senior).post(reverse("cases:correct", args=[case.pk]), given)
        assert answer.status_code == 422
        assert "A correction needs a reason." in answer.content.decode()
        assert f'value="{",".join(FAKE_NOT)}"' in answer.content.decode()

    def test_an_outcome_that_settles_nothing_is_said_in_the_preview(self, analyst: Actor, senior: Actor):
        case = open_case(rule=SCAM)
        decide(analyst, case, ("yes", "no"))
        address = reverse("cases:correction-preview", args=[case.pk])
        page = client_of(senior).get(address, {"answers": ",".join(SCAM_ESCALATE)}).content.decode()
        assert "A correction has to settle the case" in page

    def test_only_who_may_and_only_what_is_decided(self, analyst: Actor, senior: Actor):
        case = open_case()
        answer = client_of(senior).get(reverse("cases:correct", args=[case.pk]), follow=True)
        assert "no decision here that can be corrected" in answer.content.decode()
        old = decide(analyst, case, LATE_HIGH)
        assert (
            reverse("cases:correct", args=[case.pk])
            not in client_of(analyst).get(reverse("cases:detail", args=[case.pk])).content.decode()
        )
        address = reverse("cases:correct", args=[case.pk])
        assert client_of(analyst).get(address).status_code == 403
        given = {"decision": old.decision_id, "answers": ",".join(LATE_MEDIUM), "rationale": "Milder"}
        assert client_of(analyst).post(address, given).status_code == 403
        elsewhere = make_person(Role.SENIOR_ANALYST, markets=("DE",))
        assert client_of(elsewhere).get(address).status_code == 404
        assert Case.objects.get().revision == case.revision + 2

    def test_who_comes_second_is_told(self, analyst: Actor, senior: Actor):
        case = open_case()
        old = decide(analyst, case, LATE_HIGH)
        supersede_decision(actor=senior, decision_id=old.decision_id, answers=LATE_MEDIUM, rationale="Milder")
        given = {"decision": old.decision_id, "answers": "no,no", "rationale": "None at all"}
        answer = client_of(senior).post(reverse("cases:correct", args=[case.pk]), given, follow=True)
        assert "took the place of this one already" in answer.content.decode()
