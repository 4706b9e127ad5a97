from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.domain.guides import follow_guide
from cases.domain.intake import is_same_conduct, starting_severity
from cases.domain.lifecycle import DecisionOutcome
from cases.domain.notices import Addressee, Finding, escape, fill, write_withdrawal
from cases.domain.planning import CaseGround, Choice, PolicyGround, plan_decision, violation_line
from cases.domain.wording import WORDINGS, choose_locale, say_date
from governance.domain.errors import InvalidInput
from policies.domain.policies import NoticeTemplate
from policies.domain.schemes import Milestone, MilestoneAction, MilestoneActionKind
from policies.domain.severity import Severity
from policies.domain.trees import DecisionTree, OutcomeKind, TreeNode, TreeOutcome
from tests.cases.domain.schemes import accumulate, deplete

NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
TREE = DecisionTree(
    start="late",
    nodes=(
        TreeNode("late", "Was it late?", "", "often", "fine"),
        TreeNode("often", "More than once?", "", "grave", "light"),
    ),
    outcomes=(
        TreeOutcome("grave", OutcomeKind.VIOLATION, Severity.HIGH, "Late often"),
        TreeOutcome("light", OutcomeKind.VIOLATION, Severity.LOW, "Late once"),
        TreeOutcome("fine", OutcomeKind.NO_VIOLATION, None, "In time"),
    ),
)
BODY = "{entity_name}: {policy_title}\n{facts}\n{actions}\n{points}\n{expires_on}\n{appeal_until}"
POLICY = PolicyGround(
    code="OTHER",
    tree=TREE,
    least=Severity.LOW,
    most=Severity.HIGH,
    titles={"en": "Dispatch in time", "pt": "Envio no prazo"},
    notices={"en": NoticeTemplate("About {policy_title}", BODY), "pt": NoticeTemplate("Sobre {policy_title}", BODY)},
)
SELLER = Addressee("Loja *Verde*", ("pt-br",), "America/Sao_Paulo")
FINDING = Finding(NOW, "14.2 % late [see](http://x)", {"pt": "14,2 % atrasados [ver](http://x)"})
GROUND = CaseGround(POLICY, accumulate(), (), SELLER, (FINDING,))


def test_a_violation_brings_points_sanctions_and_a_notice_in_the_language_of_the_account():
    plan = plan_decision(GROUND, Choice(("yes", "yes")), NOW)
    assert plan.outcome is DecisionOutcome.VIOLATION
    assert [(step.node, step.answer) for step in plan.reached.path] == [("late", "yes"), ("often", "yes")]
    assert (plan.severity, plan.points, plan.before.value, plan.after.value) == (Severity.HIGH, 12, 0, 12)
    assert plan.crossed == (12,)
    assert plan.expires_at == NOW + timedelta(days=90)
    assert plan.notice is not None
    assert plan.notice.locale == "pt"
    assert plan.notice.title == "Sobre Envio no prazo"
    lines = plan.notice.body.splitlines()
    assert lines[0] == r"Loja \*Verde\*: Envio no prazo"
    assert lines[1] == r"1 de março de 2026: 14,2 % atrasados \[ver\]\(http://x\)"
    actions = (
        "Sem participação em campanhas até 8 de março de 2026",
        "Sem subsídios do marketplace até 8 de março de 2026",
    )
    assert f"\n\n- {actions[0]}\n- {actions[1]}\n\n" in plan.notice.body
    assert "12 pontos; a conta está agora em 12 de 48" in lines
    assert lines[-1] == "31 de março de 2026"


def test_no_violation_changes_nothing():
    plan = plan_decision(GROUND, Choice(("no",)), NOW)
    assert (plan.outcome, plan.severity, plan.points, plan.sanctions, plan.notice) == (
        DecisionOutcome.NO_VIOLATION,
        None,
        0,
        (),
        None,
    )
    assert plan.before == plan.after


def test_a_severe_sanction_is_told_as_proposed():
    ground = replace(GROUND, policy=replace(POLICY, most=Severity.CRITICAL), addressee=replace(SELLER, locales=("en",)))
    plan = plan_decision(ground, Choice(("yes", "yes"), "critical"), NOW)
    assert plan.has_override
    assert "- The shop is closed for good (proposed; a second person decides on it)" in plan.notice.body
    assert "- The matter is handed to the legal department (proposed" in plan.notice.body
    assert "these points do not expire" in plan.notice.body


def test_a_sanction_without_an_end_names_none():
    for_good = accumulate(milestones=(Milestone(12, (MilestoneAction(MilestoneActionKind.PAYOUT_HOLD, None),)),))
    plan = plan_decision(replace(GROUND, spec=for_good), Choice(("yes", "yes")), NOW)
    assert "\nRepasses retidos\n" in plan.notice.body


def test_a_violation_that_brings_nothing_says_so():
    plan = plan_decision(replace(GROUND, spec=accumulate(warn_within=0)), Choice(("yes", "no")), NOW)
    assert "Não há restrição." in plan.notice.body


def test_a_seller_close_to_the_next_milestone_is_warned():
    line = violation_line((), accumulate(), "X", Severity.MEDIUM, NOW - timedelta(days=1))
    more = violation_line((line,), accumulate(), "Y", Severity.MEDIUM, NOW)
    plan = plan_decision(replace(GROUND, lines=(line, more)), Choice(("yes", "no")), NOW)
    assert plan.after.value == 9
    assert "\nCom mais 3 pontos vem a próxima restrição." in plan.notice.body


def test_points_of_a_depleting_scheme_are_told_as_fewer():
    plan = plan_decision(replace(GROUND, spec=deplete()), Choice(("yes", "yes")), NOW)
    assert (plan.points, plan.signed_points, plan.after.value) == (50, -50, 150)
    assert "50 pontos a menos; a conta está agora em 150 de 1000" in plan.notice.body


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ((), "Still open: Was it late?"),
        (("yes",), "Still open: More than once?"),
        (("no", "yes"), "The guide ends after 1 answers"),
        (("maybe",), "Answer 1 is 'maybe'"),
    ],
)
def test_answers_that_lead_nowhere_are_refused_with_the_reason(answers: tuple[str, ...], problem: str):
    with pytest.raises(InvalidInput, match=problem.replace("?", r"\?")):
        follow_guide(TREE, answers)


@pytest.mark.parametrize("severity", ["critical", "dreadful"])
def test_a_severity_beyond_the_policy_is_refused(severity: str):
    with pytest.raises(InvalidInput, match="not possible here"):
        plan_decision(GROUND, Choice(("yes", "yes"), severity), NOW)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (("pt-br",), "pt"),
        (("pt_PT", "de"), "pt"),
        (("ms", "id"), "id"),
        (("", "th"), "en"),
    ],
)
def test_the_language_is_the_first_that_there_is(wanted: tuple[str, ...], chosen: str):
    assert choose_locale(WORDINGS, wanted) == chosen


def test_without_english_any_language_is_better_than_none():
    assert choose_locale(["fr", "es"], ("ja",)) == "es"
    assert choose_locale(["pt-BR"], ("pt",)) == "pt-BR"
    with pytest.raises(ValueError, match="no wording"):
        choose_locale([], ("en",))


def test_dates_are_written_as_the_language_does():
    day = NOW.date()
    assert [say_date(locale, day) for locale in ("en", "de-DE", "id", "xx")] == [
        "1 March 2026",
        "1. März 2026",
        "1 Maret 2026",
        "1 March 2026",
    ]


def test_values_are_never_templates():
    assert fill("{a} {b} {{c}}", {"a": "{b}"}) == "{b} {b} {c}"
    assert fill("{a.__class__}", {"a": "x"}) == "{a.__class__}"
    assert escape("two\nlines <b>") == r"two lines \<b\>"


def test_a_withdrawal_is_told_in_the_language_of_the_account():
    notice = write_withdrawal(
        policy_titles=POLICY.titles, addressee=SELLER, decided_at=NOW, available=tuple(POLICY.notices)
    )
    assert notice.title == "Retiramos nossa decisão de 1 de março de 2026"
    assert "“Envio no prazo”" in notice.body


def test_repeats_start_more_severe_up_to_the_policys_most():
    low, high = Severity.LOW, Severity.HIGH
    assert [starting_severity(low, high, priors) for priors in (-1, 0, 1, 2, 3, 9)] == [
        low,
        low,
        Severity.MEDIUM,
        high,
        high,
        high,
    ]


def test_signals_still_showing_decided_conduct_open_no_new_case():
    assert is_same_conduct(NOW + timedelta(days=7), NOW)
    assert not is_same_conduct(NOW + timedelta(days=7, seconds=1), NOW)
    assert not is_same_conduct(NOW, None)
