"""Nothing but the labels tells planted from honest: no word, no id, no place in a file."""

import re

import numpy as np
import pandas as pd
import pytest

from risk.domain.demo.vocabulary import ABUSE_KINDS
from tests.risk.demo.conftest import Demo

TELLING = re.compile("|".join([*ABUSE_KINDS, "abus", "label", "fraud", "planted", "counterfeit", "scam", "fake"]), re.I)


def find_auc(scores: np.ndarray, chosen: np.ndarray) -> float:
    """Return how well the score tells the chosen from the others: 0.5 is not at all."""
    ranks = pd.Series(scores).rank().to_numpy()
    size = chosen.sum()
    return float((ranks[chosen].sum() - size * (size + 1) / 2) / (size * (~chosen).sum()))


@pytest.mark.parametrize("column", ["type", "reason", "fault", "category", "carrier", "title", "text", "ip_country"])
def test_no_event_says_so(standard: Demo, column: str) -> None:
    assert not [text for text in standard.events[column].dropna().unique() if TELLING.search(text)]


@pytest.mark.parametrize("column", ["type", "name", "category", "tier", "locale"])
def test_no_entity_says_so(standard: Demo, column: str) -> None:
    assert not [text for text in standard.entities[column].dropna().unique() if TELLING.search(text)]


def test_no_attribute_says_so(standard: Demo) -> None:
    attributes = standard.entities.groupby("type")["attributes"].first().dropna()
    fields = {field for text in attributes for field in re.findall(r'"(\w+)":', text)}

    assert fields == {
        *("payout_account_id", "payment_account_id", "device_id"),
        *("seller_id", "brand", "price", "reference_price", "currency"),
    }


@pytest.mark.parametrize("entity_type", ["seller", "buyer", "listing"])
def test_neither_id_nor_place_tells_planted_entities(chunked: Demo, entity_type: str) -> None:
    rows = chunked.entities[chunked.entities["type"] == entity_type]
    labels = chunked.labels
    labelled = labels.loc[labels["entity_type"] == entity_type, "external_id"]
    chosen = rows["external_id"].isin(labelled).to_numpy()
    place = rows.groupby("market").cumcount() / rows.groupby("market")["external_id"].transform("size")

    assert chosen.sum() > 100
    assert 0.42 < find_auc(rows["external_id"].rank().to_numpy(), chosen) < 0.58
    assert 0.42 < find_auc(place.to_numpy(), chosen) < 0.58


@pytest.mark.parametrize(
    ("event_type", "column", "abuse"),
    [
        ("review_posted", "review_id", "fake_reviews"),
        ("review_posted", "order_id", "fake_reviews"),
        ("review_posted", "device_id", "fake_reviews"),
        ("message_sent", "message_id", "emerging_scam"),
        ("message_sent", "message_id", "off_platform_payment"),
        ("refund_requested", "order_id", "refund_abuse"),
        ("order_dispatched", "order_id", "late_dispatch"),
    ],
)
def test_no_id_tells_planted_events(chunked: Demo, event_type: str, column: str, abuse: str) -> None:
    rows = chunked.of_type(event_type)
    chosen = rows["event_id"].isin(chunked.planted_events(abuse)["event_id"]).to_numpy()

    assert 0.42 < find_auc(rows[column].rank().to_numpy(), chosen) < 0.58


def test_event_ids_number_the_file_through(chunked: Demo) -> None:
    numbers = chunked.events["event_id"].str[-10:].astype(int)

    assert numbers.tolist() == list(range(len(chunked.events)))
