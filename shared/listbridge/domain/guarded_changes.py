"""Which changes the guard counts when they are sent (protocol 10)."""

from __future__ import annotations

from listbridge.domain.listing import Cause, Field, Listing


def counted_by_guard(listing: Listing, fields: frozenset[Field]) -> frozenset[Field]:
    """Which of these fields' changes the guard's window counts.

    A zero counts when it comes from an absence or an edit; one that the shop reported, or that follows an order,
    never does. A new price counts. Nothing counts that a person asked for or let pass.
    """
    if listing.guard_passed or listing.computed.cause is Cause.MANUAL:
        return frozenset()
    counted = set()
    zero = Field.QUANTITY in fields and listing.computed.quantity == 0
    if zero and listing.computed.cause not in (Cause.SHOP, Cause.ORDER):
        counted.add(Field.QUANTITY)
    if Field.PRICE in fields and (listing.accepted.price is not None or listing.sent.price is not None):
        counted.add(Field.PRICE)
    return frozenset(counted)
