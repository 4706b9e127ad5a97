"""A rule runs over stored events and says what it would have hit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from governance.domain.actors import Actor
from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Role
from governance.models import OutboxFact
from policies.actions.drafting_rules import new_version, save_draft
from policies.models import Rule
from risk.actions.backtesting import cancel_run, carry_out_run, run_fact, start_run
from risk.domain.rule_runs import Change, RunState
from risk.models import RuleHit, RuleRun
from risk.queries.rule_runs import RunView, newest_run, run_view, sample_rows
from risk.queries.rule_schemas import rule_schemas
from tests.builders.governance import make_markets, make_person
from tests.builders.history import make_entity, make_event, make_snapshots
from tests.builders.policies import TEXT, load_small_pack, make_rule

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ON_EVENTS = replace(
    TEXT, condition="price > 3 * reference_price", event_types=("listing_created",), entity_type="", markets=()
)


@pytest.fixture(autouse=True)
def pack() -> None:
    make_markets()
    load_small_pack()


@pytest.fixture
def manager() -> Actor:
    return make_person(Role.POLICY_MANAGER)


def run(actor: Actor, version_id: int, days: int = 90) -> RunView:
    run_id = start_run(actor=actor, version_id=version_id, days=days)
    carry_out_run(run_id=run_id)
    return run_view(actor, run_id)


def list_prices(market: str, prices: list[float | None], first: datetime = START) -> None:
    seller = make_entity(market=market)
    for day, price in enumerate(prices):
        listing = make_entity("listing", market)
        payload = {"price": price, "reference_price": 10.0}
        make_event("listing_created", first + timedelta(days=day), {"seller": seller, "listing": listing}, payload)


def test_hits_are_counted_by_day_market_and_account(manager: Actor) -> None:
    list_prices("BR", [31.0, 30.0, None, 99.0])
    list_prices("DE", [31.0, 40.0])
    make_event("order_placed", START, {"seller": make_entity()}, {"price": 99.0, "reference_price": 1.0})
    view = run(manager, make_rule(manager, text=ON_EVENTS).version_id)
    assert view.state is RunState.DONE
    assert view.figures is not None
    total = view.figures.total
    assert (total.evaluated, total.hits, total.entities) == (6, 4, 2)
    assert {row.market: row.hits for row in view.figures.markets} == {"BR": 2, "DE": 2}
    assert view.figures.days == {
        "BR": {"2026-03-01": 1, "2026-03-04": 1},
        "DE": {"2026-03-01": 1, "2026-03-02": 1},
    }
    rows = sample_rows(view.figures)
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)
    assert {row.event_type for row in rows} == {"listing_created"}
    assert {row.entity_type for row in rows} == {"seller"}
    assert not RuleHit.objects.exists()


def test_a_day_is_a_day_of_the_market(manager: Actor) -> None:
    list_prices("BR", [99.0], first=datetime(2026, 3, 2, 1, tzinfo=UTC))
    view = run(manager, make_rule(manager, text=ON_EVENTS).version_id)
    assert view.figures is not None
    assert view.figures.days == {"BR": {"2026-03-01": 1}}


def test_a_rule_on_entities_runs_over_the_signals_of_the_time(manager: Actor) -> None:
    late, fine = make_entity(), make_entity(market="DE")
    make_snapshots(late, "late_dispatch_rate_30d", START, [0.1, 0.25, 0.3, None])
    make_snapshots(fine, "late_dispatch_rate_30d", START, [0.1, 0.2])
    make_event("order_placed", START, {"seller": late})
    make_event("order_placed", START + timedelta(days=5), {"seller": late})
    view = run(manager, make_rule(manager).version_id)
    assert view.figures is not None
    assert (view.figures.total.evaluated, view.figures.total.hits, view.figures.total.entities) == (6, 2, 1)
    assert view.figures.days["BR"] == {"2026-03-02": 1, "2026-03-03": 1}


def test_only_the_days_asked_for_are_read(manager: Actor) -> None:
    list_prices("BR", [99.0] * 10)
    draft = make_rule(manager, text=ON_EVENTS)
    view = run(manager, draft.version_id, days=3)
    assert view.figures is not None
    assert view.figures.total.evaluated == 4
    assert (view.first_at, view.last_at) == (START + timedelta(days=6), START + timedelta(days=9))


def test_a_new_version_is_compared_with_the_live_one(manager: Actor) -> None:
    list_prices("BR", [35.0, 45.0, 20.0])
    list_prices("ID", [45.0])
    live = Rule.objects.get(code="PRICE-X3").live_id
    assert live is not None
    draft = new_version(actor=manager, from_version_id=live, schemas=rule_schemas())
    text = replace(ON_EVENTS, condition="price > 4 * reference_price", markets=("BR", "ID"))
    save_draft(
        actor=manager,
        version_id=draft.version_id,
        revision=draft.revision,
        text=text,
        title="Price",
        schemas=rule_schemas(),
    )
    view = run(manager, draft.version_id)
    assert view.is_compared
    assert view.figures is not None
    total = view.figures.total
    assert (total.hits, total.newly, total.no_longer) == (2, 1, 1)
    changes = {(hit.market, hit.change) for hit in view.figures.sample}
    assert changes == {("BR", Change.SAME), ("BR", Change.NO_LONGER), ("ID", Change.NEWLY)}


def test_viewers_see_the_figures_of_their_markets_only(manager: Actor) -> None:
    list_prices("BR", [99.0])
    list_prices("DE", [99.0, 99.0])
    view = run(manager, make_rule(manager, text=ON_EVENTS).version_id)
    seen = run_view(make_person(Role.LEAD, markets=("BR",)), view.id)
    assert seen.figures is not None
    assert (seen.figures.total.hits, list(seen.figures.days)) == (1, ["BR"])
    assert {hit.market for hit in seen.figures.sample} == {"BR"}
    with pytest.raises(NotFound):
        run_view(make_person(Role.ANALYST), view.id)


def test_a_run_of_an_older_text_says_so(manager: Actor) -> None:
    list_prices("BR", [99.0])
    draft = make_rule(manager, text=ON_EVENTS)
    run(manager, draft.version_id)
    before = newest_run(manager, draft.version_id)
    changed = replace(ON_EVENTS, condition="price > 5 * reference_price")
    save_draft(
        actor=manager,
        version_id=draft.version_id,
        revision=draft.revision,
        text=changed,
        title="Price",
        schemas=rule_schemas(),
    )
    after = newest_run(manager, draft.version_id)
    assert before is not None
    assert after is not None
    assert (before.is_current, after.is_current) == (True, False)


def test_the_fact_of_a_run_is_worked_on_once(manager: Actor) -> None:
    list_prices("BR", [99.0])
    start_run(actor=manager, version_id=make_rule(manager, text=ON_EVENTS).version_id, days=90)
    fact = OutboxFact.objects.get(name="rule_run_asked")
    run_fact(fact_id=fact.pk)
    finished = RuleRun.objects.get().finished_at
    run_fact(fact_id=fact.pk)
    assert RuleRun.objects.get().finished_at == finished is not None


def test_one_run_of_a_version_at_a_time_and_a_lost_one_gives_way(manager: Actor) -> None:
    list_prices("BR", [99.0])
    draft = make_rule(manager, text=ON_EVENTS)
    first = start_run(actor=manager, version_id=draft.version_id, days=90)
    with pytest.raises(Conflict, match="being run already"):
        start_run(actor=manager, version_id=draft.version_id, days=90)
    RuleRun.objects.filter(pk=first).update(touched_at=timezone.now() - timedelta(minutes=11))
    start_run(actor=manager, version_id=draft.version_id, days=90)
    assert RuleRun.objects.get(pk=first).state == RunState.FAILED


def test_a_cancelled_run_stops_and_leaves_no_figures(manager: Actor) -> None:
    list_prices("BR", [99.0])
    draft = make_rule(manager, text=ON_EVENTS)
    run_id = start_run(actor=manager, version_id=draft.version_id, days=90)
    with pytest.raises(NotAllowed):
        cancel_run(actor=make_person(Role.LEAD), run_id=run_id)
    cancel_run(actor=manager, run_id=run_id)
    carry_out_run(run_id=run_id)
    assert RuleRun.objects.get(pk=run_id).state == RunState.CANCELLED
    assert newest_run(manager, draft.version_id) is None


def test_a_text_that_is_broken_when_a_worker_comes_is_not_run(manager: Actor) -> None:
    list_prices("BR", [99.0])
    draft = make_rule(manager, text=ON_EVENTS)
    run_id = start_run(actor=manager, version_id=draft.version_id, days=90)
    save_draft(
        actor=manager,
        version_id=draft.version_id,
        revision=draft.revision,
        text=replace(ON_EVENTS, condition="prize > 3"),
        title="Price",
        schemas=rule_schemas(),
    )
    carry_out_run(run_id=run_id)
    view = run_view(manager, run_id)
    assert (view.state, view.figures) == (RunState.FAILED, None)
    assert view.error.startswith("line 1, column 1: `prize` is not known. Did you mean `price`?")


def test_what_cannot_be_run_is_refused(manager: Actor) -> None:
    draft = make_rule(manager, text=ON_EVENTS)
    with pytest.raises(Conflict, match="no events yet"):
        start_run(actor=manager, version_id=draft.version_id, days=90)
    broken = make_rule(manager, "BROKEN", replace(ON_EVENTS, condition="prize > 3"))
    with pytest.raises(InvalidInput, match="prize"):
        start_run(actor=manager, version_id=broken.version_id, days=90)
    with pytest.raises(InvalidInput, match="days"):
        start_run(actor=manager, version_id=draft.version_id, days=0)
    with pytest.raises(NotAllowed):
        start_run(actor=make_person(Role.LEAD), version_id=draft.version_id, days=90)
