"""Name the event types, abuse kinds, categories and reasons of the synthetic marketplace.

The generator computes with small codes; a code is the position of the name in these tuples.
"""

from enum import IntEnum


class Kind(IntEnum):
    """Event types in the order of their codes."""

    ACCOUNT_REGISTERED = 0
    LOGIN = 1
    LISTING_CREATED = 2
    LISTING_UPDATED = 3
    ORDER_PLACED = 4
    ORDER_DISPATCHED = 5
    ORDER_DELIVERED = 6
    ORDER_CANCELLED = 7
    REFUND_REQUESTED = 8
    REVIEW_POSTED = 9
    MESSAGE_SENT = 10
    VIDEO_POSTED = 11
    ACCOUNT_BANNED = 12


class Abuse(IntEnum):
    """Planted abuse in the order of its codes."""

    LATE_DISPATCH = 0
    FAKE_REVIEWS = 1
    COUNTERFEIT = 2
    REFUND_ABUSE = 3
    MULTI_ACCOUNT = 4
    OFF_PLATFORM_PAYMENT = 5
    PRICE_GOUGING = 6
    EMERGING_SCAM = 7


EVENT_TYPES = tuple(kind.name.lower() for kind in Kind)
ABUSE_KINDS = tuple(abuse.name.lower() for abuse in Abuse)

CATEGORIES = (
    "electronics",
    "fashion",
    "beauty",
    "home",
    "toys",
    "sports",
    "groceries",
    "stationery",
    "automotive",
    "pets",
)
CATEGORY_WEIGHTS = (0.17, 0.2, 0.13, 0.14, 0.08, 0.08, 0.07, 0.05, 0.04, 0.04)
CATEGORY_PRICES = (60.0, 28.0, 18.0, 32.0, 20.0, 34.0, 9.0, 7.0, 38.0, 15.0)
"""Typical reference price per category, in the unit that a market's price level multiplies."""

REASONS = (
    "out_of_stock",
    "wrong_price",
    "cannot_ship",
    "changed_mind",
    "ordered_by_mistake",
    "found_cheaper",
    "item_not_received",
    "damaged",
    "not_as_described",
    "wrong_item",
    "policy_breach",
    "identity_check_failed",
    "unpaid_fees",
    "from_buyer",
    "from_seller",
)
"""`reason` of cancellations, refund requests and bans; for a message, who wrote it."""

SELLER_CANCEL_REASONS = (0, 1, 2)
BUYER_CANCEL_REASONS = (3, 4, 5)
REFUND_REASONS = (6, 7, 8, 9, 3)
BAN_REASONS = (10, 11, 12)
FROM_BUYER = 13
FROM_SELLER = 14

FAULTS = ("seller", "buyer")
SELLER_FAULT = 0
BUYER_FAULT = 1

BRANDS = (
    "Velmora", "Tarquil", "Ozelith", "Brumeo", "Quorvex", "Zanthico", "Pelloranda", "Morvane",
    "Istrelle", "Kavrento", "Dulmera", "Fenwisk", "Garpino", "Halvenu", "Jorvinda", "Krestolo",
    "Luvandi", "Mirtako", "Nolvera", "Orsippo", "Prandelo", "Rovanka", "Silvoto", "Trevanu",
    "Ulmaro", "Vandiko", "Wexalo", "Yarvento", "Zolmira", "Bastiko", "Corvanta", "Drumelo",
)  # fmt: skip
"""Invented brands."""

PREMIUM_BRANDS = tuple(range(8))
"""Codes of the brands that are dear enough to be copied."""
