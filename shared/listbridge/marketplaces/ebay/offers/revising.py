"""One SKU's new quantity and prices, in one call, and whose listing each refusal in the answer concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from listbridge.domain.ids import ListingKey
from listbridge.domain.ports import Revision, RevisionResult, UnitRevision
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, Rejected, RemoteError, RetryLater
from listbridge.marketplaces.ebay.errors import REVISIONS_USED_UP, ZERO, ZERO_WAITS, EbayRefusal
from listbridge.marketplaces.ebay.offers.daily_revisions import DailyRevisions
from listbridge.marketplaces.ebay.offers.inventory import Inventory
from listbridge.marketplaces.ebay.offers.wire import (
    Amount,
    ErrorEntry,
    PriceQuantity,
    PriceQuantityAnswer,
    RevisedOffer,
    SentQuantity,
)
from listbridge.marketplaces.ebay.sites import site_of

OPERATION = "bulkUpdatePriceQuantity"
MOST_OFFERS = 25


def revise(inventory: Inventory, unit: UnitRevision, now: datetime) -> list[RevisionResult]:
    """Send the revisions of one SKU; one result each. Raises RemoteError when the call as a whole failed.

    eBay takes up to 25 offers of one SKU per call, and a unit has at most one per site. What would take the day's last
    revisions of its listing waits for the next day, but for a zero.
    """
    revisions = unit.revisions
    highest_quantity = unit.highest_quantity.get(revisions[0].key.sku)
    known = [revision for revision in revisions if revision.offer is not None]
    results = {
        revision.key: RevisionResult(revision.key, Rejected(Problem("ebay_offer_unknown", fix="link_again")))
        for revision in revisions
        if revision.offer is None
    }
    kept = _kept_for_zeros(inventory.revisions, known)
    results |= {key: RevisionResult(key, error) for key, error in kept.items()}
    known = [revision for revision in known if revision.key not in kept]
    change = request(known, highest_quantity)
    if change is not None:
        site = site_of(known[0].key.site)
        unit.check()
        try:
            answer = inventory.update_price_quantity(site, change)
            told = judged(known, answer.responses, highest_quantity, now)
            spent = known
        except RateLimited as error:
            if error.problem.code != REVISIONS_USED_UP.code:
                raise
            told = {one.key: RevisionResult(one.key, _of_zero(one, error)) for one in known}
            spent = known if len(known) == 1 else []  # else nobody knows whose day it is
        _note_used_up(inventory.revisions, spent, told)
        results |= told
    return [results.get(revision.key, RevisionResult(revision.key)) for revision in revisions]


def _kept_for_zeros(daily: DailyRevisions, revisions: Sequence[Revision]) -> Mapping[ListingKey, RateLimited]:
    """Count what is about to be sent, and tell what must wait for its listing's next day."""
    kept: dict[ListingKey, RateLimited] = {}
    for revision in revisions:
        if revision.remote is None:
            continue
        if revision.values.quantity == 0:
            daily.count(revision.remote)
        elif (spent := daily.take(revision.remote)) is not None:
            kept[revision.key] = spent
    return kept


def _note_used_up(
    daily: DailyRevisions, revisions: Sequence[Revision], results: Mapping[ListingKey, RevisionResult]
) -> None:
    for revision in revisions:
        error = results[revision.key].error
        if (
            revision.remote is not None
            and isinstance(error, RateLimited)
            and error.problem.code in (REVISIONS_USED_UP.code, ZERO_WAITS.code)
        ):
            daily.used_up(revision.remote)


def request(revisions: Sequence[Revision], highest_quantity: int | None) -> PriceQuantity | None:
    """The call's one entry; None when nothing would change.

    Raises ValueError for offers of several SKUs or too many: the services send write units, which are smaller.
    """
    if len(revisions) > MOST_OFFERS or len({revision.key.sku for revision in revisions}) > 1:
        raise ValueError("one SKU and at most 25 offers per call")
    offers = [
        RevisedOffer(
            offer_id=str(revision.offer),
            available_quantity=revision.values.quantity,
            price=Amount.of(revision.values.price).model_dump() if revision.values.price else None,
        )
        for revision in revisions
        if revision.values.quantity is not None or revision.values.price is not None
    ]
    if not offers:
        return None
    total = SentQuantity(quantity=highest_quantity) if highest_quantity is not None else None
    return PriceQuantity(sku=revisions[0].key.sku, ship_to_location_availability=total, offers=offers)


def judged(
    revisions: Sequence[Revision], entries: Sequence[PriceQuantityAnswer], highest_quantity: int | None, now: datetime
) -> Mapping[ListingKey, RevisionResult]:
    """Each listing's result.

    A failing entry takes the whole request with it (seen in public code), so an offer that stands beside a refused one
    was not written either: it may be sent again without the culprit.
    """
    by_offer = {entry.offer_id: entry for entry in entries if entry.offer_id}
    told = [(entry, error) for entry in entries if entry.status_code >= 400 for error in entry.errors or ()]
    culprits = {_culprit(entry, error, revisions) for entry, error in told}
    item_failed = any(entry.offer_id is None and entry.status_code >= 400 for entry in entries)
    results: dict[ListingKey, RevisionResult] = {}
    for revision in revisions:
        entry = by_offer.get(str(revision.offer))
        failed = item_failed or entry is None or entry.status_code >= 400
        error: RemoteError | None = None
        if entry is None and not told:
            error = OutcomeUnknown(Problem("ebay_no_word_of_listing"), detail=OPERATION)
        elif failed and (revision.key in culprits or None in culprits or not told):
            status = entry.status_code if entry is not None else 400
            mine = [e for row, e in told if _culprit(row, e, revisions) in (revision.key, None)]
            error = _refusal(revision, mine, status, highest_quantity, now)
        elif failed:
            error = RetryLater(Problem("ebay_other_site_refused"), after_s=1.0, detail=OPERATION)
        results[revision.key] = RevisionResult(revision.key, error)
    return results


def _culprit(entry: PriceQuantityAnswer, error: ErrorEntry, revisions: Sequence[Revision]) -> ListingKey | None:
    """The listing that a refusal is about; None when it may be any of them.

    The parameters decide before the entry: eBay may hang a listing's error on another entry of the request.
    """
    named = {error.parameter("offerId"), error.parameter("listingId")} - {None}
    for revision in revisions:
        if revision.offer in named or revision.remote in named:
            return revision.key
    if named or entry.offer_id is None:
        return None
    return next((revision.key for revision in revisions if revision.offer == entry.offer_id), None)


def _refusal(
    revision: Revision, errors: Sequence[ErrorEntry], status: int, highest: int | None, now: datetime
) -> RemoteError:
    refusal = EbayRefusal(OPERATION, status, write=True, entries=errors)
    verdict = refusal.error(now)
    # A refused zero must be told apart even from a spent listing: it is what ends the listing instead.
    if revision.values.quantity == 0 and refusal.says_quantity and not isinstance(verdict, RateLimited):
        return ZERO.instead_of(verdict)
    return _of_zero(revision, verdict)


def _of_zero(revision: Revision, verdict: RemoteError) -> RemoteError:
    """A zero that a spent day keeps back is told apart: a person may end the listing, which the documents do not count as a revision
    (withdrawOffer, sell_inventory 1.18.4). It is not ended without one, for that costs it its history and its watchers."""
    if not isinstance(verdict, RateLimited) or verdict.problem.code != REVISIONS_USED_UP.code:
        return verdict
    if revision.values.quantity != 0:
        return verdict
    problem = Problem(ZERO_WAITS.code, fix=ZERO_WAITS.fix)
    return RateLimited(
        problem, until=verdict.until, detail=verdict.detail, status=verdict.status, request_id=verdict.request_id
    )
