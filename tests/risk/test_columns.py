"""Many records asked by columns answer as each does by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.domain.rules import ALLOW_LANE
from policies.queries.rules import Ruleset
from risk.actions import compiled
from risk.actions.compiled import CompiledRuleset, compile_ruleset, forget_ruleset
from risk.actions.evaluating import AccountAsOf, EventAsOf, evaluate_accounts, evaluate_events
from risk.domain.records import EntitySnapshot
from tests.builders.governance import make_markets
from tests.risk.deciding.conftest import load_pack
from tests.risk.test_compiled import RULE, numbered

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONDITIONS = (
    "amount > 100",
    "amount > 100 && currency == 'BRL'",
    "amount / price > 2.0",
    "price == null || quantity > 3",
    "lower(title).matches('replica|1:1')",
    "title.contains(text)",
    "!(seller.id in lists.trusted_sellers)",
    "seller.late_dispatch_rate_30d > 0.2 && days_since(seller.registered_at) >= 10",
    "seller.registered_at != null && days_since(seller.registered_at) < 30",
    "seller.tier == buyer.tier",
    "event.market in ['BR', 'ID'] && rating <= 2",
    "!(seller.country == 'BR')",
    "event.id.startsWith('e1')",
)
LISTS = {"trusted_sellers": frozenset({"S1", "S2"})}
amounts = st.one_of(
    st.none(), st.integers(-5, 300), st.floats(0, 300), st.sampled_from([float("nan"), float("inf"), 2**70, "12", True])
)
texts = st.one_of(st.none(), st.sampled_from(["", "A", "replica", "Replica 1:1", "BRL", "gold", 7, "ünïcode"]))
optional = dict.fromkeys(("amount", "price", "quantity", "rating"), amounts)
optional |= dict.fromkeys(("title", "text", "currency"), texts)
payloads = st.fixed_dictionaries({}, optional=optional)
attributes = st.fixed_dictionaries(
    {},
    optional={"tier": texts, "country": texts, "registered_at": st.sampled_from([None, "2026-02-20T00:00:00Z", "x"])},
)
signals = st.fixed_dictionaries(
    {}, optional={"late_dispatch_rate_30d": st.one_of(st.none(), st.floats(0, 1)), "orders_30d": st.integers(0, 20)}
)


@st.composite
def entities(draw: st.DrawFn, kind: str) -> EntitySnapshot:
    number = draw(st.integers(1, 4))
    return EntitySnapshot(number, kind, f"{kind[0].upper()}{number}", "", draw(attributes), draw(signals))


@st.composite
def events(draw: st.DrawFn) -> EventAsOf:
    number = draw(st.integers(1, 99))
    roles = {kind: draw(entities(kind)) for kind in draw(st.sets(st.sampled_from(["seller", "buyer"])))}
    kind = draw(st.sampled_from(["order_placed", "refund_requested", "login"]))
    at = NOW + timedelta(minutes=number)
    return EventAsOf(number, f"e{number}", kind, draw(st.sampled_from(["BR", "DE"])), at, draw(payloads), roles)


@pytest.fixture
def rules() -> CompiledRuleset:
    make_markets()
    load_pack()
    forget_ruleset()
    live = [replace(RULE, condition=text, markets=("BR",) if n % 3 else ()) for n, text in enumerate(CONDITIONS)]
    allow = replace(RULE, condition="seller.id == 'S1'", lane=ALLOW_LANE, event_types=("order_placed",))
    sellers = replace(RULE, condition=CONDITIONS[7], entity_type="seller", event_types=())
    made = compile_ruleset(Ruleset(3, numbered(allow, *live, sellers), LISTS))
    assert not made.broken
    return made


@pytest.fixture
def few_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few rules be enough."""
    monkeypatch.setattr(compiled, "WORTH_RULES", 1)


def told(hits: list[Any]) -> list[tuple[Any, ...]]:
    return [
        (hit.rule_version_id, hit.ruleset_number, hit.entity_id, hit.market_id, hit.event_id, hit.as_of, hit.outcome,
         hit.is_suppressed, hit.trace)
        for hit in hits
    ]  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(events(), min_size=1, max_size=25))
@pytest.mark.usefixtures("few_rules")
def test_hits_by_columns_are_those_of_each_event(rules: CompiledRuleset, batch: list[EventAsOf]):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(compiled, "WORTH_COLUMNS", 1)
        by_columns = told(evaluate_events(rules, batch))
        patched.setattr(compiled, "WORTH_COLUMNS", len(batch) + 1)
        assert by_columns == told(evaluate_events(rules, batch))
    assert by_columns == [one for event in batch for one in told(evaluate_events(rules, [event]))]


@pytest.mark.usefixtures("few_rules")
def test_hits_on_accounts_by_columns_are_those_of_each_account(rules: CompiledRuleset):
    accounts = [
        AccountAsOf(
            EntitySnapshot(
                n, "seller", f"S{n}", "", registered(n), {"late_dispatch_rate_30d": n / 1000, "refunds_60d": 0}
            ),
            "BR",
            NOW + timedelta(seconds=n),
        )
        for n in range(2 * compiled.WORTH_COLUMNS)
    ]
    hits = told(evaluate_accounts(rules, accounts))
    assert hits == [one for account in accounts for one in told(evaluate_accounts(rules, [account]))]
    assert [hit[2] for hit in hits] == [n for n in range(201, len(accounts)) if n % 20 <= 11]


def registered(number: int) -> dict[str, str]:
    return {"registered_at": f"2026-02-{number % 20 + 8:02d}T00:00:00Z"}


def test_few_events_are_not_asked_by_columns(rules: CompiledRuleset, monkeypatch: pytest.MonkeyPatch):
    asked: list[int] = []
    monkeypatch.setattr(compiled.ColumnGroup, "find", lambda _self, records: asked.append(len(records)) or {})
    event = EventAsOf(1, "e1", "order_placed", "BR", NOW, {"amount": 200}, {})
    evaluate_events(rules, [event] * (compiled.WORTH_COLUMNS - 1))
    assert asked == []
    evaluate_events(rules, [event] * compiled.WORTH_COLUMNS)
    assert asked == []  # the rules are few
    monkeypatch.setattr(compiled, "WORTH_RULES", 1)
    evaluate_events(rules, [event] * compiled.WORTH_COLUMNS)
    assert asked == [compiled.WORTH_COLUMNS]
