"""The honest marketplace: sizes, names, attributes, noise."""

import json

from tests.risk.demo.conftest import Demo


def test_sellers_have_a_long_tail_and_names_of_their_own(standard: Demo) -> None:
    orders = standard.of_type("order_placed")["seller_id"].value_counts()
    sellers = standard.entities[standard.entities["type"] == "seller"]

    assert orders.iloc[: len(sellers) // 10].sum() > 0.35 * orders.sum()
    assert orders.median() < orders.mean() * 0.7
    assert sellers["name"].is_unique
    buyers = standard.entities[standard.entities["type"] == "buyer"]
    assert buyers["name"].is_unique
    assert buyers["name"].str.fullmatch(r"[\w-]+\.[\w-]+\.\d{4}").all()
    assert set(sellers["tier"]) == {"new", "bronze", "silver", "gold"}


def test_attributes_are_json_and_resolve(standard: Demo) -> None:
    entities = standard.entities
    known = {kind: set(rows["external_id"]) for kind, rows in entities.groupby("type")}
    for kind, field, target in (
        ("listing", "seller_id", "seller"),
        ("seller", "payout_account_id", "payment_account"),
        ("buyer", "payment_account_id", "payment_account"),
        ("creator", "device_id", "device"),
    ):
        parsed = entities.loc[entities["type"] == kind, "attributes"].map(json.loads)
        assert {row[field] for row in parsed} <= known[target]


def test_honest_noise(standard: Demo) -> None:
    reviews = standard.of_type("review_posted")
    honest = reviews[~reviews["event_id"].isin(standard.labels["event_id"])]
    cancelled = standard.of_type("order_cancelled")
    orders = len(standard.of_type("order_placed"))

    assert 0.04 < (honest["rating"] <= 2).mean() < 0.12
    assert (honest["rating"] == 5).mean() > 0.5
    assert 0.005 < (cancelled["fault"] == "seller").sum() / orders < 0.02
    assert 0.01 < (cancelled["fault"] == "buyer").sum() / orders < 0.02
    abroad = standard.of_type("login")
    assert 0.01 < (abroad["ip_country"] != abroad["market"]).mean() < 0.03


def test_sign_ins_are_spread_as_evenly_as_trade(chunked: Demo) -> None:
    days = chunked.events["occurred_at"].dt.date
    share = (chunked.events["type"] == "login").groupby(days).mean()

    assert share.iloc[10:].between(0.12, 0.3).all()
