import pytest

from cases.queries.finding import count_open_cases, find_cases
from dashboards.queries.finding import find_everywhere
from governance.domain.roles import Role
from governance.queries.lists import BoundedCount
from policies.queries.finding import find_policies, find_rules
from risk.queries.finding import find_entities
from tests.builders.cases import load_shipped_pack, make_account, make_analyst, open_case
from tests.builders.governance import make_markets, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    make_markets("BR", "DE")
    return make_person(Role.LEAD)


def labels(found):
    return [item.label for item in found]


def test_entities_are_found_by_a_part_of_name_or_id_in_any_case(lead):
    make_account(name="Toko Sejahtera", external_id="S-88231")
    make_account(name="", external_id="S-99999")
    assert labels(find_entities(lead, "SEJAH", 5)) == ["Toko Sejahtera"]
    assert labels(find_entities(lead, "88231", 5)) == ["Toko Sejahtera"]
    assert labels(find_entities(lead, "s-9999", 5)) == ["S-99999"]
    assert find_entities(lead, "nothing", 5) == []


def test_whole_ids_and_accounts_come_first_and_few_letters_must_be_a_whole_id(lead):
    make_account(kind="listing", name="Toko lamp", external_id="L-1")
    make_account(kind="seller", name="My Toko", external_id="S-1")
    make_account(kind="seller", name="Toko One", external_id="S-2")
    make_account(kind="listing", name="Lamp", external_id="toko")
    assert labels(find_entities(lead, "toko", 9)) == ["Lamp", "Toko One", "My Toko", "Toko lamp"]
    assert labels(find_entities(lead, "toko", 2)) == ["Lamp", "Toko One"]
    make_account(name="Short", external_id="S9")
    assert labels(find_entities(lead, "s9", 5)) == ["Short"]
    assert find_entities(lead, "To", 5) == []


def test_nothing_is_found_outside_ones_markets(lead):
    make_account("DE", name="Toko Berlin")
    make_account("BR", name="Toko Rio")
    viewer = make_person(Role.ANALYST, markets=("BR",))
    assert labels(find_entities(viewer, "toko", 5)) == ["Toko Rio"]
    assert find_entities(make_person(), "toko", 5) == []


def test_policies_and_rules_are_found_by_code_and_title(lead):
    load_shipped_pack()
    policies = find_policies(lead, "late", 9)
    assert policies
    assert all("late" in f"{item.label} {item.code}".casefold() for item in policies)
    rules = find_rules(lead, policies[0].code.split("-")[0], 3)
    assert len(rules) <= 3
    assert find_policies(make_person(), "late", 9) == []
    assert find_rules(make_person(Role.ANALYST), "late", 9) == []


def test_cases_are_found_by_number_and_by_whom_they_are_about():
    make_markets("BR", "DE")
    load_shipped_pack()
    case = open_case(make_account("BR", name="Toko Rio", external_id="S-7"))
    analyst = make_analyst("BR")
    for words in (str(case.pk), f"#{case.pk}", "toko ri", "s-7"):
        assert [item.key for item in find_cases(analyst, words, 5)] == [case.pk], words
    assert find_cases(make_analyst("DE"), str(case.pk), 5) == []
    assert find_cases(make_analyst("DE"), "toko", 5) == []
    assert find_cases(analyst, "9" * 40, 5) == []


def test_open_cases_are_counted_for_the_viewer_only():
    make_markets("BR", "DE")
    load_shipped_pack()
    open_case(make_account("BR"))
    assert count_open_cases(make_analyst("BR"), 9) == BoundedCount(1, is_exact=True)
    assert count_open_cases(make_analyst("BR"), 0) == BoundedCount(0, is_exact=False)
    assert count_open_cases(make_analyst("DE"), 9) == BoundedCount(0, is_exact=True)


def test_rooms_that_are_closed_to_the_viewer_are_not_asked(lead):
    make_account(name="Toko Rio")
    assert [str(finder.label) for finder, _ in find_everywhere(lead, "toko")] == ["Entities"]
    assert find_everywhere(make_person(), "toko") == []
