"""The status of a listing on the marketplace, and how publishing, linking and ending change it.

Pure functions like those of `ledger.py`: listing in, listing out, the due band left right.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import JobId, RemoteId, SalesListId, VariantKey
from listbridge.domain.listings import unseen_sales
from listbridge.domain.listings.ledger import NOT_ALIGNED, read_back, refreshed, update_failed
from listbridge.domain.listings.listing import (
    GONE_FROM_SHOP,
    NOTHING,
    PRODUCT_GONE,
    Attempt,
    Detached,
    LedgerField,
    Listing,
    RemoteState,
    Status,
    Values,
    Zero,
)
from listbridge.domain.ports.marketplaces import RemoteListing
from listbridge.domain.problem import Problem

WAITS_FOR_STOCK = "waits_for_stock"
ENDED_AT_ZERO = "ended_at_zero"
RELINKED = "relinked"
"""It was ended so, and its SKU has a new variant: it is put on sale again."""


def pending(listing: Listing, job: JobId | None, now: datetime) -> Listing:
    """A publishing operation begins; until it is over the fast lane leaves the listing alone."""
    hold = listing.hold if listing.hold is not None and listing.hold.code == NOT_ALIGNED else None
    return refreshed(replace(listing, status=Status.PENDING, job=job, hold=hold), now)


def processing(
    listing: Listing, *, remote: RemoteId | None, offer: RemoteId | None, group: RemoteId | None, now: datetime
) -> Listing:
    """The marketplace has taken the publishing in. Under its remote id a zero can be sent before anything is live."""
    new = replace(
        listing,
        status=Status.PENDING,
        remote=remote or listing.remote,
        offer=offer or listing.offer,
        group=group or listing.group,
    )
    return refreshed(new, now)


def never_live(listing: Listing, problem: Problem, now: datetime) -> Listing:
    """The marketplace refused a publishing that it had taken in: what it was known by is void."""
    return refreshed(
        replace(ended(listing, Status.ERROR, now, problem, looked=True), unseen_sale=listing.unseen_sale), now
    )


def published(
    listing: Listing,
    *,
    remote: RemoteId,
    offer: RemoteId | None,
    group: RemoteId | None,
    content_hash: str,
    now: datetime,
) -> Listing:
    """The listing is live; what moved meanwhile is due."""
    new = replace(
        listing,
        status=Status.ACTIVE,
        remote=remote,
        offer=offer,
        group=group,
        content_hash=content_hash,
        hold=None,
        job=None,
    )
    return refreshed(replace(new, attempts=0, failures=0, not_before=None), now)


def decided_late(listing: Listing, now: datetime) -> Listing:
    """A publishing that was processed is decided. Its values landed with the decision, if at all: over what was sold, shown or
    taken since they were sent. They are read before anything counts as accepted."""
    if listing.remote is None:
        return listing
    unread = listing.accepted.merged(NOTHING, listing.ours, listing.accepted.at)
    return refreshed(replace(listing, accepted=unread, settle_at=listing.settle_at or now), now)


def linked(
    listing: Listing,
    *,
    remote: RemoteId,
    offer: RemoteId | None,
    group: RemoteId | None,
    seen: Values,
    now: datetime,
    fulfilled_by_marketplace: bool = False,
    held: Problem | None = None,
) -> Listing:
    """Bond to a listing that was there already. What it shows is the baseline, and nothing is sent until Align, a
    manual update or the first change in the shop (protocol.md#linking); or ever, where it is `held`."""
    new = replace(
        listing,
        status=Status.ACTIVE,
        remote=remote,
        offer=offer,
        group=group,
        seen=seen,
        accepted=seen,
        hold=held or Problem(NOT_ALIGNED, fix="align"),
        attempt=None,
        settle_at=None,
        taken=NOTHING,
        on_sale=seen.quantity,
        fulfilled_by_marketplace=fulfilled_by_marketplace,
    )
    return refreshed(new, now)


def send_failed(listing: Listing, problem: Problem, now: datetime, *, back_to: Status = Status.ERROR) -> Listing:
    """Publishing failed for a reason that the seller can read; the listing shows it and waits."""
    return refreshed(replace(listing, status=back_to, hold=problem), now)


def waits_for_stock(listing: Listing, now: datetime) -> Listing:
    """It was to be published and has nothing to sell: it goes on sale automatically when stock arrives."""
    ended = listing.status in (Status.STOPPED, Status.FINISHED)
    status = listing.status if ended else Status.NOT_ACTIVE
    return refreshed(replace(listing, status=status, hold=Problem(WAITS_FOR_STOCK, fix="restock"), job=None), now)


def waits_again(listing: Listing, hold: Problem, now: datetime) -> Listing:
    """It was to go on sale automatically, and could not for a reason that passes: it waits as before."""
    before = Status.NOT_ACTIVE if hold.code == WAITS_FOR_STOCK else Status.STOPPED
    status = before if listing.status is Status.PENDING else listing.status
    return refreshed(replace(listing, status=status, hold=hold, job=None), now)


def relinked(listing: Listing, variant: VariantKey, now: datetime) -> Listing:
    """Another variant of the shop has the listing's SKU now. What had ended with the old one waits to be sold again."""
    code = listing.hold.code if listing.hold is not None else ""
    over = {GONE_FROM_SHOP: Problem(RELINKED, fix="send"), PRODUCT_GONE: None}
    hold = over.get(code, listing.hold)
    components = tuple(
        replace(one, variant=variant) if one.variant == listing.variant else one for one in listing.takes
    )
    return refreshed(replace(listing, variant=variant, components=components, hold=hold, job=None), now)


def still_live(listing: Listing, now: datetime) -> Listing:
    """A publishing operation on a live listing failed: it is as it was before, and goes on following the shop."""
    return refreshed(replace(listing, status=Status.ACTIVE), now)


def still_live_and_failed(listing: Listing, problem: Problem, now: datetime) -> Listing:
    """It could not be ended either: it waits as after any failed update."""
    return update_failed(replace(listing, status=Status.ACTIVE), problem, now)


def looked_at(listing: Listing, remote: RemoteListing, zero: Zero, now: datetime) -> Listing:
    """The marketplace was read: a listing that is gone has ended there, one that is being processed is as it was.

    The caller must have read the row before it read the marketplace, and save only if the row is unchanged.
    """
    match remote.state:
        case RemoteState.GONE:
            return gone_there(listing, zero, now)
        case RemoteState.PROCESSING:
            return listing
        case RemoteState.LIVE | RemoteState.PAUSED:
            return read_back(_kept_by(listing, remote), remote.shown, now)


def _kept_by(listing: Listing, remote: RemoteListing) -> Listing:
    """Whose stock it is now. Stock that changed hands is no sale, whichever way it went."""
    if remote.fulfilled_by_marketplace is listing.fulfilled_by_marketplace:
        return listing
    return replace(
        listing,
        fulfilled_by_marketplace=remote.fulfilled_by_marketplace,
        on_sale=None,
        unseen_sale=None,
        accepted=replace(listing.accepted, quantity=None),
        taken=replace(listing.taken, quantity=None),
        demanded=listing.demanded - {LedgerField.QUANTITY},
    )


def gone_there(listing: Listing, zero: Zero, now: datetime) -> Listing:
    """The marketplace does not have it any more: it ended with its last unit, where 0 ends, or somebody ended it."""
    if zero is Zero.ENDS and listing.computed.quantity == 0:
        return ended(listing, Status.STOPPED, now, Problem(ENDED_AT_ZERO, fix="restock"))
    return ended(listing, Status.FINISHED, now)


def taken_at_zero(listing: Listing, zero: Zero, now: datetime) -> Listing:
    """The marketplace has just taken what was sent: at 0 the listing has ended with it, where 0 ends."""
    if zero is not Zero.ENDS or listing.accepted.quantity != 0:
        return listing
    return ended(listing, Status.STOPPED, now, Problem(ENDED_AT_ZERO, fix="restock"), looked=True)


def _still_open(listing: Listing) -> Attempt | None:
    """An undecided submission that may be applied to what is put on sale again."""
    attempt = listing.attempt
    return attempt if attempt is not None and attempt.ticket and attempt.yields_below is not None else listing.overtaken


def ended(
    listing: Listing, status: Status, now: datetime, problem: Problem | None = None, *, looked: bool = False
) -> Listing:
    """The listing is no longer live: stopped by us or finished on the marketplace. What was accepted is void.

    `looked`: what it showed was read just before its end, so that a sale would have been noticed (promises.md#p11).
    """
    new = replace(
        unseen_sales.ended(listing, now, looked=looked),
        status=status,
        remote=None,
        accepted=NOTHING,
        attempt=None,
        settle_at=None,
        taken=NOTHING,
        overtaken=_still_open(listing),
        demanded=frozenset(),
        hold=problem,
        not_before=None,
        attempts=0,
        failures=0,
    )
    return refreshed(new, now)


def detached(listing: Listing, *, zero: bool, now: datetime) -> Listing:
    """Its item left the list's collections. One that is detached already stays so since when it was."""
    since = listing.detached.since if listing.detached is not None else now
    new = Detached(since, zero)
    return listing if listing.detached == new else replace(listing, detached=new)


def attached(listing: Listing, sales_list: SalesListId) -> Listing:
    """Its item is in this sales list: its own again, or another that takes the detached listing over."""
    if listing.detached is None:
        return listing
    return replace(listing, detached=None, sales_list=sales_list)
