"""Policies, schemes, macros, lists and rule sets as other rooms read them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Role
from policies.domain.locales import pick_locale
from policies.domain.schemes import Direction
from policies.domain.severity import Severity
from policies.models import ListEntry, NamedList, Policy, RulesetVersion
from policies.queries.lists import lists_in_force
from policies.queries.macros import macros_for
from policies.queries.policies import (
    notice_in,
    policies_in_force,
    policy_in_force,
    policy_version,
    text_in,
    title_in,
    versions_of,
)
from policies.queries.rules import current_ruleset_number, load_ruleset
from policies.queries.schemes import scheme_for, scheme_version, schemes_at
from policies.queries.scope import visible_rules
from policies.queries.taxonomy import widening
from tests.builders.governance import make_markets, make_person
from tests.builders.policies import load_small_pack, pack_files

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def pack() -> None:
    make_markets()
    load_small_pack()


@pytest.fixture
def viewer() -> Actor:
    return make_person(Role.POLICY_MANAGER)


def policy_id() -> int:
    return Policy.objects.get().pk


def test_the_policy_in_force_has_texts_tree_and_severities() -> None:
    view = policy_in_force(policy_id(), NOW)
    assert (view.policy_code, view.number, view.node_code, view.node_title) == (
        "PERF-LATE",
        1,
        "performance.dispatch",
        "Dispatch",
    )
    assert (view.severity_default, view.severity_max) == (Severity.LOW, Severity.HIGH)
    assert title_in(view, "pt-br") == "Envio atrasado"
    assert text_in(view, "de") == "Send orders **in time**."
    assert notice_in(view, "pt").title == "{policy_title}"
    assert view.tree.follow(["yes", "no"]).id == "guilty"
    assert view.examples.violation == ("30 of 100 late",)
    assert view.dsa_ground == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert policy_version(view.id) == view


def test_the_version_in_force_is_the_newest_that_has_begun() -> None:
    files = pack_files()
    files["policies/PERF-LATE.yaml"] |= {"effective_from": "2026-07-01", "severity": _severity("medium")}
    load_small_pack(files)
    begins = datetime(2026, 7, 1, tzinfo=UTC)
    numbers = [policy_in_force(policy_id(), at).number for at in (NOW, begins - timedelta(seconds=1), begins)]
    assert numbers == [1, 1, 2]
    files["policies/PERF-LATE.yaml"] |= {"effective_from": "2026-01-01", "severity": _severity("high")}
    load_small_pack(files)
    assert policy_in_force(policy_id(), begins).number == 3
    assert policy_in_force(policy_id(), NOW).number == 3


def _severity(default: str) -> dict[str, str]:
    return {"default": default, "min": "low", "max": "high"}


def test_before_the_first_version_there_is_no_policy() -> None:
    early = datetime(2019, 12, 31, tzinfo=UTC)
    assert policies_in_force([policy_id()], early) == {}
    with pytest.raises(NotFound, match="2019-12-31"):
        policy_in_force(policy_id(), early)


def test_a_policy_of_other_markets_does_not_exist_for_a_viewer(viewer: Actor) -> None:
    files = pack_files()
    files["policies/PERF-LATE.yaml"]["markets"] = ["DE"]
    load_small_pack(files)
    assert [view.number for view in versions_of(viewer, "PERF-LATE")] == [2, 1]
    local = make_person(Role.ANALYST, markets=("BR",))
    assert [view.number for view in versions_of(local, "PERF-LATE")] == [1]
    with pytest.raises(NotFound):
        versions_of(make_person(), "PERF-LATE")


@pytest.mark.parametrize(
    ("locales", "wanted", "found"),
    [
        (["en", "pt", "de"], "pt-br", "pt"),
        (["en", "pt-BR"], "PT_br", "pt-BR"),
        (["en", "pt-BR"], "pt", "pt-BR"),
        (["en", "id"], "th", "en"),
        (["de"], "th", "de"),
    ],
)
def test_the_closest_locale_is_chosen(locales: list[str], wanted: str, found: str) -> None:
    assert pick_locale(dict.fromkeys(locales, ""), wanted) == found


def test_without_any_wording_there_is_none_to_choose() -> None:
    with pytest.raises(KeyError, match="en"):
        pick_locale({}, "en")


def test_the_scheme_of_the_market_comes_before_the_default() -> None:
    assert scheme_for("BR", "seller", NOW).spec.direction is Direction.ACCUMULATE
    assert scheme_for("ID", "seller", NOW).spec.code == "accumulate"
    german = scheme_for("DE", "seller", NOW)
    assert (german.spec.code, german.spec.start, german.number) == ("deplete", 200, 1)
    assert scheme_version(german.version_id) == german
    assert [view.spec.code for view in schemes_at(NOW)] == ["accumulate", "deplete"]
    with pytest.raises(NotFound, match="No penalty scheme holds for a buyer in BR"):
        scheme_for("BR", "buyer", NOW)
    with pytest.raises(NotFound):
        scheme_for("BR", "seller", datetime(2019, 12, 31, tzinfo=UTC))


def test_figures_of_a_scheme_change_on_their_day() -> None:
    files = pack_files()
    files["schemes/deplete.yaml"] |= {"effective_from": "2026-07-01", "expiry_days": 180}
    load_small_pack(files)
    later = datetime(2026, 7, 1, tzinfo=UTC)
    assert [scheme_for("DE", "seller", at).spec.expiry_days for at in (NOW, later)] == [90, 180]


def test_macros_of_the_closest_node_come_first() -> None:
    assert [macro.code for macro in macros_for("performance.dispatch", "violation")] == ["LATE-DISPATCH", "LATE-PLAIN"]
    assert [macro.code for macro in macros_for("performance", "violation")] == ["LATE-PLAIN"]
    assert macros_for("performance", "no_violation") == []
    assert widening("performance.dispatch") == ["performance.dispatch", "performance"]


def test_entries_that_expired_or_were_removed_are_not_in_a_list() -> None:
    named, now = NamedList.objects.get(), timezone.now()
    soon = now + timedelta(hours=1)
    ListEntry.objects.create(list=named, value="S-3", added_by="x", expires_at=now - timedelta(seconds=1))
    ListEntry.objects.create(list=named, value="S-4", added_by="x", expires_at=soon)
    ListEntry.objects.filter(value="S-1").update(removed_at=now)
    found = lists_in_force(now)
    assert found.entries == {"trusted_sellers": frozenset({"S-2", "S-4"})}
    assert found.until == soon


def test_a_rule_set_is_ordered_and_read_once(django_assert_num_queries: object) -> None:
    number = current_ruleset_number()
    found = load_ruleset(number)
    assert [rule.code for rule in found.rules] == ["PRICE-X3", "LATE-30D"]
    assert found.lists == {"trusted_sellers": frozenset({"S-1", "S-2"})}
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert load_ruleset(number) is found
    assert load_ruleset(0).rules == ()
    with pytest.raises(NotFound):
        load_ruleset(number + 1)


def test_a_kept_rule_set_ends_with_the_entry_that_expires_first() -> None:
    named = NamedList.objects.get()
    ListEntry.objects.create(
        list=named, value="S-9", added_by="x", expires_at=timezone.now() + timedelta(milliseconds=300)
    )
    number = current_ruleset_number()
    RulesetVersion.objects.create(number=number + 1, members=[], reason="a set that nobody has read")
    assert "S-9" in load_ruleset(number + 1).lists["trusted_sellers"]
    entry = ListEntry.objects.get(value="S-9")
    while timezone.now() <= entry.expires_at:
        pass
    assert "S-9" not in load_ruleset(number + 1).lists["trusted_sellers"]


def test_a_pack_leaves_list_entries_of_people_alone() -> None:
    named = NamedList.objects.get()
    ListEntry.objects.create(list=named, value="S-8", added_by="Ana")
    ListEntry.objects.filter(value="S-1").update(removed_at=timezone.now(), removed_by="Ana")
    files = pack_files()
    files["rules.yaml"]["lists"][0]["entries"] = ["S-1", "S-5"]
    load_small_pack(files)
    assert lists_in_force(timezone.now()).entries == {"trusted_sellers": frozenset({"S-5", "S-8"})}
    assert RulesetVersion.objects.order_by("-number")[0].lists == {"trusted_sellers": 2}
    load_small_pack()
    assert lists_in_force(timezone.now()).entries == {"trusted_sellers": frozenset({"S-2", "S-8"})}


def test_rules_of_other_markets_are_not_seen(viewer: Actor) -> None:
    assert {rule.code for rule in visible_rules(viewer)} == {"LATE-30D", "PRICE-X3"}
    assert {rule.code for rule in visible_rules(make_person(Role.LEAD, markets=("ID",)))} == {"LATE-30D"}
    assert not visible_rules(make_person(Role.ANALYST)).exists()
