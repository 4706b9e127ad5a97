"""A small marketplace whose rules look at listings, and a key that may ask for decisions."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from governance.actions.keys import create_api_key
from governance.domain.actors import system_actor
from risk.actions.compiled import forget_ruleset
from tests.builders.governance import make_markets
from tests.builders.policies import POLICY, PRICE_RULE, load_small_pack, pack_files

TRUSTED_RULE = PRICE_RULE | {
    "id": "TRUSTED",
    "title": "Trusted sellers",
    "when": "seller.id in lists.trusted_sellers",
    "outcome": "allow",
}
HELD_RULE = PRICE_RULE | {
    "id": "LATE-SELLER-LISTS",
    "title": "A late seller lists more",
    "when": "seller.late_dispatch_rate_30d > 0.5",
    "outcome": "hold",
    "reason": "Most of the orders were late.",
    "markets": "all",
}
Post = Callable[..., Any]


def load_pack() -> None:
    """Make the markets and load the pack."""
    make_markets("BR", "DE", "ID")
    files = pack_files()
    files["rules.yaml"]["rules"] += [TRUSTED_RULE, HELD_RULE]
    assert POLICY["title"]["pt"]
    load_small_pack(files)
    forget_ruleset()


def make_key(*markets: str, scope: str = "decisions:write") -> str:
    """Return the token of a new key."""
    return create_api_key(actor=system_actor("tests"), name="shop", scopes=[scope], markets=list(markets))


def listing(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a listing that is far too dear; `changes` replace fields of the payload, or of the event."""
    payload = {"price": 100.0, "reference_price": 10.0} | changes.pop("payload", {})
    event = {
        "id": f"lst-{number}",
        "type": "listing_created",
        "occurred_at": "2026-03-01T10:00:00Z",
        "market": "BR",
        "entities": {"seller": {"id": "S9", "name": "Loja Azul"}, "listing": f"L{number}"},
        "payload": payload,
    }
    return event | changes


def ask(token: str | None, body: object, path: str = "", **headers: str) -> Any:
    """Post a body to the API and return the response."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return Client().post(f"/api/v1/decisions{path}", data=data, content_type="application/json", headers=headers)


@pytest.fixture
def token(db: None) -> str:
    """A key for every market, with the pack loaded."""
    load_pack()
    return make_key()
