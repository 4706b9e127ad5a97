"""Which account an event ties to the device, payment account or address that it touches."""

from typing import Final

from risk.domain.vocabulary import EntityType, EventType

# An entity that more accounts than this touch is an office, a café or a carrier: it ties nobody.
MAX_TIED: Final = 50

# The account whose device, card or address it is when an event touches several accounts: the one that acts. An order
# does not tie the seller to the buyer's card. An event of another type ties only when it touches one account.
ACTING: Final[dict[EventType, EntityType]] = {
    EventType.LISTING_CREATED: EntityType.SELLER,
    EventType.LISTING_UPDATED: EntityType.SELLER,
    EventType.ORDER_PLACED: EntityType.BUYER,
    EventType.ORDER_DISPATCHED: EntityType.SELLER,
    EventType.ORDER_DELIVERED: EntityType.BUYER,
    EventType.REFUND_REQUESTED: EntityType.BUYER,
    EventType.REVIEW_POSTED: EntityType.BUYER,
    EventType.VIDEO_POSTED: EntityType.CREATOR,
}
