"""Policies and lists on screen."""

import pytest
from django.test import Client

from governance.domain.actors import Actor
from governance.domain.roles import Role
from governance.models import User
from policies.domain.trees import DecisionTree, OutcomeKind, TreeNode, TreeOutcome
from policies.models import Rule
from policies.views.policy_detail import read_guide
from tests.builders.governance import make_markets, make_person
from tests.builders.policies import load_small_pack, pack_files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pack() -> None:
    make_markets()
    load_small_pack()


def enter(client: Client, actor: Actor) -> Client:
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def body(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_list_shows_policies_in_the_viewers_language(client: Client) -> None:
    reader = make_person(Role.ANALYST)
    User.objects.filter(pk=reader.user_id).update(locale="pt-br")
    page = body(enter(client, reader), "/policies")
    assert "PERF-LATE" in page
    assert "Envio atrasado" in page
    assert "PERF-LATE" not in body(client, "/policies?node=performance.dispatch&severity=high")
    assert "PERF-LATE" in body(client, "/policies?node=performance&q=late&subject=seller")


def test_a_policy_shows_text_guide_points_and_versions(client: Client) -> None:
    files = pack_files()
    files["policies/PERF-LATE.yaml"]["text"]["en"] = "Now **sooner** <script>alert(1)</script>"
    load_small_pack(files)
    enter(client, make_person(Role.POLICY_MANAGER))
    page = body(client, "/policies/PERF-LATE")
    assert "<strong>sooner</strong>" in page
    assert "<script>alert(1)" not in page
    assert "Were more than 10 % of the orders dispatched late?" in page
    assert "<strong>in time</strong>" in body(client, "/policies/PERF-LATE?v=1")
    assert "Envie os pedidos" in body(client, "/policies/PERF-LATE?in=pt")
    assert "/rules/LATE-30D" in page
    body(client, "/policies/PERF-LATE?v=9", 404)
    body(client, "/policies/NOT-THERE", 404)


def test_a_version_that_has_not_begun_is_not_shown_first(client: Client) -> None:
    files = pack_files()
    files["policies/PERF-LATE.yaml"] |= {"effective_from": "2099-01-01"}
    load_small_pack(files)
    enter(client, make_person(Role.LEAD))
    assert "PERF-LATE, version 1" in body(client, "/policies/PERF-LATE")
    later = body(client, "/policies/PERF-LATE?v=2")
    assert "It begins on 2099-01-01" in later


def test_who_may_not_see_rules_sees_no_rules_of_a_policy_and_no_lists(client: Client) -> None:
    enter(client, make_person(Role.ANALYST))
    assert "/rules/LATE-30D" not in body(client, "/policies/PERF-LATE")
    body(client, "/lists", 404)
    body(client, "/lists/trusted_sellers", 404)
    enter(client, make_person())
    body(client, "/policies", 404)
    body(client, "/policies/PERF-LATE", 404)


def test_lists_show_their_entries(client: Client) -> None:
    enter(client, make_person(Role.POLICY_MANAGER))
    assert "trusted_sellers" in body(client, "/lists")
    page = body(client, "/lists/trusted_sellers")
    assert "<h1>Trusted sellers</h1>" in page
    assert "lists.trusted_sellers" in page
    assert "S-1" in page
    assert "S-2" in page
    assert "S-2" not in body(client, "/lists/trusted_sellers?q=S-1")
    body(client, "/lists/nothing", 404)


def test_the_pages_cost_few_queries(client: Client, django_assert_max_num_queries: object) -> None:
    enter(client, make_person(Role.POLICY_MANAGER))
    for path in ("/policies", "/policies/PERF-LATE", "/lists", "/lists/trusted_sellers"):
        with django_assert_max_num_queries(25):  # type: ignore[operator]
            body(client, path)
    assert Rule.objects.exists()


def test_the_guide_reads_from_question_to_outcome_and_tells_no_question_twice() -> None:
    tree = DecisionTree(
        start="a",
        nodes=(
            TreeNode("a", "A?", "", "b", "c"),
            TreeNode("b", "B?", "", "c", "end"),
            TreeNode("c", "C?", "", "end", "end"),
        ),
        outcomes=(TreeOutcome("end", OutcomeKind.NO_VIOLATION, None, "Fine"),),
    )
    steps = read_guide(tree)
    told = [(step.depth, step.answer, step.outcome.title if step.outcome else step.question) for step in steps]
    assert told == [
        (0, "", "A?"),
        (1, "yes", "B?"),
        (2, "yes", "C?"),
        (3, "yes", "Fine"),
        (3, "no", "Fine"),
        (2, "no", "Fine"),
        (1, "no", "C?"),
    ]
    assert [step.seen_at for step in steps if step.question] == [0, 0, 0, 3]
