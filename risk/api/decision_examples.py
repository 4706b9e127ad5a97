"""Examples of decisions in the OpenAPI document."""

from typing import Any

LISTING: dict[str, Any] = {
    "id": "lst-2001",
    "type": "listing_created",
    "occurred_at": "2026-01-31T08:00:00Z",
    "market": "BR",
    "entities": {"seller": "S1", "listing": "L77"},
    "payload": {"title": "Relógio AAA 1:1", "price": 49.9, "currency": "BRL"},
}
EVENT: dict[str, Any] = {"source": "shop", "event": LISTING, "language": "pt-BR"}
BATCH: dict[str, Any] = {
    "source": "shop",
    "events": [LISTING, {**LISTING, "id": "lst-2002", "occurred_at": "2026-01-31T08:00:05"}],
}
ANSWER: dict[str, Any] = {
    "decision_id": 812,
    "source": "shop",
    "event_id": "lst-2001",
    "event_version": 1,
    "market": "BR",
    "outcome": "hold",
    "hits": [
        {
            "rule": "COUNTERFEIT-TEXT",
            "rule_version": 3,
            "title": "Listing says that it is a copy",
            "reason": "Title or text call the product a replica or a copy of top quality.",
            "outcome": "hold",
            "is_suppressed": False,
            "role": "seller",
            "entity": "S1",
            "policy": "IP-COUNTERFEIT",
            "policy_version": 2,
            "policy_title": "Produtos falsificados",
            "policy_title_language": "pt",
        }
    ],
    "ruleset": 41,
    "signals_as_of": {"seller": "2026-01-31T07:41:12Z"},
    "decided_at": "2026-01-31T08:00:00.312Z",
    "supersedes": None,
    "superseded_by": None,
    "is_repeated": False,
}
DRY_ANSWER: dict[str, Any] = ANSWER | {"decision_id": None, "event_version": None}
BATCH_ANSWER: dict[str, Any] = {
    "decisions": [{"index": 0, **ANSWER}],
    "rejected": [
        {
            "index": 1,
            "id": "lst-2002",
            "problems": [
                {
                    "field": "occurred_at",
                    "message": "has no time zone",
                    "hint": "Add it: Z for UTC, or an offset such as -03:00.",
                }
            ],
        }
    ],
}
