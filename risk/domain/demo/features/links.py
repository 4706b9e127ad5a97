"""Features about who shares a device or a payment account with whom."""

import numpy as np

from risk.domain.demo.features.history import Flags, History, Ints
from risk.domain.demo.features.table import EventTable, Feature

SHARED = ("device", "payment_account")


def read_links(table: EventTable) -> dict[str, Feature]:
    """Return how many accounts used the device or payment account so far, and what ties a seller to the banned."""
    account = acting_accounts(table)
    is_ban = table.is_type("account_banned") & table.has("seller")
    found: dict[str, Feature] = {}
    is_tied = np.zeros(len(table), dtype=np.bool_)
    is_banned = table.history("seller").count(is_ban) > 0
    for role in SHARED:
        history, is_touched = table.history(role), table.has(role)
        bans = history.count(is_ban)
        found[f"{role}.accounts"] = Feature(history.count_distinct(np.where(is_touched, account, -1)), is_touched)
        found[f"{role}.banned_sellers"] = Feature(bans, is_touched)
        is_tied |= _is_sellers_own(table) & ~is_banned & (bans > 0)
    ties = table.history("seller").count(is_tied)
    found["seller.is_tied_to_banned"] = Feature(ties > 0, table.has("seller"))
    found["device.is_new_to_account"] = Feature(_is_new_device(table), table.has("device"))
    return found


def acting_accounts(table: EventTable) -> Ints:
    """Return whose device or payment account an event names: the buyer's, else the seller's, else the creator's.

    The codes of the three roles are set apart, so that no two accounts share one; -1 for none.
    """
    roles = ("buyer", "seller", "creator")
    found = np.full(len(table), -1, dtype=np.int64)
    for place, role in enumerate(roles):
        is_open = (found < 0) & table.has(role)
        found[is_open] = table.keys[role][is_open] * len(roles) + place
    return found


def _is_sellers_own(table: EventTable) -> Flags:
    return table.has("seller") & ~table.has("buyer")


def _is_new_device(table: EventTable) -> Flags:
    """Flag events from a device that the account has not used before, once it has used another."""
    has_device = table.has("device")
    owners = np.where(has_device, acting_accounts(table), -1)
    history = History(owners, table.times)
    return np.asarray(history.find_firsts(table.keys["device"]) & (history.find_previous(has_device) >= 0))
