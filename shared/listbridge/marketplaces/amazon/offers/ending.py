"""End what is on sale: its offers go, its items stay with their ASIN. By the account's setting the items go too.

An offer with quantity 0 would look the same as a closed one in an item's status; what is gone is told by the offers.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from listbridge.domain.ids import Sku
from listbridge.domain.listings.publishing_runs import WRITTEN, forget
from listbridge.domain.ports import PublishRequest, PublishSteps
from listbridge.domain.verdicts import NotFound, Rejected
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.offers.following import ENDED, PARENT, SENT, SHOWN_WITHIN
from listbridge.marketplaces.amazon.offers.items import Items, refusal_of
from listbridge.marketplaces.amazon.offers.mapping import offer_selectors
from listbridge.marketplaces.amazon.offers.wire import ListingItem, SubmissionAnswer
from listbridge.marketplaces.amazon.sites import NationalSite, site_of

ANY_TYPE = "PRODUCT"
"""The product type that fits every item, where only its offer changes."""


def end(http: AmazonHttp, request: PublishRequest, steps: PublishSteps) -> None:
    """Take the offers of the request's variants off its site; what is off already is a success. Raises RemoteError."""
    site, items = site_of(request.site), Items(http)
    skus = [variant.key.sku for variant in request.variants]
    for sku in skus:
        shown = items.get(site, sku)
        if shown is not None and http.settings.delete_ended:
            _delete(items, site, sku)
        elif shown is not None and (shown.offer(site.marketplace_id) or shown.buyable(site.marketplace_id)):
            _remove_offer(items, site, sku, shown)
        elif _pending(http, site, steps, sku, shown):
            with suppress(Rejected):  # there is nothing to delete, and nothing under way
                _delete(items, site, sku)
    if http.settings.delete_ended and request.product.has_options:
        _delete_childless(items, site, Sku(steps.progress.get(PARENT) or str(request.group)), skus)
    forget(steps, WRITTEN, SENT)
    now = str(int(http.connection.clock.now().timestamp()))
    steps.save(**{f"{ENDED}{sku}": now for sku in skus})


def _pending(http: AmazonHttp, site: NationalSite, steps: PublishSteps, sku: Sku, shown: ListingItem | None) -> bool:
    """Whether something was submitted moments ago that does not show yet: it would come on sale after we said that it is off,
    unless the item is deleted behind it."""
    told = steps.progress.get(f"{SENT}{sku}", "")
    updated = shown.updated(site.marketplace_id) if shown is not None else None
    if not told.isdigit() or (updated is not None and updated.timestamp() > int(told)):
        return False
    return http.connection.clock.now().timestamp() - int(told) < SHOWN_WITHIN.total_seconds()


def _remove_offer(items: Items, site: NationalSite, sku: Sku, shown: ListingItem) -> None:
    offer = shown.offer(site.marketplace_id)
    currency = offer.price.currency_code if offer is not None else site.currency
    value = [{**offer_selectors(site), "currency": currency}]
    summary = shown.summary(site.marketplace_id)
    kind = summary.product_type if summary is not None and summary.product_type else ANY_TYPE
    patch = {"op": "delete", "path": "/attributes/purchasable_offer", "value": value}
    _taken(lambda: items.patch(site, sku, kind, [patch]))


def _delete(items: Items, site: NationalSite, sku: Sku) -> None:
    _taken(lambda: items.delete(site, sku))


def _taken(submit: Callable[[], SubmissionAnswer]) -> None:
    """What is not there any more needs no ending."""
    try:
        refusal = refusal_of(submit())
    except NotFound:
        return
    if refusal is not None and not isinstance(refusal, NotFound):
        raise refusal


def _delete_childless(items: Items, site: NationalSite, parent: Sku, ended: list[Sku]) -> None:
    """A parent without children is nothing that anybody could see."""
    shown = items.get(site, parent)
    if shown is not None and not set(shown.children(site.marketplace_id)) - set(ended):
        _delete(items, site, parent)
