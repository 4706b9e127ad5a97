"""The tables: exact counts, sane ranges, every reference resolved, orders in their order."""

import pandas as pd
import pytest

from risk.domain.demo.tables import ENTITY_COLUMNS, EVENT_COLUMNS, LABEL_COLUMNS
from risk.domain.demo.vocabulary import EVENT_TYPES
from risk.domain.vocabulary import PAYLOAD_FIELDS, EntityType
from tests.risk.demo.conftest import Demo, make_request, write_and_read

ROLES = [entity_type.value for entity_type in EntityType]
CONTRACT = [
    "event_id",
    "type",
    "occurred_at",
    "market",
    "order_id",
    "seller_id",
    "buyer_id",
    "listing_id",
    "review_id",
    "creator_id",
    "video_id",
    "livestream_id",
    "message_id",
    "device_id",
    "payment_account_id",
    "address_id",
    "amount",
    "currency",
    "quantity",
    "price",
    "reference_price",
    "category",
    "brand",
    "title",
    "text",
    "rating",
    "dispatch_due_at",
    "delivery_due_at",
    "reason",
    "fault",
    "ip_country",
    "carrier",
]


@pytest.fixture(params=["smallest", "standard", "chunked"])
def demo(request: pytest.FixtureRequest) -> Demo:
    return request.getfixturevalue(request.param)


def test_the_columns_are_those_of_the_contract(demo: Demo) -> None:
    assert list(demo.events.columns) == list(EVENT_COLUMNS) == CONTRACT
    assert list(demo.entities.columns) == list(ENTITY_COLUMNS)
    assert list(demo.labels.columns) == list(LABEL_COLUMNS)
    assert set(CONTRACT) == {
        *("event_id", "type", "occurred_at", "market"),
        *(f"{role}_id" for role in ROLES),
        *PAYLOAD_FIELDS,
    }


def test_there_are_exactly_as_many_events_as_asked_for(demo: Demo) -> None:
    assert len(demo.events) == demo.request.events
    assert demo.events["event_id"].is_unique
    assert set(demo.events["type"]) == set(EVENT_TYPES)


def test_events_are_sorted_and_inside_the_period(demo: Demo) -> None:
    times = demo.events["occurred_at"]

    assert times.is_monotonic_increasing
    assert times.iloc[0] >= pd.Timestamp("2026-08-01", tz="UTC")
    assert times.iloc[-1] < pd.Timestamp("2026-11-01", tz="UTC")
    assert times.iloc[-1] > pd.Timestamp("2026-10-31", tz="UTC")


def test_every_reference_resolves_in_its_market(demo: Demo) -> None:
    known = demo.entities.set_index(["type", "external_id"])["market"]
    assert known.index.is_unique
    for role in ROLES:
        used = demo.events.loc[demo.events[f"{role}_id"].notna(), ["market", f"{role}_id"]]
        found = known.loc[role].reindex(used[f"{role}_id"])
        assert len(used) > 0, role
        assert found.notna().all(), role
        assert (found.to_numpy() == used["market"].to_numpy()).all(), role


def test_nothing_happens_before_its_entity_is_there(demo: Demo) -> None:
    since = demo.entities.set_index(["type", "external_id"])["registered_at"]
    for role in ("seller", "buyer", "creator", "listing", "order", "review", "video"):
        used = demo.events.loc[demo.events[f"{role}_id"].notna(), ["occurred_at", f"{role}_id"]]
        assert (since.loc[role].loc[used[f"{role}_id"]].to_numpy() <= used["occurred_at"].to_numpy()).all(), role


def test_newcomers_register_in_an_event(demo: Demo) -> None:
    registered = demo.of_type("account_registered")
    start = pd.Timestamp("2026-08-01", tz="UTC")
    for role in ("seller", "buyer", "creator"):
        entities = demo.entities[demo.entities["type"] == role]
        fresh = entities[entities["registered_at"] >= start]
        assert set(registered[f"{role}_id"].dropna()) == set(fresh["external_id"])
    assert registered[["device_id", "payment_account_id", "ip_country"]].notna().all().all()


def test_orders_run_their_course(demo: Demo) -> None:
    events = demo.events
    steps = events[events["order_id"].notna() & (events["type"] != "message_sent")]
    assert not steps.duplicated(["order_id", "type"]).any()
    assert (steps.groupby("order_id")[["seller_id", "buyer_id", "listing_id"]].nunique() == 1).all().all()
    at = steps.pivot_table(index="order_id", columns="type", values="occurred_at")
    assert at["order_placed"].notna().all()
    for earlier, later in (
        ("order_placed", "order_dispatched"),
        ("order_placed", "order_cancelled"),
        ("order_dispatched", "order_delivered"),
        ("order_delivered", "review_posted"),
        ("order_placed", "refund_requested"),
    ):
        done = at[at[later].notna()]
        assert (done[earlier] < done[later]).all(), (earlier, later)
    cancelled = at[at["order_cancelled"].notna()]
    assert cancelled[["order_dispatched", "order_delivered", "refund_requested"]].isna().all().all()


def test_nobody_buys_from_a_banned_shop(demo: Demo) -> None:
    banned = demo.of_type("account_banned").set_index("seller_id")["occurred_at"]
    orders = demo.of_type("order_placed")
    until = orders["seller_id"].map(banned)

    assert len(banned) >= 4
    assert until.notna().any()
    assert not (orders["occurred_at"] >= until).any()


def test_orders_are_placed_at_the_price_of_the_day(demo: Demo) -> None:
    orders = demo.of_type("order_placed")
    updates = demo.of_type("listing_updated").set_index("listing_id")
    created = demo.of_type("listing_created").set_index("listing_id")["price"]
    changed = orders["listing_id"].map(updates["occurred_at"])
    is_after = orders["occurred_at"] >= changed
    was_created = orders["listing_id"].isin(created.index) & ~is_after

    assert is_after.any()
    assert was_created.any()
    assert (orders.loc[is_after, "price"] == orders.loc[is_after, "listing_id"].map(updates["price"])).all()
    assert (orders.loc[was_created, "price"] == orders.loc[was_created, "listing_id"].map(created)).all()
    assert ((orders["price"] * orders["quantity"] - orders["amount"]).abs() < 0.005).all()


def test_values_are_in_range(demo: Demo) -> None:
    events = demo.events
    assert set(events["rating"].dropna()) == {1, 2, 3, 4, 5}
    assert events["quantity"].dropna().between(1, 4).all()
    for name in ("amount", "price", "reference_price"):
        assert (events[name].dropna() > 0).all()
    assert set(zip(events["market"], events["currency"], strict=True)) >= {
        ("BR", "BRL"), ("ID", "IDR"), ("DE", "EUR"),
    }  # fmt: skip
    assert set(events["fault"].dropna()) == {"seller", "buyer"}
    refunds = demo.of_type("refund_requested").merge(demo.of_type("order_placed"), on="order_id")
    assert (refunds["amount_x"] <= refunds["amount_y"]).all()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("login", ["device_id", "ip_country"]),
        ("account_banned", ["seller_id", "device_id", "payment_account_id", "reason"]),
        (
            "listing_created",
            ["seller_id", "listing_id", "price", "reference_price", "category", "title", "text", "currency"],
        ),
        ("listing_updated", ["seller_id", "listing_id", "price", "reference_price", "title", "currency"]),
        (
            "order_placed",
            [
                *("order_id", "seller_id", "buyer_id", "listing_id", "device_id", "payment_account_id"),
                *("address_id", "amount", "currency", "quantity", "price", "reference_price", "category"),
            ],
        ),
        ("order_dispatched", ["order_id", "seller_id", "dispatch_due_at", "carrier"]),
        ("order_delivered", ["order_id", "seller_id", "delivery_due_at", "carrier"]),
        ("order_cancelled", ["order_id", "seller_id", "reason", "fault"]),
        ("refund_requested", ["order_id", "seller_id", "buyer_id", "reason", "amount", "currency"]),
        ("review_posted", ["review_id", "order_id", "seller_id", "buyer_id", "rating", "title", "text"]),
        ("message_sent", ["message_id", "seller_id", "buyer_id", "text", "reason"]),
        ("video_posted", ["video_id", "creator_id", "listing_id", "text"]),
    ],
)
def test_an_event_carries_what_its_type_is_about(demo: Demo, name: str, columns: list[str]) -> None:
    rows = demo.of_type(name)

    assert len(rows) > 0
    assert rows[columns].notna().all().all()


def test_a_sign_in_is_of_one_account(demo: Demo) -> None:
    accounts = demo.of_type("login")[["seller_id", "buyer_id", "creator_id"]]

    assert (accounts.notna().sum(axis=1) == 1).all()
    assert accounts.notna().any().all()


def test_all_markets_together_and_a_short_period(tmp_path_factory: pytest.TempPathFactory) -> None:
    from_all = write_and_read(
        make_request(markets=("BR", "DE", "ES", "FR", "GB", "ID", "MX", "MY", "PH", "SG", "TH", "US", "VN")),
        tmp_path_factory.mktemp("markets"),
    )
    short = write_and_read(
        make_request(last_day=pd.Timestamp("2026-08-14").date(), events=20_000), tmp_path_factory.mktemp("short")
    )
    for demo, size in ((from_all, 10_000), (short, 20_000)):
        assert len(demo.events) == size
        assert demo.labels.groupby(["abuse", "level"]).size().min() >= 2
    assert from_all.events["market"].nunique() == 13
    assert short.events["occurred_at"].max() < pd.Timestamp("2026-08-15", tz="UTC")
