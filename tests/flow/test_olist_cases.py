"""From the files of a real marketplace to cases, with figures that a plain pandas computation confirms."""

from pathlib import Path

import pandas as pd
import pytest
from django.core.management import call_command

from cases.models import Case, CaseEvidence
from governance.actions.outbox import work_off_waiting
from risk.actions.compiled import forget_ruleset
from risk.models import RuleHit, SignalSnapshot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.untraced]

ZONE = "America/Sao_Paulo"
WINDOW = pd.Timedelta(days=30)
ROOT = Path(__file__).parents[2]


def read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (seller, time) of the orders placed, and (seller, time, is_late) of the orders dispatched."""
    stamps = ["order_purchase_timestamp", "order_delivered_carrier_date"]
    orders = pd.read_csv(folder / "olist_orders_dataset.csv", parse_dates=stamps)
    items = pd.read_csv(folder / "olist_order_items_dataset.csv", parse_dates=["shipping_limit_date"])
    due = items.groupby(["order_id", "seller_id"], as_index=False)["shipping_limit_date"].max()
    sales = due.merge(orders, on="order_id")
    placed = sales[["seller_id", "order_purchase_timestamp"]].set_axis(["seller", "at"], axis=1)
    sent = sales.dropna(subset=["order_delivered_carrier_date"])
    dispatched = pd.DataFrame(
        {
            "seller": sent["seller_id"],
            "at": sent["order_delivered_carrier_date"],
            "is_late": sent["order_delivered_carrier_date"] > sent["shipping_limit_date"],
        }
    )
    return in_utc(placed), in_utc(dispatched)


def in_utc(frame: pd.DataFrame) -> pd.DataFrame:
    local = frame["at"].dt.tz_localize(ZONE, ambiguous=False, nonexistent="shift_forward")
    return frame.assign(at=local.dt.tz_convert("UTC"))


class Plain:
    """The figures of a seller as of a moment, by pandas alone."""

    def __init__(self, folder: Path) -> None:
        placed, dispatched = read(folder)
        self.placed = {seller: rows["at"] for seller, rows in placed.groupby("seller")}
        self.dispatched = dict(list(dispatched.groupby("seller")))

    def orders(self, seller: str, as_of: pd.Timestamp) -> int:
        at = self.placed[seller]
        return int(((at > as_of - WINDOW) & (at <= as_of)).sum())

    def late(self, seller: str, as_of: pd.Timestamp) -> "tuple[float, int]":
        rows = self.dispatched.get(seller)
        if rows is None:
            return 0.0, 0
        sent = rows[(rows["at"] > as_of - WINDOW) & (rows["at"] <= as_of)]
        return (float(sent["is_late"].mean()) if len(sent) else 0.0), len(sent)


def test_cases_and_their_figures_equal_a_plain_computation(olist: Path):
    call_command("load_pack", verbosity=0)
    forget_ruleset()
    call_command("import_data", str(olist), "--mapping", str(ROOT / "examples" / "olist.yaml"), "--quiet")
    work_off_waiting()
    plain = Plain(olist)
    check_moments(plain)
    check_figures(plain)


def check_moments(plain: Plain) -> None:
    """The rule fires at exactly the moments at which the limit is passed, and those sellers have a case."""
    fired = RuleHit.objects.filter(rule_version__rule__code="LATE-DISPATCH-ENFORCED")
    busy = [seller for seller, at in plain.placed.items() if len(at) >= 10]
    moments = SignalSnapshot.objects.filter(entity__external_id__in=busy)
    expected = set()
    for seller, as_of in moments.values_list("entity__external_id", "as_of"):
        share, sent = plain.late(seller, pd.Timestamp(as_of))
        if sent >= 10 and share > 0.10 and plain.orders(seller, pd.Timestamp(as_of)) >= 10:
            expected.add((seller, as_of))
    assert len(expected) > 100
    assert set(fired.values_list("entity__external_id", "as_of")) == expected
    opened = Case.objects.filter(evidence__content__rule__code="LATE-DISPATCH-ENFORCED")
    assert set(opened.values_list("entity__external_id", flat=True)) == {seller for seller, _ in expected}


def check_figures(plain: Plain) -> None:
    """Every figure frozen on a case is the plain one."""
    evidence = CaseEvidence.objects.filter(content__rule__code="LATE-DISPATCH-ENFORCED").select_related("case__entity")
    assert evidence.count() > 100
    for piece in evidence:
        seller, as_of = piece.case.entity.external_id, pd.Timestamp(piece.as_of)
        signals = piece.content["signals"]
        share, sent = plain.late(seller, as_of)
        assert signals["values"]["late_dispatch_rate_30d"] == pytest.approx(share, abs=1e-12)
        assert signals["volumes"]["late_dispatch_rate_30d"] == sent
        assert signals["values"]["orders_30d"] == plain.orders(seller, as_of)
