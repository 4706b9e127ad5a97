"""Features of the demo marketplace: the signals of production as of each event, and nothing from later."""

import random
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command

from policies.rulelang import Kind
from risk.actions.compiled import compile_where
from risk.actions.demo_features import compute_features, load_pack_signals, make_event_table, write_features
from risk.actions.demo_files import FEATURES, write_demo
from risk.domain.demo.features.columns import describe_columns
from risk.domain.demo.features.signals import DEMO_SIGNALS, filters_of
from risk.domain.readings import SeenEvent, read_signals
from risk.domain.vocabulary import PAYLOAD_FIELDS
from tests.risk.demo.conftest import Demo, copy_with_features, make_request

SIGNALS = load_pack_signals()
SAMPLED_ACCOUNTS = 40


@pytest.fixture(scope="module")
def path(smallest: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_with_features(smallest, tmp_path_factory.mktemp("features"))


@pytest.fixture(scope="module")
def features(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path)


def plain(value):
    """Missing values as None, which is how Python code knows them."""
    return None if value is None or value is pd.NaT or value != value else value


def moment_or(value):
    """A pandas time as Python's; anything else as it is."""
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def seen_events(events: pd.DataFrame, role: str) -> list[SeenEvent]:
    """Events as the workers' reading of signals takes them, the account's id being its key."""
    found = []
    for row in events.to_dict("records"):
        payload = {name: moment_or(plain(row[name])) for name in PAYLOAD_FIELDS}
        at = row["occurred_at"].to_pydatetime()
        head = {"id": row["event_id"], "type": row["type"], "market": row["market"], "occurred_at": at}
        values = {**payload, "event": head}
        found.append(SeenEvent(row[f"{role}_id"], role, row["type"], at, values))
    return found


@pytest.mark.parametrize("role", ["seller", "buyer"])
def test_signals_are_those_of_the_workers(smallest: Demo, features: pd.DataFrame, role: str) -> None:
    specs = [spec for spec in (*SIGNALS, *DEMO_SIGNALS) if spec.role == role]
    column = f"{role}_id"
    busy = smallest.events[column].value_counts().index[:SAMPLED_ACCOUNTS]
    chosen = smallest.events[smallest.events[column].isin(busy)]
    events = seen_events(chosen, role)
    conditions = {one.where: compile_where(one.where).holds for one in filters_of(specs) if one.where is not None}
    moments = [(event.entity_id, event.occurred_at) for event in events]
    readings = read_signals(specs=specs, conditions=conditions, events=events, moments=moments)
    rows = features.loc[chosen.index]
    for spec in specs:
        wanted = [reading.figures.values[spec.name] for reading in readings]
        assert [plain(value) for value in rows[f"{role}.{spec.name}"]] == wanted, spec.name
        assert len({value for value in wanted if value is not None}) > 1, f"{spec.name} never varies here"


def test_nothing_comes_from_later(smallest: Demo, features: pd.DataFrame) -> None:
    """Features of a marketplace that ends half-way are the first half of the features."""
    table = pq.read_table(smallest.directory / "events.parquet")
    moment = smallest.events["occurred_at"].iloc[len(table) // 2]
    rows = int((smallest.events["occurred_at"] <= moment).sum())
    events = table.slice(0, rows)
    early = compute_features(events, make_event_table(events), SIGNALS)
    for name, column in early.items():
        got = [plain(value) for value in column.to_pylist()]
        assert got == [plain(value) for value in features[name].iloc[:rows]], name


def test_accounts_that_an_event_does_not_touch_have_no_features(features: pd.DataFrame) -> None:
    untouched = features[features["seller.id"].isna()]
    assert len(untouched) > 100
    assert untouched[[name for name in features.columns if name.startswith("seller.")]].isna().all(axis=None)
    assert features["seller.orders_30d"].notna().equals(features["seller.id"].notna())


def test_columns_are_as_described(path: Path, features: pd.DataFrame) -> None:
    described = describe_columns(SIGNALS)
    schema = pq.read_schema(path)
    assert schema.names == list(described)
    fits = {
        Kind.STRING: pa.types.is_string,
        Kind.INT: pa.types.is_integer,
        Kind.DOUBLE: pa.types.is_floating,
        Kind.BOOL: pa.types.is_boolean,
        Kind.TIMESTAMP: pa.types.is_timestamp,
    }
    for name, field in described.items():
        assert fits[field.type.kind](schema.field(name).type), name
        assert field.nullable or features[name].notna().all(), name
        assert field.doc or name in PAYLOAD_FIELDS, name


def test_prices_before_the_event(features: pd.DataFrame) -> None:
    priced = features[features["price"].notna()]
    checked = 0
    for _listing, group in priced.groupby("listing.id"):
        prices, times = group["price"].to_numpy(), group["event.occurred_at"]
        for place in range(len(group)):
            wanted = prices[place - 1] if place else None
            assert plain(group["listing.previous_price"].iloc[place]) == wanted
            since = times.iloc[place] - timedelta(days=30)
            first = next((other for other in range(place) if times.iloc[other] > since), place)
            known = prices[max(first - 1, 0) : place]
            assert plain(group["listing.lowest_price_30d"].iloc[place]) == (known.min() if place else None)
            checked += place > 0
    assert checked > 1_000


def test_sellers_come_back_on_what_the_banned_used(smallest: Demo, features: pd.DataFrame) -> None:
    heirs = set(smallest.labelled("seller", "multi_account")["external_id"])
    registered = features[(features["event.type"] == "account_registered") & features["seller.id"].isin(heirs)]
    ties = registered[["device.banned_sellers", "payment_account.banned_sellers"]].max(axis=1)
    assert len(registered) == len(heirs)
    assert (ties == 1).all()
    assert registered["seller.is_tied_to_banned"].all()
    tied = features[features["seller.is_tied_to_banned"].fillna(value=False).astype(bool)]
    assert set(tied["seller.id"]) == heirs
    bans = features[features["event.type"] == "account_banned"].set_index("seller.id")["event.occurred_at"]
    assert tied["event.occurred_at"].min() > bans.min()


def test_rings_review_from_few_devices(smallest: Demo, features: pd.DataFrame) -> None:
    reviews = features[features["event.type"] == "review_posted"].copy()
    rows = random.Random(5).sample(range(len(reviews)), 300)
    crowded = list(np.flatnonzero(reviews["review.buyers_on_device"] > 2)[:100])
    for row in [*rows, *crowded]:
        one = reviews.iloc[row]
        same = reviews["seller.id"].eq(one["seller.id"]) & reviews["event.occurred_at"].le(one["event.occurred_at"])
        on_device = reviews[same & reviews["device.id"].eq(one["device.id"])]
        assert one["review.buyers_on_device"] == on_device["buyer.id"].nunique()
        before = reviews[same].iloc[:-1]
        assert plain(one["seller.previous_review_text"]) == (before["text"].iloc[-1] if len(before) else None)
    planted = reviews[reviews["event.id"].isin(smallest.planted_events("fake_reviews")["event_id"])]
    assert planted["review.buyers_on_device"].mean() > 3 * reviews["review.buyers_on_device"].mean()


def test_who_wrote_first(features: pd.DataFrame) -> None:
    messages = features[features["event.type"] == "message_sent"]
    asked: set[str] = set()
    for one in messages.to_dict("records"):
        order = plain(one["order.id"])
        if order is not None:
            assert one["order.buyer_wrote_first"] == (order in asked)
            if one["reason"] == "from_buyer":
                asked.add(order)
    unasked = messages[(messages["reason"] == "from_seller") & (messages["order.buyer_wrote_first"] != True)]  # noqa: E712
    assert (unasked["seller.unasked_messages_7d"] >= 1).all()


def test_the_command_writes_the_same_again_and_a_new_run_takes_old_features_away(tmp_path: Path, capsys) -> None:
    request = make_request(seed=3)
    options = {"seed": 3, "events": 10_000, "features": True}
    call_command("demo_data", "--out", str(tmp_path), **options)
    assert f"73 columns of what was known as of each event in {tmp_path / FEATURES}" in capsys.readouterr().out
    first = (tmp_path / FEATURES).read_bytes()
    write_features(directory=tmp_path)
    assert (tmp_path / FEATURES).read_bytes() == first
    write_demo(request=request, directory=tmp_path)
    assert not (tmp_path / FEATURES).exists()
