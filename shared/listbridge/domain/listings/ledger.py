"""What is wanted of a listing and what is known of it: every change of its ledger but for those of a write (`writing`).

Rules: protocol.md#ledger. Pure functions: listing in, listing out. The caller saves the result only if the row is still
the one it read (`rev`), else reads again and applies the function again. Each of them leaves the due band right, so that "due" can
never disagree with the values beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from listbridge.domain.ids import JobId
from listbridge.domain.listings import unseen_sales
from listbridge.domain.listings.bands import Band, band_of
from listbridge.domain.listings.listing import (
    NOTHING,
    PRODUCT_GONE,
    Computed,
    LedgerField,
    Level,
    Listing,
    Status,
    Values,
    with_changes,
)
from listbridge.domain.problem import Problem
from listbridge.domain.waiting import FAILED_UPDATES, FAILED_ZEROS

NOT_ALIGNED = "not_aligned"
GUARD = "guard"
UPDATE_FAILED = "update_failed"
_SALES_REMEMBERED = 20


class StaleInputs(Exception):
    """A recompute used an older version of a rule or variant than the listing already stands on: read again."""


def rests(listing: Listing) -> bool:
    """Whether its last update failed: it stays due, and is tried again at `not_before` (protocol.md#failed-updates)."""
    return listing.hold is not None and listing.hold.code == UPDATE_FAILED


def due_fields(listing: Listing) -> frozenset[LedgerField]:
    """The fields that must be sent now: computed, and not known to be what the marketplace accepted.

    Nothing is due while a hold stands, but for that of a failed update, which ends automatically.

    A publishing operation on a listing that is live does not keep its values back: both lanes send inside the same
    lease, and a zero cannot wait for a title.
    """
    if (listing.hold is not None and not rests(listing)) or not (listing.status is Status.ACTIVE or listing.live):
        return frozenset()
    wanted = set()
    computed, accepted = listing.computed, listing.accepted
    if computed.quantity is not None and accepted.quantity != computed.quantity:
        wanted.add(LedgerField.QUANTITY)
    if computed.price is not None and accepted.price != computed.price:
        wanted.add(LedgerField.PRICE)
    return frozenset(wanted) & (listing.auto | listing.demanded) & listing.ours


def _band_of(listing: Listing, fields: frozenset[LedgerField]) -> Band:
    """What failed before goes behind everything else, but for a zero: it would fail again, and spend the account's calls."""
    band = band_of(
        listing.computed.quantity,
        listing.accepted.quantity,
        quantity=LedgerField.QUANTITY in fields,
        price=LedgerField.PRICE in fields,
    )
    return Band.REST if rests(listing) and band is not Band.ZERO else band


def refreshed(listing: Listing, now: datetime) -> Listing:
    """The listing with its due band right: every change to a row ends with this."""
    if listing.attempt is None and listing.overtaken is None and listing.settle_at is None:
        listing = unseen_sales.settled(listing)
    fields = due_fields(listing)
    band = _band_of(listing, fields) if fields else None
    since = (listing.due_since or now) if fields else None
    if band is listing.due_band and since == listing.due_since:
        return listing
    return with_changes(listing, {"due_band": band, "due_since": since})


def recomputed(
    listing: Listing,
    computed: Computed,
    auto: frozenset[LedgerField],
    now: datetime,
    levels: Mapping[LedgerField, Level] = MappingProxyType({}),
) -> Listing:
    """Put newly computed values in place, and the fields that follow the shop with the levels that say so.

    The first change of the variant in the shop ends the hold of a freshly linked listing. Values that moved begin
    their tries again, at once: a back-off earned by other values does not delay them. When nothing worth a write
    changed, the listing itself is returned.

    Raises:
        StaleInputs: something in `computed.basis` is older than what the listing stands on.
    """
    before = listing.computed
    for name, version in computed.basis.items():
        if version < before.basis.get(name, version):
            raise StaleInputs(name)
    changed_in_shop = before.facts not in ("", computed.facts)
    moved = (computed.quantity, computed.price) != (before.quantity, before.price)
    # A zero becomes the shop's own, or an order's.
    moved = moved or computed.held_by_orders is not before.held_by_orders
    switched = listing.auto != auto or listing.levels != levels
    if not (moved or changed_in_shop or switched or _explains_otherwise(before, computed)):
        return listing
    sold_out = changed_in_shop and computed.sold_out
    changes: dict[str, Any] = {"auto": auto, "computed": computed}
    if switched:
        changes["levels"] = dict(levels)
    if moved:
        changes |= {"attempts": 0, "failures": 0, "not_before": None, "guard_passed": False}
    elif not sold_out:
        changes["computed"] = replace(computed, cause=before.cause)
    ends_hold = {NOT_ALIGNED: changed_in_shop, UPDATE_FAILED: moved, GUARD: moved or sold_out}
    ends_hold[PRODUCT_GONE] = not computed.gone
    stands = (computed.quantity_problem, computed.price_problem)
    cured = listing.hold in (before.quantity_problem, before.price_problem) and listing.hold not in stands
    if listing.hold is not None and (cured or ends_hold.get(listing.hold.code, False)):
        changes["hold"] = None
    return refreshed(with_changes(listing, changes), now)


def _explains_otherwise(before: Computed, after: Computed) -> bool:
    return (
        (before.quantity_problem, before.price_problem) != (after.quantity_problem, after.price_problem)
        or before.quantity_trace != after.quantity_trace
        or before.price_trace != after.price_trace
        or not before.facts
    )


def demanded(listing: Listing, fields: frozenset[LedgerField], job: JobId | None, now: datetime) -> Listing:
    """A person asks for these fields to be sent now, whatever the switches say and whatever was accepted before."""
    accepted = listing.accepted
    new = replace(
        listing,
        on_sale=unseen_sales.expected(listing),
        demanded=listing.demanded | fields,
        job=job or listing.job,
        accepted=replace(
            accepted,
            quantity=None if LedgerField.QUANTITY in fields else accepted.quantity,
            price=None if LedgerField.PRICE in fields else accepted.price,
        ),
        taken=listing.taken.merged(NOTHING, fields, listing.taken.at),
        attempts=0,
        failures=0,
        not_before=None,
        guard_passed=True,
    )
    if new.hold is not None and new.hold.code in (NOT_ALIGNED, GUARD, UPDATE_FAILED):
        new = replace(new, hold=None)
    return refreshed(new, now)


def read_back(listing: Listing, shown: Values, now: datetime) -> Listing:
    """The marketplace was read: record what it shows.

    With no call under way: after `settle_at` what it shows *is* what it accepted (computed or not: if not, the listing is due
    and sent again), and so it is where nothing is known. Before that it can only tell that what was taken is there no more. A known acceptance that the marketplace contradicts is drift.
    Fewer units than must be there are evidence of a sale (promises.md#p11). The caller must have read the row before it read
    the marketplace, and save only if the row is unchanged.
    """
    kept_there = listing.fulfilled_by_marketplace
    looked = listing if kept_there else unseen_sales.shown(listing, shown.quantity, now)
    new = replace(looked, seen=listing.seen.merged(shown, shown.known, now))
    if listing.attempt is not None or listing.overtaken is not None:
        return new
    if listing.settle_at is not None:
        if now < listing.settle_at:
            return _still_taken(new, shown, now)
        done = frozenset(f for f in shown.known if shown.of(f) == value_computed(listing, f))
        new = replace(
            new,
            settle_at=None,
            taken=NOTHING,
            accepted=listing.accepted.merged(shown, shown.known, now),
            demanded=listing.demanded - done,
            not_before=listing.not_before if rests(listing) else None,
        )
        if not due_fields(new):
            # Else the tries go on, ever slower: it may be what the marketplace does with this row.
            new = replace(new, attempts=0)
    else:
        # What a person demands is sent, whatever stands there.
        learned = {f for f in shown.known - listing.demanded if listing.accepted.of(f) != shown.of(f)}
        new = replace(new, accepted=listing.accepted.merged(shown, frozenset(learned), now))
    if rests(new) and not due_fields(new):
        new = replace(new, hold=None, failures=0, not_before=None)  # somebody put it right on the marketplace
    return refreshed(new, now)


def _still_taken(listing: Listing, shown: Values, now: datetime) -> Listing:
    """An older call may still land: what was taken after it, and is shown no more, is sent again now."""
    lost = frozenset(f for f in shown.known & listing.taken.known if shown.of(f) != listing.taken.of(f))
    if not lost:
        return listing
    taken = listing.taken.merged(NOTHING, lost, listing.taken.at)
    return refreshed(replace(listing, taken=taken, not_before=None), now)


def awaits_look(listing: Listing) -> bool:
    """Whether all that is due was taken, and only looks can tell that no older call lands over it (protocol.md#settle)."""
    if listing.settle_at is None or listing.attempt is not None or listing.overtaken is not None:
        return False
    return bool(due_fields(listing)) and not unsent_fields(listing)


def unsent_fields(listing: Listing) -> frozenset[LedgerField]:
    """What is due and was not taken: the rest is only looked at."""
    return due_fields(listing) - taken_as_computed(listing)


def taken_as_computed(listing: Listing) -> frozenset[LedgerField]:
    """The fields of which the marketplace took the value that is computed now, while older calls may still land."""
    return frozenset(f for f in listing.taken.known if listing.taken.of(f) == value_computed(listing, f))


def urgent(listing: Listing, below: int) -> bool:
    """Whether a quantity below this is due."""
    quantity = listing.computed.quantity
    return quantity is not None and quantity < below and LedgerField.QUANTITY in due_fields(listing)


def as_known(before: Listing, after: Listing) -> bool:
    """Whether a read-back told nothing new: only when it was seen differs."""
    return replace(after, seen=replace(after.seen, at=before.seen.at)) == before


def at_rest(listing: Listing) -> bool:
    """Whether it is known what the marketplace took last, and no call is open that may change it."""
    open_yet = listing.attempt is not None or listing.overtaken is not None or listing.settle_at is not None
    return not open_yet and listing.accepted.known >= listing.ours


def gone_and_zeroed(listing: Listing) -> bool:
    """Proven gone from the shop, and the marketplace shows 0: what is left to do is to end it (protocol.md#absence)."""
    return listing.status is Status.ACTIVE and listing.computed.gone and listing.accepted.quantity == 0


def held(listing: Listing, problem: Problem, now: datetime) -> Listing:
    """Stop updating, for this one reason."""
    return refreshed(replace(listing, hold=problem), now)


def update_failed(listing: Listing, problem: Problem, now: datetime) -> Listing:
    """The marketplace refused an update, or its tries are used up: it is held for this reason and tried again automatically,
    ever more rarely, a zero more often than the rest."""
    new = replace(
        listing,
        hold=Problem(UPDATE_FAILED, problem.as_reason(), problem.fix or "revise"),
        failures=listing.failures + 1,
    )
    fields = due_fields(new)
    zero = LedgerField.QUANTITY in fields and new.computed.quantity == 0
    wait = (FAILED_ZEROS if zero else FAILED_UPDATES).after(listing.failures)
    at = later(listing.not_before, now + timedelta(seconds=wait)) if fields else None
    return refreshed(replace(new, not_before=at, put_off=None), now)


def tried_now(listing: Listing, now: datetime) -> Listing:
    """What may have been the cause of a failed update has changed: it is tried again at once. Any other listing is as it was."""
    if not rests(listing) or listing.not_before is None:
        return listing
    return refreshed(replace(listing, failures=0, not_before=None), now)


def released(listing: Listing, code: str, now: datetime, *, guard_passed: bool = False) -> Listing:
    """End the hold if it is the one named; any other hold stays."""
    if listing.hold is None or listing.hold.code != code:
        return listing
    return refreshed(
        replace(listing, hold=None, attempts=0, not_before=None, guard_passed=guard_passed or listing.guard_passed), now
    )


def postponed(listing: Listing, until: datetime, now: datetime) -> Listing:
    """Stay due, but not before `until`."""
    return refreshed(replace(listing, not_before=later(listing.not_before, until)), now)


def sold_remotely(listing: Listing, sale: str, units: int, now: datetime, *, cancelled: bool = False) -> Listing:
    """An order was first seen: the marketplace has counted down automatically, so *accepted* is unknown
    (protocol.md#attempts).

    A call under way may have been applied before the sale or after it: its acceptance says nothing of the quantity. With
    `cancelled` the marketplace may put the units back, or not. The same `sale` told again changes nothing.
    """
    name = f"{sale}#cancelled" if cancelled else sale
    if name in listing.sold or listing.fulfilled_by_marketplace:
        return listing
    told = listing
    if not cancelled:
        told = unseen_sales.sold(listing, units)
    elif sale in listing.sold:
        told = unseen_sales.withdrawn(listing, units)
    attempt = told.attempt
    if attempt is not None:
        attempt = replace(attempt, fields=attempt.fields - {LedgerField.QUANTITY})
    sold = (*listing.sold, name)[-_SALES_REMEMBERED:]
    accepted, taken = replace(told.accepted, quantity=None), replace(told.taken, quantity=None)
    return refreshed(replace(told, attempt=attempt, sold=sold, accepted=accepted, taken=taken), now)


def value_computed(listing: Listing, field: LedgerField) -> object:
    """The quantity or the price that the rules give; None where they give none."""
    return listing.computed.quantity if field is LedgerField.QUANTITY else listing.computed.price


def later(first: datetime | None, second: datetime) -> datetime:
    """The later of two moments, of which the first may not be set."""
    return second if first is None or second > first else first
