"""Make what decisions are measured on: a hundred rules, sellers with signals, listings and orders."""

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg2
import yaml

from policies.pack_files import SHIPPED_PACKS

MARKET: Final = "BR"
SELLERS: Final = 2_000
BUYERS: Final = 20_000
RULES: Final = 100
POLICY: Final = "LIST-MISLEADING"
BEGIN: Final = datetime(2026, 3, 1, tzinfo=UTC)
WORDS: Final = ("towel", "blue", "phone", "case", "replica", "original", "lamp", "garden", "set", "gift", "shoe", "bag")

ENTITIES = """
INSERT INTO risk_entity (market_id, type, external_id, name, attributes, first_seen_at, last_seen_at)
SELECT %(market)s, kind, kind || '-' || n, initcap(kind) || ' ' || n, '{"tier": "silver", "country": "BR"}',
    %(at)s, %(at)s
FROM (SELECT 'seller' AS kind, generate_series(1, %(sellers)s) AS n
      UNION ALL SELECT 'buyer', generate_series(1, %(buyers)s)) AS wanted
"""
SNAPSHOTS = """
INSERT INTO risk_signalsnapshot (entity_id, as_of, values, volumes, counts, versions)
SELECT id, %(at)s::timestamptz - day * interval '1 day',
    jsonb_build_object('orders_30d', id %% 400, 'late_dispatch_rate_30d', (id %% 97) / 97.0,
        'cancellation_rate_30d', (id %% 31) / 100.0, 'refund_rate_60d', (id %% 23) / 100.0,
        'negative_review_rate_60d', (id %% 11) / 20.0, 'refunds_60d', id %% 5),
    '{}', '{}', '{}'
FROM risk_entity CROSS JOIN generate_series(0, 2) AS day WHERE type IN ('seller', 'buyer')
"""


def write_pack(folder: Path, chance: random.Random) -> None:
    """Write the shipped pack with a hundred other rules, all of them on the events that are sent."""
    shutil.copytree(SHIPPED_PACKS / "marketplace", folder, dirs_exist_ok=True)
    seeds = yaml.safe_load((folder / "rules.yaml").read_text(encoding="utf-8"))
    seeds["rules"] = [make_rule(number, chance) for number in range(RULES)]
    (folder / "rules.yaml").write_text(yaml.safe_dump(seeds, allow_unicode=True), encoding="utf-8")


def make_rule(number: int, chance: random.Random) -> dict[str, Any]:
    """Return a rule; each fires on about one event in a few hundred."""
    word, other = chance.sample(WORDS, 2)
    conditions = (
        f"price > {chance.randrange(960, 1000)} && seller.late_dispatch_rate_30d > {chance.randrange(50, 95) / 100}",
        f'title.contains("{word} {other}") && price < {chance.randrange(20, 90)}',
        f"seller.orders_30d < {chance.randrange(5, 30)} && price > 20 * reference_price",
        f'brand == "{word}" && category in ["{word}", "{other}"] && seller.refund_rate_60d > 0.2',
        f'currency != "BRL" && quantity > {chance.randrange(5, 9)} && seller.tier == "new"',
        f"seller.negative_review_rate_60d > 0.5 && seller.cancellation_rate_30d > {chance.randrange(28, 31) / 100}",
        f'lower(text).matches("\\\\b{word} (copy|{other})\\\\b") && price > 900.0',
        f"price / reference_price > {chance.randrange(60, 95)}.0 || (reference_price == null && price > 9990.0)",
    )
    return {
        "id": f"BENCH-{number:03d}",
        "policy": POLICY,
        "title": f"Rule {number}",
        "target": {"events": ["listing_created"]},
        "when": conditions[number % len(conditions)],
        "outcome": ("review", "label", "warn", "hold")[number % 4],
        "priority": 100 + number,
        "reason": f"Reason of rule {number}.",
        "markets": "all",
    }


def fill(url: str) -> None:
    """Store the accounts with three readings each."""
    given = {"market": MARKET, "at": BEGIN - timedelta(days=1), "sellers": SELLERS, "buyers": BUYERS}
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(ENTITIES, given)
        cursor.execute(SNAPSHOTS, given)
    connection.close()


def make_bodies(chance: random.Random, first: int) -> Iterator[bytes]:
    """Yield requests for decisions about listings, each another event, in order of time."""
    number = first
    while True:
        number += 1
        seller = chance.randrange(1, SELLERS + 1)
        words = chance.choices(WORDS, k=12)
        event = {
            "id": f"lst-{number:010d}",
            "type": "listing_created",
            "occurred_at": (BEGIN + timedelta(milliseconds=number * 37)).isoformat(),
            "market": MARKET,
            "entities": {
                "seller": {"id": f"seller-{seller}", "name": f"Seller {seller}"},
                "listing": {"id": f"listing-{number:010d}", "name": " ".join(words[:4])},
            },
            "payload": {
                "title": " ".join(words[:4]),
                "text": " ".join(words),
                "brand": words[0],
                "category": words[1],
                "currency": "BRL",
                "price": chance.randrange(100, 100_000) / 100,
                "reference_price": chance.randrange(1_000, 100_000) / 100,
                "quantity": chance.randrange(1, 10),
            },
        }
        yield orjson.dumps({"source": "bench", "event": event})
