"""New quantities and prices, one SKU at a time, and what became of those that Amazon took in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import Listing, Values
from listbridge.domain.ports import RevisionResult, Submission, Submitted, UnitRevision
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.errors import GONE
from listbridge.marketplaces.amazon.manifest import APPLIED_WITHIN_S
from listbridge.marketplaces.amazon.offers import feed_reports
from listbridge.marketplaces.amazon.offers.feed_reports import FeedReports
from listbridge.marketplaces.amazon.offers.items import Items, refusal_of, verdict_on
from listbridge.marketplaces.amazon.offers.patches import (
    ANY_TYPE,
    OFFER,
    QUANTITY,
    SitePatches,
    carried_on,
    patches_of,
    refused,
    without_offer,
)
from listbridge.marketplaces.amazon.offers.reading import Reader, kept_by_amazon, values_of
from listbridge.marketplaces.amazon.offers.wire import ListingItem
from listbridge.marketplaces.amazon.sites import site_of

OPERATION = "patchListingsItem"
_TICKET = "patch:"
_FIRST_LOOK_S, _LATEST_LOOK_S = 20.0, 120.0
"""No source says how long a patch takes: the looks become rarer with its age."""
_ISSUE_COUNTS_AFTER_S = 60.0
"""An issue of the item may be older than the patch: it is believed once the patch should have taken effect."""


def revision_calls(listings: Sequence[Listing]) -> Mapping[str, int]:
    """One call for each site."""
    return {OPERATION: max(1, len(listings))}


def revise(http: AmazonHttp, unit: UnitRevision) -> list[RevisionResult]:
    """Send one SKU's values; one result for each revision. Raises RemoteError when the first call failed.

    A later one that fails is told of its own listing: what was taken in before it stays so.
    """
    results = without_offer(unit)
    sent_any, failed = False, None
    for planned in patches_of(unit):
        part = planned if failed is None else carried_on(planned, failed)
        unit.check()
        try:
            told = _sent(http, part)
        except RemoteError as error:
            if not sent_any:
                raise
            told = {key: RevisionResult(key, error) for key in part.tells}
        results |= told
        sent_any, failed = True, None if told[part.tells[0]].error is None else part
    return [results.get(one.key, RevisionResult(one.key)) for one in unit.revisions]


def _sent(http: AmazonHttp, part: SitePatches) -> dict[ListingKey, RevisionResult]:
    taken = _taken(http, part)
    if isinstance(taken, Submission):
        return {key: RevisionResult(key, submission=taken) for key in part.tells}
    return refused(part.tells, taken)


def _taken(http: AmazonHttp, part: SitePatches) -> Submission | RemoteError:
    """The submission, or why Amazon refuses what was sent for this site. Raises RemoteError for any other failure."""
    try:
        answer = Items(http).patch(site_of(part.site), part.sku, ANY_TYPE, part.patches)
    except NotFound as missed:
        raise GONE.instead_of(missed) from None
    except Rejected as rejected:
        return rejected
    return refusal_of(answer) or Submission(f"{_TICKET}{answer.submission_id}", _in(http, _FIRST_LOOK_S))


def outcomes(
    http: AmazonHttp, reader: Reader, reports: FeedReports, submitted: Sequence[Submitted]
) -> list[RevisionResult]:
    """What became of patches, by what Amazon shows now, and of feeds, by their reports."""
    alone = [one for one in submitted if not one.ticket.startswith(feed_reports.TICKET)]
    told = {one.key: reports.outcome(one) for one in submitted if one.ticket.startswith(feed_reports.TICKET)}
    if alone:
        items = reader.items(one.key for one in alone)
        told |= {one.key: _shown(http, reader, one, items[one.key.sku]) for one in alone}
    return [told[one.key] for one in submitted]


def _shown(http: AmazonHttp, reader: Reader, one: Submitted, item: ListingItem | None) -> RevisionResult:
    if item is None or reader.shown(one.key, item).gone:
        return RevisionResult(one.key, GONE.error(detail=one.ticket))
    if one.values.quantity is not None and kept_by_amazon(item):
        return RevisionResult(one.key, OutcomeUnknown(Problem("never_decided", {"ticket": one.ticket})))
    if _has(values_of(item, site_of(one.key.site)), one.values):
        return RevisionResult(one.key)
    age_s = (http.connection.clock.now() - one.at).total_seconds()
    refusal = _refused(one.values, item) if age_s >= _ISSUE_COUNTS_AFTER_S else None
    if refusal is not None:
        return RevisionResult(one.key, refusal)
    if age_s >= APPLIED_WITHIN_S:
        return RevisionResult(one.key, OutcomeUnknown(Problem("never_decided", {"ticket": one.ticket})))
    look_at = _in(http, max(_FIRST_LOOK_S, min(age_s / 2, _LATEST_LOOK_S)))
    return RevisionResult(one.key, submission=Submission(one.ticket, look_at))


def _has(shown: Values, sent: Values) -> bool:
    return all(shown.of(field) == sent.of(field) for field in sent.known)


def _refused(sent: Values, item: ListingItem) -> RemoteError | None:
    """The item's own error about what was sent, if it has one."""
    named = ({QUANTITY} if sent.quantity is not None else set()) | ({OFFER} if sent.price is not None else set())
    return next((verdict_on(one) for one in item.errors() if named & set(one.attribute_names)), None)


def _in(http: AmazonHttp, seconds: float) -> datetime:
    return http.connection.clock.now() + timedelta(seconds=seconds)
