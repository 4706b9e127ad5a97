"""Features about prices, messages, reviews and deliveries that no count of events in a window gives."""

import numpy as np

from risk.domain.demo.features.history import DAY, Flags, History, Ints
from risk.domain.demo.features.table import EventTable, Feature

PRICE_WINDOW = 30
MESSAGE_WINDOW = 7
ANSWER_WINDOW = 30
ANSWER_WITHIN = DAY
ANSWERS_AT_LEAST = 5


def read_prices(table: EventTable) -> dict[str, Feature]:
    """Return the price of the listing before the event, and its lowest of 30 days."""
    is_price = ~np.isnan(table.price)
    keys = np.where(is_price, table.keys["listing"], -1)
    history = History(keys, table.times)
    previous = history.find_previous(is_price)
    lowest = history.find_lowest(table.price, PRICE_WINDOW)
    return {
        "listing.previous_price": Feature(np.where(previous >= 0, table.price[previous], np.nan), previous >= 0),
        "listing.lowest_price_30d": Feature(lowest, ~np.isnan(lowest)),
    }


def read_messages(table: EventTable) -> dict[str, Feature]:
    """Return whether the buyer wrote first, how a seller writes unasked, and how many questions got an answer."""
    is_message = table.is_type("message_sent")
    is_question = is_message & table.has_reason("from_buyer")
    is_sellers = is_message & table.has_reason("from_seller")
    orders, sellers = table.history("order"), table.history("seller")
    is_asked = orders.find_previous(is_question) >= 0
    is_unasked = is_sellers & ~is_asked
    is_repeated = is_sellers & ~sellers.find_firsts(np.where(is_sellers, table.text_codes, -1))
    return {
        "order.buyer_wrote_first": Feature(is_asked, table.has("order")),
        "seller.unasked_messages_7d": Feature(sellers.count(is_unasked, MESSAGE_WINDOW), table.has("seller")),
        "seller.repeated_messages_7d": Feature(sellers.count(is_repeated, MESSAGE_WINDOW), table.has("seller")),
        "seller.answer_rate_30d": _read_answers(table, is_question, is_sellers),
    }


def _read_answers(table: EventTable, is_question: Flags, is_answer: Flags) -> Feature:
    """Return the share of buyers' questions answered within a day, of those whose day is over, in 30 days."""
    asked = np.flatnonzero(is_question & table.has("seller"))
    answer = table.history("order").find_next(is_answer)[asked]
    waited = np.where(answer >= 0, table.times[answer] - table.times[asked], ANSWER_WITHIN + 1)
    owners, deadlines = table.keys["seller"][asked], table.times[asked] + ANSWER_WITHIN
    is_timely = waited <= ANSWER_WITHIN
    sellers = table.history("seller")
    due = sellers.count_moments(owners, deadlines, ANSWER_WINDOW)
    timely = sellers.count_moments(owners[is_timely], deadlines[is_timely], ANSWER_WINDOW)
    return Feature(timely / np.maximum(due, 1), table.has("seller") & (due >= ANSWERS_AT_LEAST))


def read_reviews(table: EventTable) -> tuple[dict[str, Feature], Ints]:
    """Return features of reviews, and for each review the row of the seller's review before it, -1 for none."""
    is_review = table.is_type("review_posted")
    pairs = _number_pairs(table.keys["seller"], table.keys["device"], is_review)
    by_pair = History(pairs, table.times)
    buyers = by_pair.count_distinct(np.where(is_review, table.keys["buyer"], -1))
    is_shared = is_review & (buyers > 1)
    sellers = table.history("seller")
    features = {
        "review.buyers_on_device": Feature(buyers, is_review & table.has("device")),
        "seller.shared_device_reviews_30d": Feature(sellers.count(is_shared, 30), table.has("seller")),
    }
    previous = np.where(is_review, sellers.find_previous(is_review), -1)
    return features, previous


def read_deliveries(table: EventTable) -> dict[str, Feature]:
    """Return whether the order had been delivered before the event."""
    delivered = table.history("order").find_previous(table.is_type("order_delivered"))
    return {"order.is_delivered": Feature(delivered >= 0, table.has("order"))}


def _number_pairs(first: Ints, second: Ints, chosen: Flags) -> Ints:
    """Return a number per different pair of codes, -1 where one is missing or the row is not chosen."""
    rows = np.flatnonzero(chosen & (first >= 0) & (second >= 0))
    joined = first[rows] * (int(second.max(initial=0)) + 1) + second[rows]
    numbers = np.full(len(first), -1, dtype=np.int64)
    numbers[rows] = np.unique(joined, return_inverse=True)[1]
    return numbers
