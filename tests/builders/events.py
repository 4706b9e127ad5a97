"""Build raw events as senders write them."""

from datetime import UTC, datetime, timedelta
from typing import Any

MOMENT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def raw_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a sound event; `changes` replace its fields, and None takes a field away."""
    event = {
        "id": f"evt-{number}",
        "type": "order_placed",
        "occurred_at": (MOMENT + timedelta(minutes=number)).isoformat(),
        "market": "BR",
        "entities": {"seller": {"id": "S1", "name": "Loja Azul"}, "buyer": f"B{number}", "order": f"O{number}"},
        "payload": {"amount": 12.5, "currency": "BRL", "quantity": 1},
    } | changes
    return {name: value for name, value in event.items() if value is not None}
