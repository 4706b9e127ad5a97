"""The planted abuse: enough of it, where the labels say, and visible against honest noise."""

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from risk.domain.demo.vocabulary import ABUSE_KINDS
from tests.risk.demo.conftest import Demo

SELLER_KINDS = (
    "late_dispatch",
    "fake_reviews",
    "counterfeit",
    "multi_account",
    "off_platform_payment",
    "price_gouging",
    "emerging_scam",
)
END = pd.Timestamp("2026-10-31 23:59:59", tz="UTC")
START = pd.Timestamp("2026-08-01", tz="UTC")


def add_lateness(demo: Demo) -> pd.DataFrame:
    dispatched = demo.of_type("order_dispatched")
    placed = demo.of_type("order_placed").set_index("order_id")["occurred_at"]
    labels = demo.labelled("seller", "late_dispatch").set_index("external_id")["starts_at"]
    since = dispatched["seller_id"].map(labels)
    return dispatched.assign(
        late=dispatched["occurred_at"] > dispatched["dispatch_due_at"],
        planted=dispatched["order_id"].map(placed) >= since,
        later_planted=since.notna() & (since > START),
    )


def find_shingles(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(len(text) - 2)}


def measure_similarity(texts: list[str]) -> float:
    pairs = [(find_shingles(a), find_shingles(b)) for a, b in combinations(texts, 2)]
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs]))


@pytest.mark.parametrize("abuse", ABUSE_KINDS)
def test_even_the_smallest_marketplace_has_two_of_each(smallest: Demo, abuse: str) -> None:
    entity_type = "buyer" if abuse == "refund_abuse" else "seller"

    assert len(smallest.labelled(entity_type, abuse)) >= 2
    assert len(smallest.planted_events(abuse)) >= 2


@pytest.mark.parametrize("abuse", SELLER_KINDS)
def test_one_to_four_percent_of_the_sellers_play_a_part(standard: Demo, chunked: Demo, abuse: str) -> None:
    for demo in (standard, chunked):
        sellers = (demo.entities["type"] == "seller").sum()
        assert 0.01 <= len(demo.labelled("seller", abuse)) / sellers <= 0.04


def test_labels_name_known_things_once(standard: Demo) -> None:
    labels = standard.labels
    entities = labels[labels["level"] == "entity"]
    events = labels[labels["level"] == "event"]
    known = standard.entities.set_index(["type", "external_id"])["market"]
    markets = known.loc[list(zip(entities["entity_type"], entities["external_id"], strict=True))]

    assert (markets.to_numpy() == entities["market"].to_numpy()).all()
    assert not entities.duplicated(["entity_type", "external_id"]).any()
    assert not events["event_id"].duplicated().any()
    assert (labels["starts_at"] <= labels["ends_at"]).all()
    assert (labels["starts_at"] >= START).all()
    assert (labels["ends_at"] <= END).all()
    assert entities["event_id"].isna().all()
    assert events["external_id"].isna().all()
    happened = standard.events.set_index("event_id").loc[events["event_id"]]
    assert (happened["occurred_at"].to_numpy() == events["starts_at"].to_numpy()).all()
    assert (happened["market"].to_numpy() == events["market"].to_numpy()).all()


@pytest.mark.parametrize("abuse", ABUSE_KINDS)
def test_planted_events_are_of_planted_accounts_in_their_time(standard: Demo, abuse: str) -> None:
    entity_type = "buyer" if abuse in ("refund_abuse", "fake_reviews") else "seller"
    labels = standard.labelled(entity_type, abuse).set_index("external_id")
    planted = standard.planted_events(abuse)
    owners = planted[f"{entity_type}_id"]

    assert set(owners) <= set(labels.index)
    assert len(set(owners)) >= 0.9 * len(labels)
    assert (planted["occurred_at"] >= owners.map(labels["starts_at"])).all()
    assert (planted["occurred_at"] <= owners.map(labels["ends_at"])).all()


def test_late_dispatchers_are_late(standard: Demo) -> None:
    rows = add_lateness(standard)
    labelled = rows[rows["planted"]]
    others = rows[~rows["planted"]]
    per_seller = labelled.groupby("seller_id")["late"].agg(["mean", "size"])
    honest = others.groupby("seller_id")["late"].agg(["mean", "size"])

    assert labelled["late"].mean() > 0.3
    assert (per_seller.loc[per_seller["size"] >= 10, "mean"] > 0.12).all()
    assert (per_seller["size"] >= 10).mean() > 0.8
    assert 0.01 < others["late"].mean() < 0.04
    assert (honest.loc[honest["size"] >= 30, "mean"] < 0.12).mean() > 0.95
    assert (honest.loc[honest["size"] >= 30, "mean"] > 0.04).any()  # honest shops have bad months, too


def test_some_sellers_turn_late_in_the_middle(standard: Demo) -> None:
    rows = add_lateness(standard)
    turned = rows[rows["later_planted"]]

    assert turned.loc[~turned["planted"], "late"].mean() < 0.06
    assert turned.loc[turned["planted"], "late"].mean() > 0.3
    starts = standard.labelled("seller", "late_dispatch")["starts_at"]
    assert 0.3 < (starts > START).mean() < 0.7


def test_review_rings_share_devices_and_words(standard: Demo) -> None:
    planted = standard.planted_events("fake_reviews")
    honest = standard.of_type("review_posted")
    honest = honest[~honest["event_id"].isin(planted["event_id"]) & (honest["rating"] == 5)]
    alike = [measure_similarity(ring["text"].tolist()) for _, ring in planted.groupby("seller_id")]
    unlike = [
        measure_similarity(shop["text"].tolist()[:15])
        for _, shop in list(honest.groupby("seller_id"))[:40]
        if len(shop) > 3
    ]

    assert (planted["rating"] == 5).all()
    assert (planted.groupby("seller_id")["occurred_at"].agg(np.ptp) < pd.Timedelta(days=6)).all()
    assert (planted.groupby("seller_id")["device_id"].nunique() <= 3).all()
    assert planted.groupby("seller_id").size().min() >= 8
    assert np.mean(alike) > 0.5
    assert np.mean(unlike) < 0.25


def test_some_honest_buyers_share_devices_too(standard: Demo) -> None:
    logins = standard.of_type("login").dropna(subset=["buyer_id"])
    labelled = set(standard.labelled("buyer", "fake_reviews")["external_id"])
    honest = logins[~logins["buyer_id"].isin(labelled)]
    people = honest.groupby("device_id")["buyer_id"].nunique()

    assert (people >= 2).sum() > 100
    assert people.max() >= 6


def test_counterfeits_are_cheap_and_say_what_they_are(standard: Demo) -> None:
    planted = standard.planted_events("counterfeit")
    created = standard.of_type("listing_created")
    honest = created[~created["event_id"].isin(standard.labels["event_id"])]
    plain = re.compile(
        r"replica|réplica|replika|mirror|espelho|1:1|original|kw super|kopie|cópia|kloning|spiegel", re.I
    )
    telling = planted["title"].str.contains(plain)

    assert (planted["price"] / planted["reference_price"]).max() < 0.4
    assert (honest["price"] / honest["reference_price"]).min() > 0.6
    assert 0.5 < telling.mean() < 0.9  # the others are disguised
    assert honest["title"].str.contains(plain).mean() < 0.02
    assert created["title"].str.contains(plain).sum() > telling.sum()  # honest look-alikes exist
    listings = standard.labelled("listing", "counterfeit")["external_id"]
    assert set(planted["listing_id"]) == set(listings)


def test_claimants_ask_for_their_money_back(standard: Demo) -> None:
    refunds = standard.of_type("refund_requested")["order_id"]
    orders = standard.of_type("order_delivered")
    orders = orders[orders["occurred_at"] < END - pd.Timedelta(days=7)]
    claimed = orders["order_id"].isin(refunds)
    labelled = orders["buyer_id"].isin(standard.labelled("buyer", "refund_abuse")["external_id"])

    assert claimed[labelled].mean() > 0.5
    assert 0.015 < claimed[~labelled].mean() < 0.06
    assert (orders[labelled].groupby("buyer_id").size() >= 4).all()


def test_banned_sellers_come_back_on_their_own_device_or_account(standard: Demo) -> None:
    banned = standard.of_type("account_banned")
    registered = standard.of_type("account_registered").dropna(subset=["seller_id"])
    labelled = set(standard.labelled("seller", "multi_account")["external_id"])
    returns = set()
    for column in ("device_id", "payment_account_id"):
        pairs = registered.merge(banned, on=column, suffixes=("", "_banned"))
        pairs = pairs[pairs["occurred_at"] > pairs["occurred_at_banned"]]
        returns |= set(pairs["seller_id"])
        assert len(pairs) > 0

    assert returns == labelled
    assert len(banned) > len(labelled)  # most come back, not all
    sold = standard.of_type("order_placed")["seller_id"]
    assert sold.isin(labelled).any()


def test_offers_to_pay_elsewhere_come_from_planted_sellers_only(standard: Demo) -> None:
    planted = standard.planted_events("off_platform_payment")
    messages = standard.of_type("message_sent")
    honest = messages[~messages["event_id"].isin(standard.labels["event_id"])]
    plain = re.compile(r"whatsapp|fora do site|luar aplikasi|außerhalb der plattform|direkt auf mein", re.I)

    assert (planted["reason"] == "from_seller").all()
    assert planted["text"].str.contains(plain).mean() > 0.25
    assert not honest["text"].str.contains(plain).any()
    asking = honest[honest["text"].str.contains("transfer|überweisung", case=False)]
    assert (asking["reason"] == "from_buyer").all()  # the honest question that a bad rule would hit
    assert len(asking) > 50
    rate = planted.groupby("seller_id").size() / standard.of_type("order_placed").groupby("seller_id").size()
    assert rate.median() > 0.2


def test_gouged_prices_are_far_from_their_reference(standard: Demo) -> None:
    offers = standard.events[standard.events["type"].isin(["listing_created", "listing_updated"])]
    ratio = offers["price"] / offers["reference_price"]
    labels = standard.labels
    labelled = labels.loc[(labels["level"] == "event") & (labels["abuse"] == "price_gouging"), "event_id"]
    planted = offers["event_id"].isin(labelled)

    assert planted.sum() == len(labelled)
    assert ratio[planted].min() > 3
    assert ratio[~planted].max() < 2.7
    assert (ratio[~planted] > 1.5).any()  # honest premium shops
    orders = standard.of_type("order_placed").merge(
        standard.labelled("listing", "price_gouging"), left_on="listing_id", right_on="external_id"
    )
    dear = orders["price"] / orders["reference_price"] > 3
    assert (dear == (orders["occurred_at"] >= orders["starts_at"])).all()


@pytest.mark.parametrize("size", ["smallest", "standard", "chunked"])
def test_the_new_scam_phrase_starts_in_the_middle_and_grows(size: str, request: pytest.FixtureRequest) -> None:
    demo: Demo = request.getfixturevalue(size)
    planted = demo.planted_events("emerging_scam")
    texts = demo.events.loc[demo.events["text"].notna() & ~demo.events["event_id"].isin(planted["event_id"]), "text"]
    terms = {
        "BR": "taxa de desbloqueio relâmpago|caução expressa aduaneira|selo dourado de liberação",
        "ID": "kode emas pelepasan|biaya segel kilat|deposit gerbang paket",
        "DE": "Goldsiegel-Freigabegebühr|Blitzkaution Paketzoll|Torpfand Sendung",
    }
    elapsed = (planted["occurred_at"] - START) / (END - START)
    later = pd.cut(elapsed, [elapsed.min() - 1e-9, *np.linspace(elapsed.min(), 1.0, 4)[1:]])
    counts = planted.groupby(later, observed=False).size().tolist()

    assert 0.4 < elapsed.min() < 0.75
    assert counts[0] < counts[1] < counts[2]
    assert counts[2] > 3 * counts[0]
    assert not texts.str.contains("|".join(terms.values())).any()
    for market, rows in planted.groupby("market"):
        found = rows["text"].str.extract(f"({terms[market]})")[0]
        assert found.nunique() == 1  # one phrase per language
        assert found.notna().all()
    senders = planted.groupby("seller_id")["occurred_at"].min().sort_values()
    assert len(senders) >= 2


def test_the_scam_stays_in_few_languages_when_small(smallest: Demo, standard: Demo) -> None:
    assert smallest.planted_events("emerging_scam")["market"].nunique() <= 2
    assert standard.planted_events("emerging_scam")["market"].nunique() >= 2
