"""Unseen sales: a quantity is never restored over a sale that no poll has read yet (promises.md#p11).

Between a sale and the poll that tells about it, the marketplace shows fewer units than we know of. Sending our number
then puts a sold unit back on sale. So a quantity *below* what must be there is evidence of a sale: it is kept on the
listing's row, and until the account's orders are known to reach past it, nothing that raises or restores the quantity
is sent. A lower quantity, and a zero above all, never waits.

Pure functions, like those of `ledger.py`, which calls them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listbridge.domain.listings.listing import LedgerField, Listing, UnseenSale

LONGEST_WAIT = timedelta(hours=24)
"""After so long the quantity is sent whatever the orders say: an account whose orders cannot be read for a day has told its
seller so all day, and a listing must not stand still forever."""

_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class OrdersRead:
    """How far an account's orders are known.

    `until` is `PollState.taken_in`; None before the first complete poll. `lag` is how far the marketplace's list of orders may
    be behind a sale. `behind` is how far it was, by the marketplace's own word: None where it gives none. Then `until` is when
    the poll began, and a sale of the lag before it may be missing.
    """

    until: datetime | None
    lag: timedelta
    behind: timedelta | None = None

    def known_at(self, at: datetime) -> datetime:
        """When a poll must begin to tell what was sold until `at`: later than that."""
        if self.until is not None and self.until > at:
            return at + self.lag  # asked, and no order explains it: as late as the list may lag
        return at + (self.behind or timedelta(0))


def expected(listing: Listing) -> int | None:
    """The most that buyers can still find there, as far as we know. A row of an older version knows only what was accepted."""
    return listing.on_sale if listing.on_sale is not None else listing.accepted.quantity


def shown(listing: Listing, quantity: int | None, now: datetime) -> Listing:
    """The marketplace was read and shows this quantity: fewer than expected may have been sold."""
    before = expected(listing)
    if quantity is None or quantity == before:
        return listing
    missing = before - quantity if before is not None and quantity < before else 0
    under_way = listing.attempt is not None or listing.overtaken is not None
    may_still_land = under_way or (listing.settle_at is not None and now < listing.settle_at)
    if may_still_land and before is not None:
        # A call whose outcome nobody knows may set the higher number yet; counted once, however often it is read.
        new = replace(listing, on_sale=max(before, quantity))
        units = _added(listing.unseen_sale, 0)
        units = None if units is None else max(units, missing)
        known = listing.unseen_sale
        if known is not None and (known.units, known.shown) == (units, quantity):
            return new
    else:
        new = replace(listing, on_sale=quantity)
        units = _added(listing.unseen_sale, missing)
    if not missing:
        return new
    ours = quantity in listing.may_show and _nothing_else(listing.unseen_sale)
    return replace(new, unseen_sale=UnseenSale(units, now, quantity, ours))


def sold(listing: Listing, units: int) -> Listing:
    """An order for so many units was taken in: it explains what was missing, or else fewer are left from now on."""
    left, unseen = units, listing.unseen_sale
    if unseen is not None and unseen.units:
        explained = min(unseen.units, left)
        unseen, left = replace(unseen, units=unseen.units - explained), left - explained
    attempt = listing.attempt
    if attempt is not None and attempt.on_sale is not None:
        attempt = replace(attempt, on_sale=max(0, attempt.on_sale - left))
    before = expected(listing)
    on_sale = None if before is None else max(0, before - left)
    lower = (max(0, quantity - left) for quantity in listing.may_show)
    may_show = _distinct((*listing.may_show, *lower))
    return replace(listing, on_sale=on_sale, unseen_sale=unseen, attempt=attempt, may_show=may_show)


def withdrawn(listing: Listing, units: int) -> Listing:
    """An order was cancelled: the marketplace may put its units back, or not. The higher number is the careful one."""
    before = expected(listing)
    return listing if before is None else replace(listing, on_sale=before + units)


def ended(listing: Listing, now: datetime, *, looked: bool) -> Listing:
    """The listing is no longer live: what sold last is known by its orders alone.

    `looked`: it was read just before, so that no more than what was missing then is to be explained.
    """
    unseen = listing.unseen_sale
    if listing.live and expected(listing) != 0:
        unseen = UnseenSale(_added(unseen, 0) if looked else None, now)
    return replace(listing, on_sale=None, unseen_sale=unseen)


def written_unread(listing: Listing, before: int | None, quantity: int | None, at: datetime) -> Listing:
    """A lower quantity is sent over whatever is there: what sold before it lands can no longer be seen there.

    A later rise waits for a poll that began after `at`.
    """
    if quantity is None or not before or quantity >= before:
        return listing
    unseen = listing.unseen_sale
    ours = unseen is not None and unseen.ours
    return replace(listing, unseen_sale=UnseenSale(_added(unseen, 0), at, quantity, ours))


def begun(listing: Listing, quantity: int | None) -> Listing:
    """A call that sets this quantity is about to be made: until its outcome is known either number may be shown."""
    if quantity is None:
        return listing
    before = expected(listing)
    known = () if before is None else (before,)
    return replace(listing, may_show=_distinct((*listing.may_show, *known, quantity)))


def settled(listing: Listing) -> Listing:
    """Nothing is open any more: what is shown from now on was not sent by a call under way."""
    return replace(listing, may_show=()) if listing.may_show else listing


def needs_look(listing: Listing, fields: frozenset[LedgerField]) -> bool:
    """Whether these fields raise or restore what a buyer may have taken from meanwhile: then the marketplace is read first.

    Where 0 are left, nothing can be sold.
    """
    quantity, left = listing.computed.quantity, expected(listing)
    if LedgerField.QUANTITY not in fields or not quantity:
        return False
    return left is None or 0 < left <= quantity


def lowest(listing: Listing) -> int | None:
    """The fewest that buyers may find there: what was seen, where that is less than what may still land."""
    left, unseen = expected(listing), listing.unseen_sale
    if left is None or unseen is None or unseen.shown is None:
        return left
    return min(left, unseen.shown)


def raises(listing: Listing, quantity: int | None) -> bool:
    """Whether buyers may find more than they can find now."""
    left = lowest(listing)
    return bool(quantity) and (left is None or (quantity or 0) > left)


def explained(listing: Listing, orders: OrdersRead | None, now: datetime) -> bool:
    """Whether nothing more is to be learned from the account's orders about what is missing.

    `orders` None: the marketplace's orders are not read at all, and there is nothing to wait for.
    """
    unseen = listing.unseen_sale
    if unseen is None or orders is None or now - unseen.at >= LONGEST_WAIT:
        return True
    if orders.until is None or orders.until <= unseen.at:
        return False
    if unseen.units == 0 or (unseen.ours and orders.behind is not None):
        return True
    # Units that no order explains may have been sold all the same: until the list can no longer be behind.
    return orders.until > unseen.at + orders.lag


def cleared(listing: Listing) -> Listing:
    """The evidence is explained: what was seen then is what is there."""
    return replace(listing, unseen_sale=None, on_sale=lowest(listing))


def _nothing_else(unseen: UnseenSale | None) -> bool:
    """Whether nothing is missing so far but what a call of ours may have taken."""
    return unseen is None or unseen.units == 0 or unseen.ours


def _distinct(quantities: Iterable[int]) -> tuple[int, ...]:
    """The latest of them, each once."""
    return tuple(dict.fromkeys(quantities))[-_REMEMBERED:]


def _added(unseen: UnseenSale | None, units: int) -> int | None:
    if unseen is None:
        return units
    return None if unseen.units is None else unseen.units + units
