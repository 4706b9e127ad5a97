"""The mapping of the public Olist data set, on that data set where it is at hand."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import call_command

from governance.models import OutboxFact
from risk.models import Entity, Event, IngestBatch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.untraced]
MAPPING = Path(__file__).resolve().parents[3] / "examples" / "olist.yaml"


def run(place: Path, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_data", str(place), "--mapping", str(MAPPING), "--quiet", *options, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def read(place: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(next(place.glob(f"*{name}*.csv")), dtype=str, keep_default_na=False)


def in_utc(text: str) -> str:
    return str(pd.Timestamp(text).tz_localize("America/Sao_Paulo", nonexistent="shift_forward").tz_convert("UTC"))


@pytest.mark.slow
def test_every_row_is_accounted_for_and_a_second_run_adds_nothing(olist: Path) -> None:
    rows = sum(len(read(olist, path.stem)) for path in olist.glob("*.csv"))
    orders, items, reviews = read(olist, "orders_dataset"), read(olist, "order_items"), read(olist, "reviews")
    sold = items.drop_duplicates(["order_id", "seller_id"])
    empty = ~orders.order_id.isin(items.order_id)

    dry = run(olist, "--dry-run")
    assert (Event.objects.count(), Entity.objects.count(), IngestBatch.objects.count()) == (0, 0, 0)
    first = run(olist)
    assert first == dry
    assert first["read"] == rows == first["accepted"] + first["rejected"] + first["duplicates"]
    assert first["rejected"] == first["duplicates"] == 0
    kinds = {kind: counts["accepted"] for kind, counts in first["by_kind"].items()}
    assert kinds["seller"] == len(read(olist, "sellers"))
    assert kinds["order"] == len(orders)
    assert kinds["order_placed"] == len(sold) + empty.sum()
    by_review = reviews.merge(sold[["order_id", "seller_id"]], on="order_id", how="left")
    assert kinds["review_posted"] == len(by_review)
    dispatched = sold.merge(orders, on="order_id").order_delivered_carrier_date != ""
    assert kinds["order_dispatched"] == dispatched.sum()
    assert Entity.objects.filter(type="seller").count() == len(read(olist, "sellers"))
    assert OutboxFact.objects.filter(name="events_ingested").count() == 1

    events, entities = Event.objects.count(), Entity.objects.count()
    again = run(olist)
    assert (again["read"], again["accepted"], again["rejected"], again["duplicates"]) == (rows, 0, 0, rows)
    assert (Event.objects.count(), Entity.objects.count()) == (events, entities)
    assert OutboxFact.objects.filter(name="events_ingested").count() == 1

    _check_values(olist, sold)


def _check_values(olist: Path, sold: pd.DataFrame) -> None:
    """Compare events with the files, read another way."""
    items, orders = read(olist, "order_items"), read(olist, "orders_dataset").set_index("order_id")
    for order_id, seller_id in sold[["order_id", "seller_id"]].iloc[::997].itertuples(index=False):
        mine = items[(items.order_id == order_id) & (items.seller_id == seller_id)]
        placed = Event.objects.get(external_id=f"{order_id}:{seller_id}:placed")
        assert placed.payload["amount"] == pytest.approx(mine.price.astype(float).sum())
        assert placed.payload["quantity"] == len(mine)
        assert str(placed.occurred_at) == in_utc(orders.order_purchase_timestamp[order_id])
        sent = Event.objects.filter(external_id=f"{order_id}:{seller_id}:dispatched").first()
        if sent:
            due = pd.Timestamp(sent.payload["dispatch_due_at"])
            assert str(due) == in_utc(mine.shipping_limit_date.max())
    long = read(olist, "reviews")
    long = long[long.review_comment_message.str.contains("\n")].iloc[0]
    told = Event.objects.filter(external_id__startswith=f"{long.review_id}:{long.order_id}").first()
    assert told is not None
    assert told.payload["text"].replace("\r", "").split() == long.review_comment_message.split()
    assert told.payload["rating"] == int(long.review_score)
