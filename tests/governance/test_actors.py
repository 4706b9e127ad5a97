import pytest

from governance.domain.actors import EVERYWHERE, Actor, ActorKind, MarketScope, grants_of, system_actor
from governance.domain.errors import NotAllowed
from governance.domain.roles import GRANTS, Permission, Role


def actor(*held: tuple[Role, str | None, frozenset[str]]) -> Actor:
    grants = frozenset().union(*(grants_of(*one) for one in held))
    return Actor(kind=ActorKind.PERSON, id="1", label="Ana", grants=grants)


NONE: frozenset[str] = frozenset()


def test_a_role_holds_in_its_market_only():
    ana = actor((Role.ANALYST, "BR", NONE))
    assert ana.can(Permission.WORK_CASES, "BR")
    assert not ana.can(Permission.WORK_CASES, "ID")
    assert ana.can(Permission.WORK_CASES)
    with pytest.raises(NotAllowed, match="Ana may not work cases in market ID"):
        ana.require(Permission.WORK_CASES, "ID")


def test_roles_in_different_markets_do_not_mix():
    both = actor((Role.ANALYST, "BR", NONE), (Role.LEAD, "ID", NONE))
    assert both.markets(Permission.WORK_CASES) == MarketScope(codes=frozenset({"BR"}))
    assert both.markets(Permission.VIEW_CASES) == MarketScope(codes=frozenset({"BR", "ID"}))
    assert both.markets(Permission.MANAGE_PEOPLE).is_empty


def test_what_concerns_several_markets_needs_the_permission_in_each():
    both = actor((Role.ANALYST, "BR", NONE), (Role.ANALYST, "ID", NONE))
    both.require_in(Permission.WORK_CASES, ["BR", "ID"])
    with pytest.raises(NotAllowed, match="Ana may not work cases in market DE"):
        both.require_in(Permission.WORK_CASES, ["BR", "DE"])
    with pytest.raises(NotAllowed, match="Ana may not work cases in every market"):
        both.require_in(Permission.WORK_CASES, ["BR", None])


def test_a_grant_without_market_is_everywhere():
    assert actor((Role.LEAD, None, NONE)).markets(Permission.VIEW_HEALTH) == EVERYWHERE


def test_queues_limit_an_analyst_and_nobody_else():
    assert actor((Role.ANALYST, "BR", frozenset({"fraud"}))).queues(Permission.WORK_CASES) == {"fraud"}
    assert actor((Role.ANALYST, "BR", NONE)).queues(Permission.WORK_CASES) is None
    assert actor((Role.SENIOR_ANALYST, "BR", frozenset({"fraud"}))).queues(Permission.WORK_CASES) is None


def test_the_system_may_do_everything_but_is_no_person():
    system = system_actor("intake")
    assert system.can(Permission.WORK_CASES, "BR")
    with pytest.raises(NotAllowed):
        _ = system.person_id


def test_every_role_has_grants_and_auditors_change_nothing():
    assert set(GRANTS) == set(Role)
    writes = {"work_", "edit_", "approve_", "open_", "run_", "import_", "ingest_", "manage_", "mend_"}
    assert not [p for p in GRANTS[Role.AUDITOR] if any(p.value.startswith(word) for word in writes)]
