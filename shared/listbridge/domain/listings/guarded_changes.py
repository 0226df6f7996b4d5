"""When changes wait for approval, and which changes count (protocol.md#guard)."""

from __future__ import annotations

from listbridge.domain.configuration import GuardLimits
from listbridge.domain.listings.listing import Cause, LedgerField, Listing

_FIRST_OF_A_FLOOD = 26
_SAID_BY_THE_SHOP = frozenset({Cause.SHOP, Cause.ORDER})


def set_waits(limits: GuardLimits, changes: int, live: int) -> bool:
    """Whether a set of changes waits for approval: an edit, an action, or what an absence removes.

    `changes` is how many of the account's `live` listings would be ended, zeroed or repriced. It waits when that is more
    than the share and at least the count; in an account with fewer listings than the count, when it is every one of them.
    """
    if live < limits.count:
        return 0 < live <= changes
    return changes >= limits.count and _over_share(limits, changes, live)


def stream_waits(limits: GuardLimits, changes: int, live: int) -> bool:
    """Whether one more price that the shop changed waits for approval; `changes` counts it and the window's others.

    It waits above the share, and only when it is the 26th or later: a seller who gives one product of ten variants a
    new price in the shop means it, and is not asked.
    """
    return changes >= max(limits.count, _FIRST_OF_A_FLOOD) and _over_share(limits, changes, live)


def _over_share(limits: GuardLimits, changes: int, live: int) -> bool:
    """More than all of them is not possible: a share of 1 is never passed."""
    return min(changes, live) > limits.share * live


def counted_by_guard(listing: Listing, fields: frozenset[LedgerField]) -> frozenset[LedgerField]:
    """Which of these fields' changes the guard's window counts.

    A zero counts when it comes from an absence or an edit; one that the shop reported, or that follows an order,
    never does. A new price counts. Nothing counts that a person asked for or let pass.
    """
    if listing.guard_passed or listing.computed.cause is Cause.MANUAL:
        return frozenset()
    counted = set()
    zero = LedgerField.QUANTITY in fields and listing.computed.quantity == 0
    if zero and listing.computed.cause not in _SAID_BY_THE_SHOP:
        counted.add(LedgerField.QUANTITY)
    if LedgerField.PRICE in fields and (listing.accepted.price is not None or listing.sent.price is not None):
        counted.add(LedgerField.PRICE)
    return frozenset(counted)


def moved_by_hand(listing: Listing, fields: frozenset[LedgerField]) -> bool:
    """Whether sending these fields now, because a person asks for it, zeroes or reprices a live listing.

    A zero that the shop reported, or that follows an order, does not count. What is unknown to be there counts as other.
    """
    if not listing.live:
        return False
    computed = listing.computed
    zero = LedgerField.QUANTITY in fields and computed.quantity == 0 and computed.cause not in _SAID_BY_THE_SHOP
    shown = listing.accepted.quantity if listing.accepted.quantity is not None else listing.seen.quantity
    price = listing.accepted.price if listing.accepted.price is not None else listing.seen.price
    repriced = LedgerField.PRICE in fields and computed.price is not None and computed.price != price
    return (zero and shown != 0) or repriced
