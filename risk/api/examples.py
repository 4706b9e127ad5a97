"""Examples of the OpenAPI document."""

from typing import Any

BATCH: dict[str, Any] = {
    "source": "shop",
    "events": [
        {
            "id": "evt-1001",
            "type": "order_placed",
            "occurred_at": "2026-01-31T08:00:00Z",
            "market": "BR",
            "entities": {
                "seller": {"id": "S1", "name": "Loja Azul", "attributes": {"tier": "gold"}},
                "buyer": "B7",
                "order": "O1001",
            },
            "payload": {"amount": 129.9, "currency": "BRL", "dispatch_due_at": "2026-02-02T20:00:00Z"},
        },
        {
            "id": "evt-1002",
            "type": "order_dispatched",
            "occurred_at": "2026-02-03T09:30:00-03:00",
            "market": "BR",
            "entities": {"seller": "S1", "order": "O1001"},
            "payload": {"carrier": "correios"},
        },
    ],
}

ANSWER: dict[str, Any] = {
    "batch_id": 17,
    "accepted": 1,
    "duplicates": 0,
    "rejected": [
        {
            "index": 1,
            "id": "evt-1002",
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


def _error(message: str, hint: str = "", fields: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "hint": hint, "fields": fields or []}}


ERRORS: dict[int, tuple[str, dict[str, Any]]] = {
    400: (
        "The body is not JSON; nothing was stored",
        _error("The body is not valid JSON: unexpected character (line 3, column 14)."),
    ),
    401: ("The key is missing, unknown, revoked or expired", _error("Authentication credentials were not provided.")),
    403: ("The key may not send events", _error("You do not have permission to perform this action.")),
    404: ("There is none, or not for this key", _error("There is no such decision.")),
    409: (
        "A known id belongs to a market that the key may not send; nothing was stored",
        _error("The id of an event names one of a market that this key may not send."),
    ),
    411: ("The body has no length", _error("The body has no Content-Length. Send it whole, not chunked.")),
    413: ("The body is too large", _error("The body is too large.", "Send smaller batches.")),
    415: ("The body is not declared as JSON", _error('Unsupported media type "text/plain" in request.')),
    422: (
        "It is no batch; nothing was stored",
        _error(
            "events: has 1001 events",
            "",
            [{"field": "events", "message": "has 1001 events", "hint": "Send 1 to 1000 events at a time."}],
        ),
    ),
}
