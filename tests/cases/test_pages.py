import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from cases.actions.claiming import claim_case
from cases.actions.deciding import decide_case
from cases.models import Case, CaseNote, Decision
from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.models import Escalation, User
from tests.builders.cases import (
    COUNTERFEIT,
    LATE,
    SCAM,
    WEAPONS,
    decide,
    load_shipped_pack,
    make_account,
    make_analyst,
    make_event,
    make_hit,
    make_snapshot,
    open_case,
    take_in,
)
from tests.builders.governance import make_person
from tests.cases.test_deciding import FAKE_HIGH, LATE_HIGH, violating_answers

pytestmark = pytest.mark.django_db
QUEUE = "/cases"
MOST_QUERIES = 25


@pytest.fixture(autouse=True)
def _shipped(db: None) -> None:
    load_shipped_pack()


def sign_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def page(name: str, case: Case) -> str:
    return reverse(f"cases:{name}", args=[case.pk])


def form_of(case: Case, **given: object) -> dict[str, object]:
    case.refresh_from_db()
    fields = {"revision": case.revision, "answers": ",".join(LATE_HIGH), "seen_evidence": 0, "seen_transition": 0}
    return fields | given


class TestWhoSeesWhat:
    def test_a_case_of_another_market_does_not_exist(self):
        case = open_case(make_account("DE"))
        client = sign_in(make_analyst("BR"))
        assert client.get(page("detail", case)).status_code == 404
        assert client.get(page("presence", case)).status_code == 404
        assert client.get(page("preview", case)).status_code == 404
        for name in ("claim", "release", "keep", "decide", "note", "escalate"):
            given = {"text": "x", "severity": 2, "summary": "x", "revision": 1, "answers": "yes"}
            assert client.post(page(name, case), given).status_code == 404, name
        assert case.title not in client.get(QUEUE).content.decode()

    def test_a_case_of_another_queue_does_not_exist(self):
        case = open_case(rule=COUNTERFEIT)
        client = sign_in(make_analyst("BR", queues=("seller_performance",)))
        assert client.get(page("detail", case)).status_code == 404

    def test_without_the_permission_there_is_no_queue(self):
        assert sign_in(make_person(Role.ADMIN)).get(QUEUE).status_code == 404

    def test_an_auditor_reads_but_cannot_act(self):
        case = open_case()
        client = sign_in(make_person(Role.AUDITOR))
        shown = client.get(page("detail", case)).content.decode()
        assert "You may read this case, not decide it." in shown
        assert "data-submit" not in shown
        assert client.post(page("claim", case)).status_code == 403
        assert client.post(page("note", case), {"text": "x"}).status_code == 403
        assert client.post("/cases/next").status_code == 403
        assert client.post(page("decide", case), form_of(case)).status_code == 403
        assert not Decision.objects.exists()

    def test_strangers_are_led_to_the_sign_in_page(self):
        assert Client().get(QUEUE).status_code == 302


class TestQueue:
    def test_it_shows_open_cases_the_most_pressing_first(self):
        make_snapshot(rich := make_account(name="Rich"), score=900)
        low, high = open_case(make_account(name="Poor")), open_case(rich, COUNTERFEIT)
        decided = open_case(make_account(name="Over"))
        decide(make_analyst(), decided, LATE_HIGH)
        shown = sign_in(make_analyst()).get(QUEUE).content.decode()
        assert 0 < shown.index(page("detail", high)) < shown.index(page("detail", low))
        assert page("detail", decided) not in shown
        assert "severity 10 \u00d7 likelihood" in shown

    @pytest.mark.parametrize(
        ("query", "is_there"),
        [
            ("state=new", True),
            ("state=decided", False),
            ("state=all", True),
            ("queue=seller_performance", True),
            ("queue=brand_protection", False),
            ("severity=medium", True),
            ("severity=low", False),
            ("assignee=nobody", True),
            ("assignee=me", False),
            ("overdue=yes", False),
            ("overdue=no", True),
            ("q=sejahtera", True),
            ("q=nobody", False),
            ("outcome=violation", False),
        ],
    )
    def test_filters_narrow_it(self, query: str, is_there: bool):
        case = open_case(make_account(name="Toko Sejahtera"))
        shown = sign_in(make_analyst()).get(f"{QUEUE}?{query}").content.decode()
        assert (page("detail", case) in shown) is is_there

    def test_claiming_next_opens_the_most_pressing_case_of_the_queue(self):
        late, fake = open_case(), open_case(rule=COUNTERFEIT)
        client = sign_in(make_analyst())
        assert client.post("/cases/next").headers["Location"] == page("detail", fake)
        answer = client.post("/cases/next", {"queue": "seller_performance"})
        assert answer.headers["Location"] == f"{page('detail', late)}?queue=seller_performance"
        assert client.post("/cases/next").headers["Location"] == QUEUE

    def test_it_asks_a_bounded_number_of_queries(self, django_assert_max_num_queries):
        for _ in range(30):
            open_case()
        client = sign_in(make_analyst())
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(QUEUE).status_code == 200


class TestWorkspace:
    def test_it_shows_the_evidence_in_plain_words_with_the_matched_text(self):
        seller, listing = make_account(name="Loja Azul"), make_account(kind="listing")
        text = "Perfect replica of the watch, sent today with papers and box, ask for more."
        event = make_event({"seller": seller, "listing": listing}, "listing_created", {"text": text, "price": 12.5})
        tree = {
            "kind": "comparison",
            "truth": "true",
            "text": 'text.contains("replica")',
            "children": [
                {"kind": "field", "text": "text", "value": text},
                {"kind": "constant", "text": '"replica"', "value": "replica"},
            ],
        }
        make_snapshot(seller)
        trace = {"because": ["the text contains “replica”"], "tree": tree}
        take_in([make_hit(seller, COUNTERFEIT, event_id=event, trace=trace)])
        shown = sign_in(make_analyst()).get(page("detail", Case.objects.get())).content.decode()
        assert "the text contains “replica”" in shown
        assert "Perfect <mark>replica</mark> of the watch" in shown
        assert "Loja Azul" in shown

    def test_it_says_what_a_rate_rests_on(self):
        make_snapshot(seller := make_account())
        case = open_case(seller)
        shown = sign_in(make_analyst()).get(page("detail", case)).content.decode()
        assert "14.2\u00a0%" in shown
        assert "30 of 212 in 30 d" in shown

    def test_pictures_are_veiled_and_those_elsewhere_only_named(self):
        seller = make_account()
        pixel = "data:image/png;base64,iVBORw0KGgo="
        payload = {"photo": pixel, "image_url": "https://img.example.org/a.jpg", "fake": "data:image/svg+xml,<svg/>"}
        event = make_event({"seller": seller}, "listing_created", payload)
        take_in([make_hit(seller, COUNTERFEIT, event_id=event)])
        shown = sign_in(make_analyst()).get(page("detail", Case.objects.get())).content.decode()
        assert f'<img src="{pixel}"' in shown
        assert 'class="veil' in shown
        assert shown.count("<img") == 1
        assert "https://img.example.org/a.jpg" in shown
        assert 'href="https://img.example.org' not in shown

    def test_words_from_outside_are_escaped(self):
        case = open_case(make_account(name="<script>alert(1)</script>"))
        shown = sign_in(make_analyst()).get(page("detail", case)).content.decode()
        assert "<script>alert(1)" not in shown
        assert "&lt;script&gt;alert(1)" in shown

    def test_it_names_who_has_the_case(self):
        case = open_case()
        claim_case(actor=make_person(Role.ANALYST, markets=("BR",), name="Ines Duarte"), case_id=case.pk)
        client = sign_in(make_analyst())
        for name in ("detail", "presence"):
            assert "Ines Duarte works on this case now." in client.get(page(name, case)).content.decode()
        answer = client.post(page("claim", case), follow=True).content.decode()
        assert "Ines Duarte has this case now." in answer

    def test_it_asks_a_bounded_number_of_queries(self, django_assert_max_num_queries):
        seller = make_account()
        make_snapshot(seller)
        analyst = make_analyst()
        for rule in (COUNTERFEIT, SCAM, WEAPONS):
            earlier = open_case(seller, rule)
            decide(analyst, earlier, violating_answers(earlier))
        case = open_case(seller)
        take_in([make_hit(seller, LATE, as_of=case.as_of.replace(day=day)) for day in range(6, 26)])
        claim_case(actor=analyst, case_id=case.pk)
        client = sign_in(analyst)
        client.get(QUEUE)
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(page("detail", case)).status_code == 200


class TestDeciding:
    def test_the_preview_says_what_follows(self):
        case, answers = open_case(rule=COUNTERFEIT), ",".join(FAKE_HIGH)
        shown = sign_in(make_analyst()).get(page("preview", case), {"answers": answers}).content.decode()
        assert "data-ready" in shown
        assert "data-has-sanctions" in shown
        assert "+24" in shown
        assert "No part in campaigns" in shown
        assert "data-macro" in shown

    def test_the_preview_of_an_unfinished_guide_says_what_is_open(self):
        shown = sign_in(make_analyst()).get(page("preview", open_case()), {"answers": "yes"}).content.decode()
        assert "Still open" in shown
        assert "data-ready" not in shown

    def test_a_decision_leads_to_the_next_case_already_claimed(self):
        analyst, case, other = make_analyst(), open_case(), open_case()
        claim_case(actor=analyst, case_id=case.pk)
        answer = sign_in(analyst).post(page("decide", case), form_of(case))
        assert answer.headers["Location"] == page("detail", other)
        other.refresh_from_db()
        assert other.assignee_id == analyst.user_id
        assert Decision.objects.get().outcome == "violation"

    def test_a_refused_decision_keeps_what_was_entered(self):
        analyst, case = make_analyst(), open_case()
        claim_case(actor=analyst, case_id=case.pk)
        answer = sign_in(analyst).post(page("decide", case), form_of(case, severity="low", rationale=" "))
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert "Another severity than the guide&#x27;s needs a reason." in shown
        assert f'name="answers" value="{",".join(LATE_HIGH)}"' in shown
        assert 'name="chosen" value="low"' in shown
        assert not Decision.objects.exists()

    def test_a_conflict_says_what_changed_and_keeps_what_was_entered(self):
        analyst, seller = make_analyst(), make_account()
        case = open_case(seller)
        claim_case(actor=analyst, case_id=case.pk)
        given = form_of(case, rationale="Seen it twice", seen_evidence=case.evidence.latest("pk").pk)
        take_in([make_hit(seller, "LATE-DISPATCH-WATCH", as_of=case.as_of.replace(day=9), outcome="review")])
        answer = sign_in(analyst).post(page("decide", case), given)
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert "New evidence: " in shown
        assert "Seen it twice" in shown
        assert "Look again, then submit." in shown

    def test_a_case_that_somebody_took_is_refused_with_the_name(self):
        analyst, case = make_analyst(), open_case()
        claim_case(actor=make_person(Role.ANALYST, markets=("BR",), name="Ines Duarte"), case_id=case.pk)
        answer = sign_in(analyst).post(page("decide", case), form_of(case, rationale="Mine"))
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert "Ines Duarte has this case now." in shown
        assert "you cannot submit them now" in shown
        assert "Mine" in shown

    def test_a_decided_case_shows_its_decision_and_no_form(self):
        analyst, case = make_analyst(), open_case()
        claim = claim_case(actor=analyst, case_id=case.pk)
        decide_case(actor=analyst, case_id=case.pk, revision=claim.revision, answers=LATE_HIGH, rationale="Plain.")
        shown = sign_in(analyst).get(page("detail", case)).content.decode()
        assert "Plain." in shown
        assert "data-guide" not in shown
        assert analyst.label in shown


class TestSteps:
    def test_keeping_starts_the_review_and_renews_the_lease(self):
        analyst, case = make_analyst(), open_case()
        claim_case(actor=analyst, case_id=case.pk)
        client = sign_in(analyst)
        assert client.post(page("keep", case)).status_code == 200
        case.refresh_from_db()
        assert case.state == "in_review"
        assert sign_in(make_analyst()).post(page("keep", case)).status_code == 409

    def test_giving_back_frees_the_case(self):
        analyst, case = make_analyst(), open_case()
        claim_case(actor=analyst, case_id=case.pk)
        assert sign_in(analyst).post(page("release", case)).headers["Location"] == QUEUE
        case.refresh_from_db()
        assert (case.state, case.assignee_id) == ("new", None)

    def test_a_note_is_written_and_an_empty_one_refused(self):
        case, client = open_case(), sign_in(make_analyst())
        assert client.post(page("note", case), {"text": "Called the carrier"}).status_code == 302
        assert CaseNote.objects.get().text == "Called the carrier"
        answer = client.post(page("note", case), {"text": " "})
        assert answer.status_code == 422
        assert "The note is empty." in answer.content.decode()

    def test_escalating_opens_an_escalation_that_the_case_shows(self):
        case, client = open_case(), sign_in(make_analyst())
        given = form_of(case, severity=2, summary="Ring of sellers", details="Forty of them", owner="")
        shown = client.post(page("escalate", case), given, follow=True).content.decode()
        assert "Ring of sellers" in shown
        assert "Waits for its escalation." in shown
        assert Escalation.objects.get().subject_url == page("detail", case)

    def test_a_refused_escalation_keeps_what_was_entered(self):
        case, client = open_case(), sign_in(make_analyst())
        answer = client.post(page("escalate", case), form_of(case, severity=2, summary="", details="Forty of them"))
        assert answer.status_code == 422
        assert "Forty of them" in answer.content.decode()
        assert "data-open-now" in answer.content.decode()
        assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    ("locale", "name"), [("id", "Indonesian"), ("pt-br", "Brazilian Portuguese"), ("xx-q", "xx-q")]
)
def test_a_language_has_a_name_or_its_code(locale, name):
    assert Template("{% load cases %}{{ locale|language }}").render(Context({"locale": locale})) == name
