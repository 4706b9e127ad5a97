"""The words of events: entity types, roles, event types and what their payloads may hold."""

from enum import StrEnum


class EntityType(StrEnum):
    """What can be touched by an event."""

    SELLER = "seller"
    CREATOR = "creator"
    BUYER = "buyer"
    LISTING = "listing"
    VIDEO = "video"
    LIVESTREAM = "livestream"
    REVIEW = "review"
    ORDER = "order"
    MESSAGE = "message"
    DEVICE = "device"
    PAYMENT_ACCOUNT = "payment_account"
    ADDRESS = "address"


# Who can answer for a violation: cases and ledgers are about these, in this order of preference.
ACCOUNT_TYPES: tuple[EntityType, ...] = (EntityType.SELLER, EntityType.CREATOR, EntityType.BUYER)

# Entities that tie accounts together when two of them touch the same one.
LINKING_TYPES: frozenset[EntityType] = frozenset({EntityType.DEVICE, EntityType.PAYMENT_ACCOUNT, EntityType.ADDRESS})


# One of these in common proves that two accounts belong together; the others only weigh.
HARD_LINKS: frozenset[EntityType] = frozenset({EntityType.PAYMENT_ACCOUNT})


class EventType(StrEnum):
    """The event types that Aedile's own signals and rules know; a marketplace may send others."""

    ACCOUNT_REGISTERED = "account_registered"
    ACCOUNT_BANNED = "account_banned"
    LOGIN = "login"
    LISTING_CREATED = "listing_created"
    LISTING_UPDATED = "listing_updated"
    ORDER_PLACED = "order_placed"
    ORDER_DISPATCHED = "order_dispatched"
    ORDER_DELIVERED = "order_delivered"
    ORDER_CANCELLED = "order_cancelled"
    REFUND_REQUESTED = "refund_requested"
    REVIEW_POSTED = "review_posted"
    MESSAGE_SENT = "message_sent"
    VIDEO_POSTED = "video_posted"


class PayloadType(StrEnum):
    """How a payload field is typed in rules and checked at ingest."""

    STRING = "string"
    DOUBLE = "double"
    INT = "int"
    BOOL = "bool"
    TIMESTAMP = "timestamp"


# The payload fields that rules know by name. Others are kept with the event, unseen by rules.
PAYLOAD_FIELDS: dict[str, PayloadType] = {
    "amount": PayloadType.DOUBLE,
    "currency": PayloadType.STRING,
    "quantity": PayloadType.INT,
    "price": PayloadType.DOUBLE,
    "reference_price": PayloadType.DOUBLE,
    "category": PayloadType.STRING,
    "brand": PayloadType.STRING,
    "title": PayloadType.STRING,
    "text": PayloadType.STRING,
    "rating": PayloadType.INT,
    "dispatch_due_at": PayloadType.TIMESTAMP,
    "delivery_due_at": PayloadType.TIMESTAMP,
    "reason": PayloadType.STRING,
    "fault": PayloadType.STRING,
    "ip_country": PayloadType.STRING,
    "carrier": PayloadType.STRING,
}
