"""Lay down the columns of the files and their types.

A `dictionary` column is text of which few different values occur; in a file it reads like any other text.
"""

EVENT_COLUMNS: dict[str, str] = {
    "event_id": "string",
    "type": "dictionary",
    "occurred_at": "timestamp",
    "market": "dictionary",
    "order_id": "string",
    "seller_id": "dictionary",
    "buyer_id": "string",
    "listing_id": "dictionary",
    "review_id": "string",
    "creator_id": "dictionary",
    "video_id": "string",
    "livestream_id": "string",
    "message_id": "string",
    "device_id": "string",
    "payment_account_id": "string",
    "address_id": "string",
    "amount": "double",
    "currency": "dictionary",
    "quantity": "int32",
    "price": "double",
    "reference_price": "double",
    "category": "dictionary",
    "brand": "dictionary",
    "title": "dictionary",
    "text": "dictionary",
    "rating": "int32",
    "dispatch_due_at": "timestamp",
    "delivery_due_at": "timestamp",
    "reason": "dictionary",
    "fault": "dictionary",
    "ip_country": "dictionary",
    "carrier": "dictionary",
}

ENTITY_COLUMNS: dict[str, str] = {
    "type": "dictionary",
    "external_id": "string",
    "market": "dictionary",
    "name": "string",
    "registered_at": "timestamp",
    "category": "dictionary",
    "locale": "dictionary",
    "country": "dictionary",
    "tier": "dictionary",
    "attributes": "string",
}

LABEL_COLUMNS: dict[str, str] = {
    "level": "dictionary",
    "event_id": "string",
    "entity_type": "dictionary",
    "external_id": "string",
    "market": "dictionary",
    "abuse": "dictionary",
    "starts_at": "timestamp",
    "ends_at": "timestamp",
}
"""`level` is entity or event. A planted event starts and ends when it occurs."""
