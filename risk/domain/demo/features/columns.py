"""The columns of the features file: which they are, what they mean, and what a rule may expect of them."""

from collections.abc import Iterable

from policies.domain.signals import SignalSpec
from policies.rulelang import BOOL, DOUBLE, INT, STRING, Field
from risk.domain.demo.features.signals import DEMO_SIGNALS
from risk.domain.records import EVENT_FIELDS, event_schema

ROLES = ("order", "seller", "buyer", "listing", "review", "creator", "video", "message", "device", "payment_account",
         "address")  # fmt: skip
ATTRIBUTES = {
    "seller": ("name", "category", "tier", "country", "registered_at"),
    "buyer": ("country", "registered_at"),
}
"""What of the accounts' attributes is written; of every role there is the id."""

DERIVED = {
    "listing.previous_price": Field(DOUBLE, nullable=True, doc="Price of the listing before the event, where seen."),
    "listing.lowest_price_30d": Field(
        DOUBLE, nullable=True, doc="Lowest price in force in the 30 days before the event, where seen."
    ),
    "order.buyer_wrote_first": Field(BOOL, nullable=True, doc="The buyer had written about the order before."),
    "order.is_delivered": Field(BOOL, nullable=True, doc="The carrier had delivered the order before."),
    "seller.unasked_messages_7d": Field(
        INT, nullable=True, unit="count", doc="Messages in 7 days to buyers who had not written first."
    ),
    "seller.repeated_messages_7d": Field(
        INT, nullable=True, unit="count", doc="Messages in 7 days in words that the seller had used before."
    ),
    "seller.answer_rate_30d": Field(
        DOUBLE, nullable=True, unit="share", doc="Buyers' questions of 30 days answered within a day; null below 5."
    ),
    "seller.shared_device_reviews_30d": Field(
        INT, nullable=True, unit="count", doc="Reviews in 30 days from a device on which another buyer reviewed before."
    ),
    "seller.is_tied_to_banned": Field(
        BOOL, nullable=True, doc="The seller has used a device or payment account of a seller banned before."
    ),
    "seller.previous_review_text": Field(STRING, nullable=True, doc="Text of the review before this one."),
    "review.buyers_on_device": Field(
        INT, nullable=True, unit="count", doc="Buyers who have reviewed the seller from this device, this one included."
    ),
    "device.accounts": Field(INT, nullable=True, unit="count", doc="Accounts seen on the device so far."),
    "device.banned_sellers": Field(INT, nullable=True, unit="count", doc="Sellers banned on the device so far."),
    "device.is_new_to_account": Field(BOOL, nullable=True, doc="The account has used other devices, but not this."),
    "payment_account.accounts": Field(INT, nullable=True, unit="count", doc="Accounts seen with it so far."),
    "payment_account.banned_sellers": Field(INT, nullable=True, unit="count", doc="Sellers banned with it so far."),
}
"""What is neither in the event nor an attribute nor a signal of the pack."""


def describe_columns(pack_signals: Iterable[SignalSpec]) -> dict[str, Field]:
    """Return every column of the features file in its order, as rules may read it."""
    known = event_schema((*pack_signals, *DEMO_SIGNALS), {}).fields
    names = [*EVENT_FIELDS, *(name for name in known if "." not in name)]
    for role in ROLES:
        names += [f"{role}.id", *(f"{role}.{name}" for name in ATTRIBUTES.get(role, ()))]
    signals = {f"{spec.role}.{spec.name}" for spec in (*pack_signals, *DEMO_SIGNALS)}
    names += [name for name in known if name in signals]
    return {name: known[name] for name in names} | DERIVED
